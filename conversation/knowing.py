"""What back-ends know about a customer, for the person who takes over: asked by the bot folder's context providers."""

from datetime import datetime
from typing import Literal, TypeAlias

from conversation.value import Data, Value

Words: TypeAlias = str | dict[str, str]
"""Words for people: the same for all, or by language."""
Rows: TypeAlias = tuple[tuple[Words, Words], ...]
"""Names and values, in the order in which they are shown."""
KnownState: TypeAlias = Literal["waiting", "ready", "failed", "late"]


class About(Value, frozen=True, kw_only=True):
    """Whom a provider is asked about. ``name`` is the channel's word for them; ``variables`` are what the dialogs collected so far,
    ``customer`` in many bots, and are plain data."""

    chat: str
    conversation: str
    channel: str
    address: str
    language: str
    name: str
    variables: dict[str, Data] = {}


class Offer(Value, frozen=True, kw_only=True):
    """A provider of the bot folder. ``limit``: seconds until its answer comes too late."""

    name: str
    title: Words
    limit: float


class Known(Value, frozen=True, kw_only=True):
    """What came of asking one provider, as it is stored. ``at``: when it was asked; a later asking replaces an earlier one."""

    provider: str
    title: Words
    state: KnownState
    rows: Rows = ()
    at: datetime


def spoken(words: Words, language: str) -> str:
    """In that language; else in English, else in whichever comes first."""
    if isinstance(words, str):
        return words
    return words.get(language) or words.get("en") or next(iter(words.values()), "")
