"""A team of operators in a rush: the real engine, router and SQLite store, customers and operators that are played, and a clock that
runs faster than the day.

Played: what people write and when, how long operators take, and the messenger, which takes everything at once. Real: inbox, turns,
outbox, timers, routing, and every commit.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import msgspec

from conversation.content import Text
from conversation.events import OperatorClosed, OperatorReplied
from conversation.message import Message
from conversation.news import DESK_TOPIC, News, TurnNews
from conversation.policy import Routing
from conversation.records import Card
from engine.shell.foresight import Foresight
from engine.shell.places import Places
from engine.shell.seating import Seating
from handoff.desk import estimate
from store.bus import MemoryBus
from store.sql import SqlStore
from tests.support.bots import make_rules
from tests.support.customers import until
from tests.support.engines import Process, Sends
from tests.support.offices import TEAM, Office, policy

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PATIENCE = 300.0
"""Real seconds after the last customer came."""
_decoder = msgspec.json.Decoder(News)
FILES = {
    "bot.yaml": """
title: Spike
languages: {source: en, all: [en]}
time_zone: UTC
channels: [telegram]
start: main
commands: {human: {dialog: main, step: human}}
teams: {desk: {hours: {mon-sun: ["00:00-24:00"]}, routing: automatic}}
waiting: {expires: 2h}
""",
    "dialogs/main.yaml": """
title: What people come for
start: hello
defaults: {misses: {limit: 3, go: human}, silence: {after: 1h, go: over}, failed: human}
steps:
  hello: {ask: text, save: what, go: more}
  more: {choose: {done: solved, human: human}}
  solved: {say: solved, go: over}
  human: {handover: desk, go: over}
  over: {end: solved}
""",
    "locales/en/_global.yaml": "en:\n  commands: {human: [human]}\n",
    "locales/en/main.yaml": """
en:
  hello: {text: What is it about?}
  more: {text: "Try this. Did it help?", options: {done: "Yes, it did", human: "No, a person please"}}
  solved: {text: Good bye.}
  human: {text: A person will come.}
""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``base``: conversations a minute, in ``calm`` minutes, then ``times`` as many in ``rush`` minutes. ``bot``: the share that
    needs no person. ``handle``: seconds that an operator takes for a chat, from and to. ``speed``: of the clock."""

    base: float
    calm: float = 10.0
    rush: float = 10.0
    times: float = 6.0
    bot: float = 0.8
    operators: int = 20
    capacity: int = 4
    handle: tuple[float, float] = (200.0, 400.0)
    speed: float = 10.0
    seed: int = 1


class FastClock:
    """A ``conversation.ports.Clock`` that runs ``speed`` times as fast."""

    def __init__(self, speed: float) -> None:
        self._speed, self._began = speed, perf_counter()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=(perf_counter() - self._began) * self._speed)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self._speed)


class Messenger(Sends):
    """Wakes whoever waits for an answer."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self.heard: dict[str, list[str]] = {}

    async def send(self, address: str, message: Message, key: str) -> str:
        self.heard.setdefault(address, []).append(message.author)
        waiting = self._waiting.pop(address, None)
        if waiting and not waiting.done():
            waiting.set_result(None)
        return key

    async def answer(self, address: str, saying: Awaitable[object]) -> float:
        """Real seconds from the message to the answer."""
        self._waiting[address] = future = asyncio.get_running_loop().create_future()
        began = perf_counter()
        await saying
        await future
        return perf_counter() - began


@dataclass(slots=True, kw_only=True)
class Served:
    """One who asked for a person. Times in the clock's seconds; ``told``: the wait by the rule of thumb, ``expected``: as
    customers are told it."""

    asked: datetime
    position: int
    told: float
    expected: float
    given: datetime | None = None
    over: bool = False

    @property
    def waited(self) -> float:
        return (self.given - self.asked).total_seconds() if self.given else float("inf")


@dataclass(slots=True, kw_only=True)
class Outcome:
    answers: list[float] = field(default_factory=list)
    """Real seconds until the bot answered."""
    by_bot: int = 0
    served: dict[str, Served] = field(default_factory=dict)
    """By the customer's address."""
    most: dict[str, int] = field(default_factory=dict)
    """The most chats at a time of each operator."""
    longest: int = 0
    """The longest queue."""
    drained: float = 0.0
    """Minutes after the rush until nobody waited."""


