"""What customers wrote and what they meant, for editors: gathered, shown with the model's opinion, written into ``nlu/``."""
