"""Why a customer is here, and how they are: guesses with what they rest on, for the person who takes over."""

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
