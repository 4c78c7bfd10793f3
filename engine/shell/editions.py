"""Which versions of the bot run: what a customer gets now, and what a running conversation is on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from conversation.events import Event
from conversation.ports import Nlu
from conversation.state import Conversation
from engine.moving import move
from engine.rules import Rules


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of the bot with the language model that belongs to it."""

    rules: Rules
    nlu: Nlu


@dataclass(frozen=True, slots=True)
class Past:
    """A version that a conversation is on and new customers may not get any more: since ``left_at``, None if some do."""

    edition: Edition
    left_at: datetime | None


class Editions(Protocol):
    def current(self, customer: str) -> Edition:
        """What a customer who is new gets: the same one as long as no pointer moves. Never blocks."""
        ...

    async def past(self, bundle: str) -> Past | None:
        """A version by its hash; None if it is not kept, or can't be read any more. Raises StoreError."""
        ...


class OneEdition:
    """``Editions`` where there is one version only, whichever ``rules`` gives."""

    def __init__(self, rules: Callable[[], Rules], nlu: Nlu) -> None:
        self._rules = rules
        self._nlu = nlu

    def current(self, customer: str) -> Edition:  # noqa: ARG002 - the protocol's
        return Edition(self._rules(), self._nlu)

    async def past(self, bundle: str) -> Past | None:  # noqa: ARG002 - the protocol's
        return None


async def choose(editions: Editions, conversation: Conversation, event: Event) -> tuple[Conversation, Edition]:
    """The conversation as it takes the event, and the version by which it does. Raises StoreError."""
    now = editions.current(conversation.chat)
    if conversation.bundle == now.rules.bot.version:
        return conversation, now
    past = await editions.past(conversation.bundle) if conversation.bundle and conversation.run.frames else None
    old, left_at = (past.edition.rules, past.left_at) if past else (None, None)
    moved, rules = move(conversation, event, now.rules, old, left_at)
    return moved, past.edition if past and rules is old else now
