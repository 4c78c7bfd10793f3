"""The processes of a service, as forks of one warm parent: started by order, ended by a signal or by themselves."""

import asyncio
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from tests.crash.serve import Life, Order, Place
from tests.support.process import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A process that was started; ``ended`` gives its exit code (negative: the signal)."""

    pid: int
    ended: "asyncio.Future[int]"

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


@dataclass(slots=True, kw_only=True)
class Forks:
    """One child a place at a time."""

    places: list[Place]
    log: Path
    _process: asyncio.subprocess.Process | None = None
    _up: dict[int, "asyncio.Future[Child]"] = field(default_factory=dict)
    _children: dict[int, Child] = field(default_factory=dict)
    _reading: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        """Returns when a child can be had without waiting for imports."""
        arguments = msgspec.json.encode(self.places).decode()
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
        assert self._process.stdout is not None
        assert (await self._process.stdout.readline()).strip() == b"warm", f"it did not come up: see {self.log}"
        self._reading = asyncio.create_task(self._read(self._process.stdout))

    async def fork(self, place: int, life: Life) -> Child:
        assert self._process is not None
        assert self._process.stdin is not None
        up: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._up[place] = up
        self._process.stdin.write(msgspec.json.encode(Order(place=place, life=life)) + b"\n")
        return await up

    async def close(self) -> None:
        """Whoever is left ends with the parent."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            word, place, number = line.split()
            if word == b"up":
                ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
                child = self._children[int(place)] = Child(pid=int(number), ended=ended)
                self._up.pop(int(place)).set_result(child)
            else:
                self._children.pop(int(place)).ended.set_result(int(number))
        self._lose()

    def _lose(self) -> None:
        """The parent is gone: nobody may wait for ever."""
        left: list[asyncio.Future[Any]] = [*self._up.values(), *(child.ended for child in self._children.values())]
        for future in left:
            if not future.done():
                future.cancel()
