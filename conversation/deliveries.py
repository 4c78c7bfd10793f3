"""What did not arrive, and what somebody decided on it."""

from datetime import datetime
from typing import Literal, TypeAlias

from conversation.value import Value

Unarrived: TypeAlias = Literal["failed", "ambiguous"]


class Undelivered(Value, frozen=True, kw_only=True):
    """A message that did not arrive, or perhaps did not, and on which nobody has decided. ``at``: when it was said."""

    number: int
    state: Unarrived
    chat: str
    channel: str
    conversation: str
    message: str
    name: str
    """The customer's."""
    preview: str
    """Its first words, at most 120 characters."""
    at: datetime
    error: str


class Settled(Value, frozen=True, kw_only=True):
    """A send that somebody decided on: taken as arrived, or given up."""

    chat: str
    message: str
    state: Literal["sent", "failed"]
