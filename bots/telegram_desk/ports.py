"""What the desk in Telegram is lent by the service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from bots.telegram_desk.words import Words
from conversation.content import Media, MediaType
from conversation.events import OperatorEvent, OperatorPlanned
from conversation.message import Message
from conversation.ports import Bus, Clock, Ids, Presence, Rates
from conversation.records import Chat, Operator, Snapshot, Upload
from conversation.state import Conversation, Phase
from conversation.topics import TopicStore
from conversation.value import Value


class Takes(Protocol):
    async def operate(self, chat: str, event: OperatorEvent, key: str) -> bool:
        """False for a command that was known. Raises StoreError."""
        ...


class Reads(Protocol):
    """All raise StoreError."""

    async def load(self, chat: str) -> Snapshot: ...

    async def history(self, chat: str, after: int, limit: int) -> Sequence[Message]: ...

    async def recent(self, chat: str, limit: int) -> Sequence[Message]: ...

    async def find_operator(self, operator: str) -> Operator | None: ...

    async def operators(self) -> Sequence[Operator]: ...


class About(Value, frozen=True, kw_only=True):
    """What is known beyond the conversation itself. ``guess``: what the customer was understood to want, with how sure that is.

    ``why``: why it waits, or has this operator: a key of the pages' texts, and after a blank its parameter.
    """

    reason: str = ""
    guess: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    summary: tuple[str, ...] = ()
    why: str = ""


class Knows(Protocol):
    async def about(self, chat: Chat, conversation: Conversation, language: str) -> About: ...


class Files(Protocol):
    async def fetch(self, chat: Chat, media: Media) -> tuple[str, bytes]:
        """Media type and bytes of any file of a chat, whoever sent it. Raises SendError."""
        ...

    async def keep(self, upload: Upload, body: bytes, kind: MediaType) -> Media:
        """As a message holds it: what the content is counts, not the name. The same id again changes nothing.

        Raises RefusedError for what nobody should send, and StoreError.
        """
        ...


class Calendar(Protocol):
    """Call-backs of a conversation's team, in the zone that the customer is told them in."""

    async def slots(self, conversation: Conversation, limit: int) -> Sequence[datetime]: ...

    async def zone(self, conversation: Conversation) -> tzinfo: ...

    async def heard(self, conversation: Conversation, words: str, language: str) -> datetime | None:
        """The time that somebody wrote."""
        ...

    async def plan(self, conversation: Conversation, note: OperatorPlanned, key: str) -> bool | None:
        """In the calendar and in the conversation, or in neither; the team is the conversation's. False for a command that was
        known, None for a time that is taken or never free."""
        ...


class Content(Protocol):
    """What the bot folder says, as it is now."""

    def teams(self) -> Sequence[str]: ...

    def topics(self) -> Sequence[str]: ...

    def outcomes(self) -> Sequence[str]: ...

    def zone(self) -> tzinfo: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """``language``: what all read in the group. ``sees``: whether an operator may work on a chat in that phase;
    ``over``: on what a colleague holds."""

    takes: Takes
    reads: Reads
    topics: TopicStore
    knows: Knows
    files: Files
    calendar: Calendar
    content: Content
    bus: Bus
    presence: Presence
    rates: Rates
    clock: Clock
    ids: Ids
    words: Words
    language: str
    sees: Callable[[Operator, Phase], bool]
    over: Callable[[Operator], bool]
