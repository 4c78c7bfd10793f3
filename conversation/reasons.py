"""Why a customer is here, how they are, and how content they were: for the person who takes over, and for reports."""

from datetime import datetime
from typing import Literal, TypeAlias

from conversation.value import Value

MoodKind: TypeAlias = Literal["anger", "urgency"]


class Reason(Value, frozen=True, kw_only=True):
    """What the customer wants, as the NLU took it: ``text`` is what was said, ``score`` from 0 to 1."""

    intent: str
    score: float
    text: str
    at: datetime


class Mood(Value, frozen=True, kw_only=True):
    """``words``: those of the customer's that say so, as they were written."""

    kind: MoodKind
    words: tuple[str, ...]
    at: datetime


class Rating(Value, frozen=True, kw_only=True):
    """``stars`` from 1 to 5; ``why`` in the customer's words, if they gave any."""

    stars: int
    why: str = ""
    at: datetime
