"""What the service would lend to a connector, made for tests: a clock that is turned, counted ids, an inbox in memory."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from conversation.content import Content
from conversation.errors import StoreError
from conversation.message import Message
from conversation.records import Inbound

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = "s3cret-s3cret"


@dataclass
class TurnedClock:
    """Time that passes only where somebody sleeps; it notes for how long. ``on_sleep`` runs at each sleep."""

    moment: datetime = NOON
    slept: list[float] = field(default_factory=list)
    on_sleep: Callable[[float], None] = lambda _: None

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
        self.on_sleep(seconds)
        await asyncio.sleep(0)


@dataclass
class CountedIds:
    given: int = 0

    def new(self) -> str:
        self.given += 1
        return f"id-{self.given}"


@dataclass
class Inbox:
    """A ``Receive`` that keeps what came in, once per delivery; it refuses the next ``broken`` ones."""

    taken: list[Inbound] = field(default_factory=list)
    tries: int = 0
    broken: int = 0
    on_take: Callable[[Inbound], None] = lambda _: None

    async def __call__(self, inbound: Inbound) -> bool:
        self.tries += 1
        if self.broken:
            self.broken -= 1
            raise StoreError("the disk is full")
        if inbound.external_id in {known.external_id for known in self.taken}:
            return False
        self.taken.append(inbound)
        self.on_take(inbound)
        return True


def bot_says(content: Content, number: int = 1) -> Message:
    return Message(id=f"m{number}", seq=number, author="bot", at=NOON, content=content)
