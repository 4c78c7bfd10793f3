"""Starts the processes of a service, kills them by plan and starts them again, while people write."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.service import Role
from tests.crash.forks import Child, Forks
from tests.crash.serve import Life, Place
from tests.support.process import healthy

DOORS: Final = frozenset({"accepted", "operated", "before_commit", "after_commit"})
"""Points that a process with doors only passes."""
WORK: Final = frozenset(
    {"claimed", "stepped", "saved", "before_commit", "after_commit", "timer", "sending", "called"},
)
"""Points that a worker without doors passes."""
POINTS: Final = tuple(sorted(DOORS | WORK))
"""All but ``migrating``, which is passed by none but the first who come."""
RARE: Final = {
    "timer": 1, "operated": 2, "sending": 2, "called": 2, "before_commit": 12, "after_commit": 12, "claimed": 1,
}  # fmt: skip
"""Points that are passed less often than once a message: at most so many passes are waited for."""
SCARCE: Final = frozenset({"timer", "operated", "sending", "called"})
EARLY: Final = 0.6
"""Points of which there are only so many passes are aimed at in this first share of the lives."""
STEPS: Final = 4
"""Steps of the way from nothing to the newest tables; there may be more."""
AIMED: Final = 0.75
"""Share of the lives that end at a point."""
AGAIN: Final = 12
"""How often a point is aimed at again that was not reached; more often if it is aimed at more often."""
STILL: Final = 2
"""Lives of a process in which nothing was confirmed; then there is nothing left to kill it for."""
PATIENCE: Final = 2.5
"""Seconds in which nothing is confirmed; then a life is ended wherever it is."""
LONGEST_START: Final = 30.0
LONGEST_LIFE: Final = 10.0
"""Seconds, the start among them, that a rare point is waited for."""
MANY: Final = 1_000_000


def passes(role: Role, point: str) -> bool:
    """Whether a process of that kind comes by."""
    return point in {"all": DOORS | WORK, "web": DOORS, "worker": WORK}[role]


@dataclass(slots=True, kw_only=True)
class Lives:
    """``each``: so many messages are confirmed in a life; ``aims``: how often each of the ``points`` is aimed at, at least."""

    places: list[Place]
    log: Path
    seed: int
    kills: int = 0
    each: int = 1
    aims: int = 0
    migrations: int = 0
    """Kills in the middle of the first start's migrations."""
    points: tuple[str, ...] = POINTS
    killed: Counter[str] = field(default_factory=Counter)
    """Where: the point, or ``random``."""
    who: Counter[str] = field(default_factory=Counter)
    """The role and the number of the place."""
    starts: list[float] = field(default_factory=list)
    """Seconds until it answered again."""
    exits: list[int] = field(default_factory=list)
    stop_seconds: float = 0.0
    ways: list[str] = field(default_factory=list)
    """How the lives to come shall end: at a point, or anywhere (empty)."""
    _forks: Forks = field(init=False)
    _children: dict[int, Child] = field(default_factory=dict)
    _again: Counter[str] = field(default_factory=Counter)
    _aims: dict[int, str] = field(default_factory=dict)
    """Place to the point at which its life shall end."""
    _leading: int = 0
    _count: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def counted(self) -> None:
        """A message was confirmed."""
        self._count += 1
        self._news.set()

    @property
    def wanted(self) -> set[str]:
        """Points at which lives have yet to end."""
        return {*self.ways, *self._aims.values()} - {""}

    async def start(self) -> None:
        self._forks = Forks(places=self.places, log=self.log)
        await self._forks.start()

    async def run(self, done: Callable[[], bool]) -> None:
        """All the lives of all processes; returns in the last ones, with the service up."""
        random_ = random.Random(self.seed)
        await self._migrate(random_)
        aimed = list(self.points) * max(1, self.aims, int(self.kills * AIMED) // max(1, len(self.points)))
        self.ways = (aimed if self.kills else []) + [""] * max(0, self.kills - len(aimed))
        self.ways.sort(key=lambda point: random_.random() * (EARLY if point in SCARCE else 1.0))
        self._leading = len(self.places)
        async with asyncio.TaskGroup() as group:
            for number in range(len(self.places)):
                group.create_task(self._lead(number, random.Random(f"{self.seed} {number}"), done))

    async def begin(self, life: Life, number: int = 0) -> None:
        """A life, up and answering."""
        await self.fork(life, number)
        await self._measure(number)

    async def fork(self, life: Life, number: int = 0) -> None:
        self._children[number] = await self._forks.fork(number, life)

    async def _migrate(self, random_: random.Random) -> None:
        """The first tables: killed at any step of the way, again and again."""
        for number in range(self.migrations):
            hits = number % STEPS + 1
            await self.fork(Life(point="migrating", hits=hits), random_.randrange(len(self.places)))
            (place, child), *_ = self._children.items()
            self._gone(place, "migrating", await child.ended)

    async def _measure(self, number: int) -> None:
        """A life that ends before it answers has no time of its own."""
        with suppress(TimeoutError):
            self.starts.append(await healthy(f"http://127.0.0.1:{self.places[number].port}", seconds=LONGEST_START))

    async def _lead(self, number: int, random_: random.Random, done: Callable[[], bool]) -> None:
        """One process after the other at a place; the last one stays."""
        still = 0
        while still < STILL and not done() and (point := self._next_way(self.places[number].role)) is not None:
            count = self._count
            hits = random_.randint(1, RARE.get(point, max(4, self.each // 4))) if point else 0
            messages = random_.randint(max(1, self.each // 2), self.each)
            self._aims[number] = point
            reached = await self._live(number, Life(point=point, hits=hits), messages, done)
            still = 0 if reached or self._count > count else still + 1
            if point and not reached and self._again[point] < max(AGAIN, 2 * self.aims):
                self._again[point] += 1
                self.ways.append(point)
            del self._aims[number]
        self._leading -= 1
        if not self._leading:
            self.ways.clear()
        await self.begin(Life(), number)

    def _next_way(self, role: Role) -> str | None:
        for index, point in enumerate(self.ways):
            if not point or passes(role, point):
                return self.ways.pop(index)
        return None

    async def _live(self, number: int, life: Life, messages: int, done: Callable[[], bool]) -> bool:
        """One life: to its point, or until ``messages`` were confirmed, or until nothing moves any more. True: to its point."""
        await self.fork(life, number)
        child = self._children[number]
        starting = asyncio.create_task(self._measure(number))
        try:
            by_itself = await self._until_its_end(child, life, messages, starting, done)
            code = await child.ended
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
        self._gone(number, life.point if by_itself else "random", code)
        return by_itself

    def _gone(self, number: int, where: str, code: int) -> None:
        del self._children[number]
        self.exits.append(code)
        assert code == -signal.SIGKILL, f"the service ended by itself with code {code}: see {self.log}"
        self.killed[where] += 1
        self.who[f"{self.places[number].role} {number}"] += 1

    async def _until_its_end(
        self, child: Child, life: Life, messages: int, starting: asyncio.Task[None], done: Callable[[], bool]
    ) -> bool:
        """False if it had to be killed from outside."""
        last = self._count + (MANY if life.point in RARE else 2 * messages if life.point else messages)
        latest = time.monotonic() + LONGEST_LIFE
        moved, count = time.monotonic(), self._count
        while not child.ended.done() and not done() and self._count < last and time.monotonic() < latest:
            if time.monotonic() - moved > PATIENCE:
                break
            self._news.clear()
            news = asyncio.create_task(self._news.wait())
            either: set[asyncio.Future[Any]] = {news, child.ended}
            await asyncio.wait(either, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
            if self._count > count or not starting.done():
                moved, count = time.monotonic(), self._count
        if child.ended.done():
            return True
        child.signal(signal.SIGKILL)
        return False

    async def stop(self) -> int:
        """The end as an administrator asks for it; the exit code, the worst of all processes."""
        if not self._children:
            return self.exits[-1] if self.exits else 0
        began = time.monotonic()
        codes = await asyncio.gather(*(self.end(signal.SIGTERM, number) for number in list(self._children)))
        self.stop_seconds = time.monotonic() - began
        return max(codes, key=abs)

    async def end(self, sign: int, number: int = 0) -> int:
        """By a signal; the exit code."""
        child = self._children.pop(number)
        child.signal(sign)
        return await child.ended

    async def ended(self, number: int) -> int:
        """Until a process ends by itself; the exit code."""
        return await self._children.pop(number).ended

    async def close(self) -> None:
        await self._forks.close()
