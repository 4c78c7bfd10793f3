"""An outbox without the rest of the service: a clock that runs as fast as it can, a channel that keeps what it got and when."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import cast

from bots.limits import Pace
from conversation.content import Media, Text, plain_text
from conversation.errors import RefusedError
from conversation.message import Message
from conversation.ports import Channel, Rates
from conversation.records import Send, SendUpdate
from conversation.stores import EngineStore
from engine.shell.feed import Feed
from engine.shell.outbox import AmbiguousPolicy, Outbox
from engine.shell.pace import Pacer
from store.bus import MemoryBus
from store.rates import MemoryRates
from tests.support.engines import CHANNEL, held, sure
from tests.support.hand_clock import MONDAY_NOON, HandClock

STEPS = 25
"""Turns of the event loop in which all that follows from a moment has happened."""


class SwiftClock(HandClock):
    """Jumps from one thing that somebody waits for to the next."""

    async def run(self, until: Callable[[], bool], *, most: timedelta = timedelta(days=1)) -> None:
        """Raises TimeoutError when that much of its own time has passed."""
        end, idle = self.moment + most, 0
        while not until():
            for _ in range(STEPS):
                await asyncio.sleep(0)
            self._drop_done()
            idle = 0 if self._sleepers else idle + 1
            if self._sleepers and self._sleepers[0][0] > self.moment:
                self.turn((self._sleepers[0][0] - self.moment).total_seconds())
            if self.moment > end or idle > 1_000:
                raise TimeoutError(f"did not happen in {most}")

    async def pass_seconds(self, seconds: float) -> None:
        end = self.moment + timedelta(seconds=seconds)
        waiting = asyncio.ensure_future(self.sleep(seconds))
        await self.run(lambda: self.moment >= end)
        await waiting

    def _drop_done(self) -> None:
        while self._sleepers and self._sleepers[0][2].done():
            self._sleepers.pop(0)
            self._sleepers.sort()


class Meter:
    """A channel that takes everything after ``seconds``, and keeps when it got what. ``moods``: what an address says instead."""

    name, account = CHANNEL, "bot"

    def __init__(self, clock: HandClock, *, seconds: float = 0.0) -> None:
        self.clock = clock
        self.seconds = seconds
        self.moods: dict[str, list[Exception]] = {}
        self.got: list[tuple[datetime, str, str]] = []
        """When, to whom, what was taken."""
        self.tried: list[tuple[datetime, str]] = []

    async def send(self, address: str, message: Message, key: str) -> str:
        self.tried.append((self.clock.now(), address))
        if self.seconds:
            await self.clock.sleep(self.seconds)
        moods = self.moods.get(address)
        if moods:
            raise moods.pop(0)
        self.got.append((self.clock.now(), address, plain_text(message.content)))
        return key

    async def typing(self, address: str) -> None:  # noqa: ARG002 - the port's
        return

    async def fetch(self, media: Media) -> tuple[str, bytes]:
        raise RefusedError(f"there is no file {media.ref}")

    def times(self, address: str = "") -> list[datetime]:
        return [at for at, to, _ in self.got if address in ("", to)]

    def words(self, address: str = "") -> list[str]:
        return [text for _, to, text in self.got if address in ("", to)]


class Notes:
    """What the store would be told."""

    def __init__(self) -> None:
        self.states: dict[int, str] = {}
        self.errors: dict[int, str] = {}
        self.told: list[str] = []
        """All states, in order."""
        self.moved: list[tuple[str, str]] = []

    async def update_send(self, update: SendUpdate) -> bool:
        self.told.append(update.state)
        self.states[update.number], self.errors[update.number] = update.state, update.error
        return True

    async def move_chat(self, chat: str, address: str) -> None:
        self.moved.append((chat, address))


class Post:
    """An outbox at work. ``gone``: chats of customers who can't be reached."""

    def __init__(
        self,
        pace: Pace | None = None,
        *,
        channel: Channel | None = None,
        policy: AmbiguousPolicy = "resend",
        rates: Rates | None = None,
        clock: HandClock | None = None,
        chance: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self.clock = clock or SwiftClock()
        self.meter = Meter(self.clock)
        self.notes = Notes()
        self.gone: list[str] = []
        channel = channel or self.meter
        self.name = channel.name
        channels: dict[str, Channel] = {self.name: channel}
        self.outbox = Outbox(
            store=cast(EngineStore, self.notes),
            channels=channels,
            policies={self.name: policy},
            feed=Feed(MemoryBus(), channels),
            clock=self.clock,
            gone=self._gone,
            fence=held,
            sure=sure,
            at=lambda _: None,
            pacer=Pacer(
                paces={self.name: pace} if pace else {},
                rates=rates or MemoryRates(self.clock),
                chats=MemoryRates(self.clock),
                clock=self.clock,
            ),
            chance=chance,
        )
        self._sends: dict[int, Send] = {}

    async def _gone(self, chat: str, reason: str) -> None:  # noqa: ARG002 - the port's
        self.gone.append(chat)

    def add(self, address: str, text: str = "", *, bulk: bool = False) -> int:
        """The number of a message to that address, which is the chat's id too."""
        number = len(self._sends) + 1
        said = Message(
            id=f"m{number}", seq=number, author="bot", at=MONDAY_NOON, content=Text(text=text or f"{number}")
        )
        self._sends[number] = Send(
            number=number,
            chat=address,
            channel=self.name,
            account="bot",
            address=address,
            message=said,
            due=MONDAY_NOON,
            bulk=bulk,
        )
        self.again(number)
        return number

    def again(self, number: int) -> None:
        self.outbox.add(self._sends[number])

    def settled(self) -> bool:
        return not self.outbox.numbers()

    async def run(self, **more: timedelta) -> None:
        """Until nothing is under way."""
        assert isinstance(self.clock, SwiftClock)
        await self.clock.run(self.settled, **more)

    async def close(self) -> None:
        await self.outbox.drain(0)


def most_within(times: Iterable[datetime], seconds: float) -> int:
    """The most of them in any time of that length (its end excluded)."""
    ordered = sorted(times)
    most = first = 0
    for last, at in enumerate(ordered):
        while (at - ordered[first]).total_seconds() >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
