"""Starts the service, kills it by plan and starts it again, while people write."""

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tests.crash.serve import Life, Place
from tests.support.process import ROOT, healthy

POINTS = ("accepted", "stepped", "saved", "before_commit", "after_commit", "timer", "operated", "sending", "called")
RARE = {"timer": 4, "operated": 2, "sending": 4, "called": 4, "before_commit": 12, "after_commit": 12}
"""Points that are passed less often than once a message: at most so many passes are waited for."""
AIMED = 0.75
"""Share of the lives that end at a point."""
AGAIN = 12
"""How often a point is aimed at again that was not reached."""
STILL = 2
"""Lives in which nothing was confirmed; then there is nothing left to kill for."""
PATIENCE = 2.5
"""Seconds in which nothing is confirmed; then a life is ended wherever it is."""
LONGEST_START = 30.0


@dataclass(slots=True, kw_only=True)
class Lives:
    """``count``: how many messages were confirmed so far; ``each``: about so many pass in a life."""

    place: Place
    log: Path
    seed: int
    kills: int
    each: int
    points: tuple[str, ...] = POINTS
    killed: Counter[str] = field(default_factory=Counter)
    """Where: the point, or ``random``."""
    starts: list[float] = field(default_factory=list)
    """Seconds until it answered again."""
    exits: list[int] = field(default_factory=list)
    stop_seconds: float = 0.0
    ways: list[str] = field(default_factory=list)
    """How the lives to come shall end: at a point, or anywhere (empty)."""
    _process: asyncio.subprocess.Process | None = None
    _pid: int = 0
    _count: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def counted(self) -> None:
        self._count += 1
        self._news.set()

    async def start(self) -> None:
        arguments = msgspec.json.encode(self.place).decode()
        with self.log.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.crash.serve",
                arguments,
                cwd=ROOT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
        assert await self._line() == "warm"

    async def run(self, done: Callable[[], bool]) -> None:
        """All the lives; returns in the last one, with the service up."""
        random_ = random.Random(self.seed)
        aimed = list(self.points) * max(1, int(self.kills * AIMED) // len(self.points))
        ways = self.ways = aimed + [""] * max(1, self.kills - len(aimed))
        random_.shuffle(ways)
        again, still = Counter[str](), 0
        while ways and still < STILL and not done():
            point, count = ways[0], self._count
            hits = random_.randint(1, RARE.get(point, max(4, self.each // 4))) if point else 0
            reached = await self._live(Life(point=point, hits=hits), random_.randint(self.each // 2, self.each), done)
            still = 0 if reached or self._count > count else still + 1
            ways.pop(0)
            if point and not reached and again[point] < AGAIN:
                again[point] += 1
                ways.append(point)
        await self.begin(Life())

    async def begin(self, life: Life) -> None:
        """A life, up and answering."""
        await self.fork(life)
        await self._measure()

    async def fork(self, life: Life) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(life) + b"\n")
        self._pid = int(await self._line())

    async def _measure(self) -> None:
        """A life that ends before it answers has no time of its own."""
        with suppress(TimeoutError):
            self.starts.append(await healthy(f"http://127.0.0.1:{self.place.port}", seconds=LONGEST_START))

    async def _live(self, life: Life, messages: int, done: Callable[[], bool]) -> bool:
        """One life: to its point, or until ``messages`` were confirmed, or until nothing moves any more. True: to its point."""
        await self.fork(life)
        starting = asyncio.create_task(self._measure())
        ending = asyncio.create_task(self._line())
        try:
            by_itself = await self._until_its_end(life, messages, ending, starting, done)
            code = int(await ending)
        finally:
            for task in (ending, starting):
                task.cancel()
            await asyncio.gather(ending, starting, return_exceptions=True)
        self._pid = 0
        self.exits.append(code)
        assert code == -signal.SIGKILL, f"the service ended by itself with code {code}: see {self.log}"
        self.killed[life.point if by_itself else "random"] += 1
        return by_itself

    async def _until_its_end(
        self,
        life: Life,
        messages: int,
        ending: asyncio.Task[str],
        starting: asyncio.Task[None],
        done: Callable[[], bool],
    ) -> bool:
        """False if it had to be killed from outside."""
        last = self._count + (2 * messages if life.point else messages)
        moved, count = time.monotonic(), self._count
        while not ending.done() and not done() and self._count < last and time.monotonic() - moved < PATIENCE:
            self._news.clear()
            news = asyncio.create_task(self._news.wait())
            await asyncio.wait({news, ending}, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
            if self._count > count or not starting.done():
                moved, count = time.monotonic(), self._count
        if ending.done():
            return True
        self._signal(signal.SIGKILL)
        return False

    async def stop(self) -> int:
        """The end as an administrator asks for it; the exit code."""
        if not self._pid:
            return self.exits[-1]
        began = time.monotonic()
        code = await self.end(signal.SIGTERM)
        self.stop_seconds = time.monotonic() - began
        return code

    async def end(self, number: int) -> int:
        """By a signal; the exit code."""
        self._signal(number)
        code = int(await self._line())
        self._pid = 0
        return code

    async def close(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, number)

    async def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        return (await self._process.stdout.readline()).decode().strip()
