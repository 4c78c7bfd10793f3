"""How a customer sounds, by words that say so."""

from datetime import datetime
from typing import Final

from conversation.reasons import Mood, MoodKind

_WORDS: Final[dict[MoodKind, tuple[str, ...]]] = {
    "anger": ("unverschämt", "frechheit", "sauer", "furious", "outrageous", "angry", "безобразие", "возмут", "обурен", "неподобств"),
    "urgency": ("dringend", "notfall", "urgent", "emergency", "срочно", "терміново"),
}  # fmt: skip


def mood_of(text: str, language: str, at: datetime) -> Mood | None:  # noqa: ARG001 - words of all languages count
    """The first that is found; None for a text that says nothing of the kind."""
    said = text.casefold()
    for kind, words in _WORDS.items():
        found = tuple(word for word in words if word in said)
        if found:
            return Mood(kind=kind, words=found, at=at)
    return None