class Spike:
    def __init__(self, plan: Plan, office: Office, messenger: Messenger, bus: MemoryBus) -> None:
        self.plan = plan
        self.office = office
        self.messenger = messenger
        self.outcome = Outcome()
        self._bus = bus
        self._random = random.Random(plan.seed)
        self._clock = office.process.clock
        self._seating = Seating(store=office.process.store, presence=office.presence, clock=self._clock)
        store, people = office.process.store, office.process.store.people
        self._places = Places(
            queues=store,
            times=people,
            crew=self._seating,
            policy=lambda: office.rules,
            clock=self._clock,
            foresight=Foresight(store=store, seating=self._seating, times=people, clock=self._clock),
        )
        self._numbers = 0
        self._chats: dict[str, str] = {}
        self._holding: dict[str, int] = {}
        self._began = self._clock.now()

    async def run(self) -> None:
        """Until everybody was served."""
        names = [f"o{number:02}" for number in range(self.plan.operators)]
        await self.office.come(*names, capacity=self.plan.capacity)
        attending = asyncio.create_task(self._attend(names))
        async with asyncio.TaskGroup() as people:
            serving = asyncio.create_task(self._serve(people))
            await asyncio.sleep(0)
            arriving = [people.create_task(self._customer(number, at)) for number, at in enumerate(self._arrivals())]
            await asyncio.gather(*arriving)
            await until(
                lambda: all(each.over for each in self.outcome.served.values()),
                seconds=PATIENCE,
                what="everybody was served",
            )
            serving.cancel()
        attending.cancel()
        await asyncio.gather(serving, attending, return_exceptions=True)
        ended = self._began + timedelta(minutes=self.plan.calm + self.plan.rush)
        last = max(
            (each.given for each in self.outcome.served.values() if each.given and each.waited > 5), default=ended
        )
        self.outcome.drained = max(0.0, (last - ended).total_seconds() / 60)

    def _arrivals(self) -> list[float]:
        """Seconds from the start."""
        found, at = [], 0.0
        calm, rush = self.plan.calm * 60, self.plan.rush * 60
        while at < calm + rush:
            rate = self.plan.base / 60 * (self.plan.times if at >= calm else 1)
            at += self._random.expovariate(rate)
            found.append(at)
        return found

    async def _attend(self, names: list[str]) -> None:
        while True:
            for name in names:
                await self.office.presence.here(name)
            await self._clock.sleep(20)

    # ── customers ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _customer(self, number: int, at: float) -> None:
        needs_person = number % 10 in range(round(10 * (1 - self.plan.bot)))
        await self._clock.sleep(at - (self._clock.now() - self._began).total_seconds())
        address = f"customer-{number}"
        for text in ("hello", "my line is slow", "No, a person please" if needs_person else "Yes, it did"):
            self._numbers += 1
            saying = self.office.process.engine.intake.receive(
                self.office.process.inbound(f"{self._numbers}", address, text)
            )
            self.outcome.answers.append(await self.messenger.answer(address, saying))
            await self._clock.sleep(5)
        self.outcome.by_bot += not needs_person

    async def _asks(self, card: Card) -> None:
        store = self.office.process.store
        address = (await store.load(card.chat)).chat.address
        place = await store.place(card.conversation)
        position = place.position if place else 1
        mean = await store.people.mean_handle(TEAM) or sum(self.plan.handle) / 2
        told = estimate(position, await self._seating.active(TEAM), mean) or 0
        place = await self._places.of(card.conversation, card.team)
        expected = place.wait or 0 if place else 0
        queued = card.queued or card.since
        self.outcome.served[address] = Served(asked=queued, position=position, told=told, expected=expected)
        self.outcome.longest = max(self.outcome.longest, position)

    # ── operators ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _serve(self, people: asyncio.TaskGroup) -> None:
        """Each chat that is given to somebody is served by them."""
        subscription = await self._bus.subscribe(DESK_TOPIC)
        seen: set[tuple[str, str]] = set()
        try:
            async for payload in subscription:
                news = _decoder.decode(payload)
                if isinstance(news, TurnNews) and (key := (news.card.conversation, news.card.phase)) not in seen:
                    seen.add(key)
                    if news.card.phase == "parked":
                        await self._asks(news.card)
                    elif news.card.phase == "with_operator":
                        people.create_task(self._operator(news.card))
        finally:
            await subscription.close()

    async def _operator(self, card: Card) -> None:
        engine, store = self.office.process.engine, self.office.process.store
        address = (await store.load(card.chat)).chat.address
        customer = self.outcome.served[address]
        customer.given = card.since
        who = card.operator
        self._holding[who] = self._holding.get(who, 0) + 1
        self.outcome.most[who] = max(self.outcome.most.get(who, 0), self._holding[who])
        ends = self._random.uniform(*self.plan.handle)
        begun = 20.0
        await self._clock.sleep(begun)
        for number in range(3):
            text = f"reply {number}"
            reply = OperatorReplied(
                id=engine._ids.new(), at=self._clock.now(), operator=who, name=who, conversation=card.conversation,
                content=Text(text=text), client_id=text,
            )  # fmt: skip
            await engine.intake.operate(card.chat, reply, reply.id)
            await self._clock.sleep((ends - begun) / 3)
        over = OperatorClosed(
            id=engine._ids.new(), at=self._clock.now(), operator=who, name=who, conversation=card.conversation
        )
        self._holding[who] -= 1
        await engine.intake.operate(card.chat, over, over.id)
        customer.over = True


@asynccontextmanager
async def spike(plan: Plan, folder: Path) -> AsyncIterator[Spike]:
    async with AsyncExitStack() as stack:
        bus, messenger, clock = MemoryBus(limit=100_000), Messenger(), FastClock(plan.speed)
        store = await SqlStore.open(f"sqlite:///{folder}/lotse.db")
        stack.push_async_callback(store.close)
        process = Process(store, clock, messenger, bus, rules=make_rules(FILES))
        await process.engine.start()
        process._joined = True
        stack.push_async_callback(process.engine.stop)
        office = Office(process, bus, rules=policy("automatic", Routing()))
        routing = asyncio.create_task(office.router.run())
        try:
            yield Spike(plan, office, messenger, bus)
        finally:
            routing.cancel()
            await asyncio.gather(routing, return_exceptions=True)
