"""Sentences that a model has judged, written short."""

from conversation.understanding import Intent
from nlu.evaluation.judged import Judged


def judged(wanted: str, *guesses: str | float, language: str = "de", text: str = "x", line: int = 1) -> Judged:
    """``guesses``: name, score, name, score …"""
    names, scores = guesses[::2], guesses[1::2]
    found = tuple(Intent(name=str(name), score=float(score)) for name, score in zip(names, scores, strict=True))
    return Judged(language=language, wanted=wanted, text=text, line=line, guesses=found)
