"""A whole run: customers on two channels and an operator, the service dying under them, and what is left at the end."""

import asyncio
import itertools
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession, ClientTimeout, CookieJar, TCPConnector

from app.service import Role
from conversation.errors import StoreError
from engine.shell.outbox import AmbiguousPolicy
from store.sql import SqlStore
from tests.crash.defects import Defect
from tests.crash.lives import POINTS, Lives
from tests.crash.serve import Place
from tests.support.customers import AtTheDesk, Say, Visitor, until
from tests.support.fake_telegram import TOKEN, FakeTelegram
from tests.support.process import free_port

PASSWORD_FILE = "first-password.txt"
REPLIES, MOST_REPLIES = 5, 400
TYPING = 0.2
"""Seconds that an operator needs for a reply: the chat stays in hand through some kills."""
NAP_OVER = "is over"
BACK = "Here is the bot."
REMINDER = "You are number"
FIRST = "A person will be with you soon"
"""A second after a visitor was parked, unless somebody took the chat by then."""
SHARE: Final = 0.6
"""Of the messages that are written by the time of the last kill."""
MORE, MOST_MORE = 1.0, 300
"""Seconds between two messages beyond the plan, and how many of them."""
NAPPERS: Final = 20
"""Visitors who go on with naps as long as it takes."""
OTHERS: Final = frozenset({"timer", "operated"})
"""Points that no message of a messenger's customer leads to."""
REMINDERS = 3
"""Of a parked visitor: see ``waiting`` in bot.yaml."""
BURST, RATE = 20, 4.0
"""Messages of a messenger's customer at once, then a second: as a person who writes fast."""
BEAT: Final = 0.4
"""Seconds between two signs of life of a worker among several: its chats are taken over this soon after its end."""
MANY: Final = 1_000_000
"""Rows: all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of everything. ``each``: messages of a customer. ``naps`` of a visitor: timers that must fire once.

    ``aims``: how often each point is aimed at, at least; ``migrations``: kills in the first start's. ``latency`` of the
    messenger's server in seconds. ``pause``: seconds between two messages of a customer, so that all write until the kills are over.
    """

    visitors: int
    parked: int
    served: int
    telegram: int
    each: int
    naps: int
    kills: int
    seed: int
    roles: tuple[Role, ...] = ("all",)
    """Of the processes; the doors that people use are those of the first."""
    defect: Defect = ""
    ambiguous: AmbiguousPolicy = "resend"
    points: tuple[str, ...] = POINTS
    aims: int = 0
    migrations: int = 0
    latency: float = 0.0
    pause: float = 0.0
    limit: float = 240.0
    """Seconds for all of it."""
    patience: float = 60.0
    """Seconds that the last life gets to answer everybody, once they have had the time to say all."""

    @property
    def writing(self) -> float:
        """Seconds that people need to say all they have to say."""
        return self.each * self.pause

    @property
    def conversations(self) -> int:
        return self.visitors + self.parked + self.served + self.telegram


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the service stands on. ``database`` empty: a file, for one process."""

    database: str = ""
    redis: str = ""


ALONE_ON_A_FILE: Final = Ground()


def points_of(plan: Plan) -> tuple[str, ...]:
    """Those that this run can reach: pages read the history, so only messengers' messages are sent."""
    idle = {"operated"} if not plan.served else set[str]()
    idle |= {"sending", "called"} if not plan.telegram else set[str]()
    return tuple(point for point in plan.points if point not in idle)


def places_of(plan: Plan, ground: Ground, var: Path, telegram: str) -> list[Place]:
    doors = free_port()
    return [
        Place(
            var=str(var),
            port=free_port() if number else doors,
            hooks=doors,
            role=role,
            telegram=telegram,
            token=TOKEN if telegram else "",
            defect=plan.defect,
            database=ground.database,
            redis=ground.redis,
            ambiguous=plan.ambiguous,
            beat=BEAT,
        )
        for number, role in enumerate(plan.roles)
    ]


class Redelivering(FakeTelegram):
    """Some updates come twice, whatever was answered to the first."""

    def __init__(self, *, share: float, seed: int, latency: float = 0.0) -> None:
        super().__init__(retry=0.03, latency=latency)
        self.twice = 0
        self.confirmed: set[str] = set()
        self.on_confirmed: Callable[[], None] = lambda: None
        self._share, self._random = share, random.Random(seed)

    async def post(self, update: dict[str, Any]) -> int:
        status = await super().post(update)
        if self._random.random() < self._share:
            self.twice += 1
            status = max(status, await super().post(update)) if status in (0, 200) else status
        if status == 200:
            self.confirmed.add(str(update["message"]["text"]))
            self.on_confirmed()
        return status


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a run left behind, to be judged."""

    plan: Plan
    var: Path
    database: str
    lives: Lives
    visitors: list[Visitor]
    parked: list[Visitor]
    served: list[Visitor]
    telegram: dict[int, list[str]]
    fake: Redelivering | None
    replies: dict[str, int] = field(default_factory=dict)
    """Name of a visitor to the number of an operator's replies."""
    desk_done: bool = False
    refusals: int = 0
    writing: set[int] = field(default_factory=set)
    """Customers of the messenger who have not said all."""
    settled_at: float = 0.0
    """Since when nobody waits."""
    rested_at: float = 0.0
    """The last look at the store that found nothing open."""
    stuck: list[str] = field(default_factory=list)
    exit_code: int = 0
    seconds: float = 0.0

    @property
    def everybody(self) -> list[Visitor]:
        return [*self.visitors, *self.parked, *self.served]

    @property
    def messages(self) -> int:
        written = sum(len(visitor.script) for visitor in self.everybody)
        return written + sum(len(texts) for texts in self.telegram.values())


