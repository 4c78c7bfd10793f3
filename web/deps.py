"""What the web layer is given by the composition root."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from bots.connector import Hook
from bots.links import Links
from conversation.events import Happened, OperatorEvent, OperatorPlanned, QueuePlace
from conversation.news import ReadNews, TypingNews
from conversation.people import PeopleStore
from conversation.ports import Bus, Channel, Clock, Ids, Presence, Rates
from conversation.records import Accepted, Chat, Inbound, Operator
from conversation.stores import DeskStore
from dialogs.problems import Problem
from engine.rules import Rules
from web.proxies import Network


class Takes(Protocol):
    """The engine as the web layer sees it. All raise StoreError when an event could not be stored."""

    async def receive(self, inbound: Inbound, chat: str = "") -> bool: ...

    async def operate(self, chat: str, event: OperatorEvent, key: str) -> bool: ...

    async def happen(self, chat: str, event: Happened, key: str) -> bool: ...

    async def resend(self, numbers: Sequence[int], now: datetime) -> int: ...

    async def settle(self, numbers: Sequence[int]) -> int: ...

    async def typing(self, news: TypingNews, chat: Chat | None = None) -> None: ...

    async def read(self, news: ReadNews) -> None: ...

    async def hand_on(self, accepted: Accepted) -> bool: ...


class Calendar(Protocol):
    """The teams' calendars. All raise StoreError."""

    async def free(self, chat: str, team: str = "") -> Sequence[datetime]: ...

    async def plan(self, chat: str, note: OperatorPlanned, key: str) -> Accepted | None:
        """Book it, or call off, and store the note with that, to be handed on. None: that time is not free. The same again changes
        nothing."""
        ...


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """``parts``: part of the service to ``ok`` or what is wrong with it."""

    status: Literal["ready", "degraded", "not_ready"]
    parts: dict[str, str]
    version: str = ""
    """Of the bot: its hash."""


class Watches(Protocol):
    """What those are told who run the service. ``token``: what a reader of the metrics must show; empty: this machine only."""

    @property
    def token(self) -> str: ...

    async def metrics(self, sockets: Mapping[str, int]) -> bytes:
        """In Prometheus' text format. ``sockets``: who is at the other end to how many are open."""
        ...

    async def readiness(self) -> Readiness: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """``hooks``: channel to its web hook. ``texts``: language to the pages' labels. ``media``: a file's name to the bot folder
    that has it.

    ``place``: of a conversation in its team's queue, with the wait as far as it is known. Raises StoreError.
    ``proxies``: whose ``X-Forwarded-For`` is believed. ``events_token``: what back-ends show who tell of events; empty: none may.
    """

    engine: Takes
    store: DeskStore
    people: PeopleStore
    calendar: Calendar
    bus: Bus
    rates: Rates
    presence: Presence
    place: Callable[[str, str], Awaitable[QueuePlace | None]]
    channels: Mapping[str, Channel]
    hooks: Mapping[str, Hook]
    rules: Callable[[], Rules]
    problems: Callable[[], Sequence[Problem]]
    loaded_at: Callable[[], str]
    version: Callable[[], str]
    verify: Callable[[Operator | None, str], bool]
    clock: Clock
    ids: Ids
    media: Callable[[str], Path]
    pages: Path
    texts: Mapping[str, bytes]
    origins: tuple[str, ...]
    proxies: tuple[Network, ...]
    secure_cookies: bool
    webchat_secret: bytes
    events_token: str
    links: Links
    watch: Watches
