"""Many customers, of whom a fixed number waits for an answer at any time: a closed loop."""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from bench.figures import summed_up

T = TypeVar("T")
WARM_UP = 1.0
"""Seconds before anything is counted, at least; every customer has had a first answer by then."""


async def run(customers: Sequence[T], turn: Callable[[T], Awaitable[None]], *, parallel: int, seconds: float) -> None:
    """Take turns; say ``begin``, ``end`` and the figures on standard output. Customers come round in a fixed order."""
    idle = deque(customers)
    latencies: list[float] = []
    phase = {"counting": False, "over": False}

    async def worker() -> None:
        while not phase["over"]:
            customer = idle.popleft()
            began = time.perf_counter()
            await turn(customer)
            if phase["counting"]:
                latencies.append(time.perf_counter() - began)
            idle.append(customer)

    await _first_answers(customers, turn, parallel)
    async with asyncio.TaskGroup() as group:
        for _ in range(parallel):
            group.create_task(worker())
        await asyncio.sleep(WARM_UP)
        say("begin")
        began, cpu = time.perf_counter(), time.process_time()
        phase["counting"] = True
        await asyncio.sleep(seconds)
        phase["counting"] = False
        spent, used = time.perf_counter() - began, time.process_time() - cpu
        say("end")
        phase["over"] = True
    print(msgspec.json.encode(summed_up(latencies, spent, used)).decode(), flush=True)


async def _first_answers(customers: Sequence[T], turn: Callable[[T], Awaitable[None]], parallel: int) -> None:
    waiting = deque(customers)

    async def worker() -> None:
        while waiting:
            await turn(waiting.popleft())

    async with asyncio.TaskGroup() as group:
        for _ in range(parallel):
            group.create_task(worker())


def say(word: str) -> None:
    """A line for the process that watches this one; it answers when it has looked at the server."""
    print(word, flush=True)
    sys.stdin.readline()