def script(random_: random.Random, name: str, each: int, naps: int) -> list[Say]:
    resting = set(random_.sample(range(1, each), naps)) if naps else set()
    return [
        Say(text=f"{name} m{number} nap", until=NAP_OVER) if number in resting else Say(text=f"{name} m{number}")
        for number in range(each)
    ]


def cast(plan: Plan, urls: list[str]) -> tuple[list[Visitor], list[Visitor], list[Visitor]]:
    """Visitors who talk to the bot, who wait in the queue, and whom an operator serves."""
    random_ = random.Random(plan.seed)
    clients = (f"10.1.{number // 250}.{number % 250 + 1}" for number in itertools.count())

    def visitor(name: str, lines: list[Say]) -> Visitor:
        window, client = random_.choice((1, 2, 3)), next(clients)
        return Visitor(
            name=name, url=urls[0], others=urls[1:], script=lines, window=window, client=client, pause=plan.pause
        )

    talking = [
        visitor(f"v{number}", script(random_, f"v{number}", plan.each, plan.naps)) for number in range(plan.visitors)
    ]
    waiting = [
        visitor(
            f"p{number}",
            [
                *script(random_, f"p{number}", 3, 0),
                Say(text="human"),
                *script(random_, f"p{number} waits", plan.each - 4, 0),
            ],
        )
        for number in range(plan.parked)
    ]
    served = [
        visitor(f"s{number}", served_script(random_, f"s{number}", plan.each, (number + 1) / (plan.served + 1)))
        for number in range(plan.served)
    ]
    return talking, waiting, served


def served_script(random_: random.Random, name: str, each: int, share: float) -> list[Say]:
    """A person is asked for after that share of the messages."""
    early = max(1, int(each * share))
    late = script(random_, f"{name} late", each - early - 1, 0)
    return [*script(random_, name, early, 0), Say(text="human", until=BACK), *late]


async def serve_at_desk(outcome: Outcome, desk: AtTheDesk, visitor: Visitor) -> None:
    """A few replies; some more while the service has yet to die over an operator's command."""
    await until(lambda: bool(visitor.chat), seconds=outcome.plan.limit, what="a visitor arrived")
    conversation = await desk.parked(visitor.chat)
    name = visitor.name
    await desk.command("claim", f"{name}-claim", conversation)
    number = 0
    while number < REPLIES or (number < MOST_REPLIES and "operated" in outcome.lives.wanted):
        await asyncio.sleep(TYPING)
        await desk.command("reply", f"{name}-r{number}", conversation, text=f"{name} reply {number}")
        number += 1
    outcome.replies[name] = number
    await desk.command("close", f"{name}-close", conversation)


async def write_in_telegram(outcome: Outcome, chat: int, texts: list[str], random_: random.Random) -> None:
    """All that was planned; some more while the service has yet to die over a message."""
    fake, pause = outcome.fake, outcome.plan.pause
    assert fake is not None
    await until(lambda: bool(fake.webhook), seconds=240, what="the web hook was set")
    for number, text in enumerate(texts):
        fake.text(chat, text)
        await asyncio.sleep(pause or (random_.random() * 0.05 if number < BURST else 1 / RATE))
    while outcome.lives.wanted - OTHERS and len(texts) < outcome.plan.each + MOST_MORE:
        texts.append(f"{texts[0].split()[0]} m{len(texts)}")
        fake.text(chat, texts[-1])
        await asyncio.sleep(random_.random() * 2 * MORE)
    outcome.writing.discard(chat)


async def nap_on(outcome: Outcome, visitor: Visitor) -> None:
    """Some more naps while the service has yet to die over a timer."""
    for number in range(outcome.plan.each, outcome.plan.each + MOST_MORE):
        await visitor.settled.wait()
        if "timer" not in outcome.lives.wanted:
            return
        visitor.more(Say(text=f"{visitor.name} m{number} nap", until=NAP_OVER))


