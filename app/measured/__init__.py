"""How well and how quickly free text is understood, on sets of sentences that were never learnt: ``lotse nlu bench``."""