async def campaign(plan: Plan, folder: Path, ground: Ground = ALONE_ON_A_FILE) -> Outcome:
    """Everybody says all they have to say, through all the kills; then the service is stopped in good order."""
    began = time.monotonic()
    var = folder / "var"
    fake = Redelivering(share=0.1, seed=plan.seed, latency=plan.latency) if plan.telegram else None
    if fake:
        await fake.start()
    places = places_of(plan, ground, var, fake.url if fake else "")
    lives = Lives(
        places=places,
        log=folder / "service.log",
        seed=plan.seed,
        kills=plan.kills,
        each=max(4, int(SHARE * len(places) * plan.conversations * plan.each / (plan.kills + 2))),
        aims=plan.aims,
        migrations=plan.migrations,
        points=points_of(plan),
    )
    urls = [f"http://127.0.0.1:{place.port}" for place in places if place.role != "worker"]
    talking, waiting, served = cast(plan, urls)
    telegram = {7000 + number: [f"t{number} m{index}" for index in range(plan.each)] for number in range(plan.telegram)}
    outcome = Outcome(
        plan=plan,
        var=var,
        database=ground.database or f"sqlite:///{var / 'lotse.db'}",
        lives=lives,
        visitors=talking,
        parked=waiting,
        served=served,
        telegram=telegram,
        fake=fake,
        writing=set(telegram),
    )
    try:
        await lives.start()
        await _play(outcome, urls[0])
    finally:
        await lives.close()
        if fake:
            await fake.stop()
    outcome.seconds = time.monotonic() - began
    return outcome


async def _play(outcome: Outcome, url: str) -> None:
    plan, lives, fake = outcome.plan, outcome.lives, outcome.fake
    random_ = random.Random(plan.seed)
    async with ClientSession(
        connector=TCPConnector(limit=0), cookie_jar=CookieJar(unsafe=True), timeout=ClientTimeout(total=None, connect=2)
    ) as session:
        tasks = [asyncio.create_task(_desk(outcome, url, session)), asyncio.create_task(_look(outcome))]
        for visitor in outcome.everybody:
            visitor.acknowledged = lives.counted
            tasks.append(asyncio.create_task(visitor.run(session)))
        if plan.naps:
            tasks += [asyncio.create_task(nap_on(outcome, visitor)) for visitor in outcome.visitors[:NAPPERS]]
        if fake:
            fake.on_confirmed = lives.counted
            tasks += [
                asyncio.create_task(write_in_telegram(outcome, chat, texts, random_))
                for chat, texts in outcome.telegram.items()
            ]
        written = time.monotonic() + plan.writing
        try:
            async with asyncio.timeout(plan.limit):
                await lives.run(lambda: not unsettled(outcome))
                patience = max(0.0, written - time.monotonic()) + plan.patience
                await until(lambda: not unsettled(outcome), seconds=patience, what="everybody was answered")
        except TimeoutError:
            outcome.stuck = unsettled(outcome)
        finally:
            outcome.exit_code = await lives.stop()
            await _end(tasks)


async def _look(outcome: Outcome) -> None:
    """Whether something is open in the store, again and again."""
    await until(lambda: outcome.desk_done, seconds=outcome.plan.limit, what="the desk was done")
    store = await SqlStore.open(outcome.database)
    try:
        while True:
            with suppress(StoreError):
                began = time.monotonic()
                if not [*await store.unhandled(1), *await store.open_sends(1), *await store.open_jobs(1)]:
                    outcome.rested_at = began
            await asyncio.sleep(0.2)
    finally:
        await store.close()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for failed in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(failed, Exception):
            raise failed


async def _desk(outcome: Outcome, url: str, session: ClientSession) -> None:
    file = outcome.var / PASSWORD_FILE
    # What a start wrote that was killed before its commit is no password.
    await until(lambda: bool(outcome.lives.starts), seconds=outcome.plan.limit, what="a process answered")
    desk = AtTheDesk(url=url, operator="operator", password=file.read_text().strip(), twice=True)
    working = asyncio.create_task(desk.run(session))
    try:
        await asyncio.gather(*(serve_at_desk(outcome, desk, visitor) for visitor in outcome.served))
        outcome.refusals, outcome.desk_done = len(desk.refusals), True
        await working
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def unsettled(outcome: Outcome) -> list[str]:
    """Who still waits for something."""
    waiting = [visitor.name for visitor in outcome.everybody if not (visitor.settled.is_set() and _answered(visitor))]
    waiting += [visitor.name for visitor in outcome.parked if reminders(visitor) < REMINDERS]
    if outcome.fake:
        waiting += [f"t{chat}" for chat, texts in outcome.telegram.items() if not outcome.fake.confirmed >= set(texts)]
    waiting += [f"t{chat} writes" for chat in outcome.writing]
    if outcome.fake and outcome.plan.ambiguous == "resend":
        sent = {call.chat: str(call.fields.get("text", "")) for call in outcome.fake.sent()}
        waiting += [
            f"t{chat}" for chat, texts in outcome.telegram.items() if not sent.get(chat, "").endswith(texts[-1])
        ]
    outcome.settled_at = (outcome.settled_at or time.monotonic()) if not waiting else 0.0
    if not waiting and outcome.rested_at < outcome.settled_at:
        waiting = ["what is open in the store"]
    return waiting if outcome.desk_done else ["the desk", *waiting]


def _answered(visitor: Visitor) -> bool:
    """The bot spoke after the last words, unless it must be silent."""
    parked = visitor.name.startswith("p")
    return parked or any(seen.text.endswith(f"after {visitor.script[-1].text}") for seen in visitor.seen[-3:])


def reminders(visitor: Visitor) -> int:
    return sum(seen.text.startswith(REMINDER) for seen in visitor.seen)
