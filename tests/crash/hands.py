"""Two workers whose chats change hands all the time, in one process and in quick motion: what must hold, and what was found."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Final

from conversation.content import plain_text
from conversation.message import Message
from store.bus import MemoryBus
from store.sql import SqlStore
from tests.crash.defects import STORES, Defect, plant
from tests.support.customers import until
from tests.support.engines import CHANNEL, Process, Sends
from tests.support.hand_clock import HandClock

SPEED: Final = 20
"""Seconds of the workers in one of ours."""
CUSTOMERS, EACH = 16, 16
LATENCY: Final = 0.004
AFTER_A_REST: Final = 0.6
"""Share of the messages that find the chat in nobody's hands."""


class QuickClock(HandClock):
    """Nobody turns it: it runs, and fast."""

    def __init__(self) -> None:
        super().__init__()
        self._began = monotonic()

    def now(self) -> datetime:
        return self.moment + timedelta(seconds=(monotonic() - self._began) * SPEED)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / SPEED)


class Slow(Sends):
    """A messenger that takes a moment, and counts what it gets while it still has another message for the same customer."""

    def __init__(self) -> None:
        super().__init__()
        self.crowded = 0
        self._busy: Counter[str] = Counter()

    async def send(self, address: str, message: Message, key: str) -> str:
        self.crowded += self._busy[address] > 0
        self._busy[address] += 1
        try:
            await asyncio.sleep(LATENCY)
            return await super().send(address, message, key)
        finally:
            self._busy[address] -= 1


@asynccontextmanager
async def workers(file: Path, channel: Sends, defect: Defect) -> AsyncIterator[list[Process]]:
    """Two at work on a database, told of each other's news."""
    clock, bus, made = QuickClock(), MemoryBus(), list[Process]()
    try:
        for _ in range(2):
            store = await STORES.get(defect, SqlStore).open(f"sqlite:///{file}")
            process = Process(store, clock, channel, bus)
            made.append(process)
            plant(defect, process.engine)
            await process.engine.start()
        yield made
    finally:
        for process in made:
            await process.engine.stop()
            await process.store.close()


async def play(file: Path, seed: int, defect: Defect = "", patience: float = 10.0) -> Counter[str]:
    """Faults by name, none if all is well. ``patience``: seconds after the last word for all that follows."""
    random_, channel = random.Random(seed), Slow()
    texts = {f"customer-{number}": [f"{number} m{index}" for index in range(EACH)] for number in range(CUSTOMERS)}
    async with workers(file, channel, defect) as both:
        moving = asyncio.create_task(_move(both))
        try:
            await asyncio.gather(*(_write(both, address, said, random_) for address, said in texts.items()))
            await _rest(both[0].store, patience)
        finally:
            moving.cancel()
            await asyncio.gather(moving, return_exceptions=True)
    faults = Counter({"crowded": channel.crowded})
    store = await SqlStore.open(f"sqlite:///{file}")
    try:
        for address, said in texts.items():
            faults += await _judge(store, channel, address, said)
        faults["left_over"] += len([*await store.unhandled(100), *await store.open_sends(100)])
    finally:
        await store.close()
    return +faults


async def _write(both: list[Process], address: str, texts: list[str], random_: random.Random) -> None:
    """In order, to one and the other in turn; at once, or when the chat was given back."""
    for number, text in enumerate(texts):
        await both[number % 2].engine.intake.receive(both[0].inbound(f"{address}-{number}", address, text))
        if random_.random() < AFTER_A_REST:
            chat = await both[0].chat(address)
            with suppress(TimeoutError):
                await until(lambda: not any(each.engine.claims.fence(chat.id) for each in both), seconds=1)  # noqa: B023


async def _rest(store: SqlStore, patience: float) -> None:
    """Until nothing is open."""
    end = monotonic() + patience
    while monotonic() < end:
        if not [*await store.unhandled(1), *await store.open_sends(1)]:
            return
        await asyncio.sleep(0.02)


async def _move(both: list[Process]) -> None:
    """Chats are given back whenever nothing is in hand."""
    while True:
        for process in both:
            await process.engine.claims.release_idle()
        await asyncio.sleep(0.005)


def _answers(texts: list[str]) -> list[str]:
    words = ["nothing", *texts[1:]]
    return ["I count.", *(f"{number} after {word}" for number, word in enumerate(words, 1))]


async def _judge(store: SqlStore, channel: Sends, address: str, texts: list[str]) -> Counter[str]:
    faults = Counter[str]()
    chat = await store.find_chat(CHANNEL, "bot", address)
    lines = await store.history(chat.id, 0, 1_000) if chat else ()
    wrote = Counter(plain_text(line.content) for line in lines if line.author == "customer")
    faults["lost"] = sum(not wrote[text] for text in texts)
    faults["twice"] = sum(wrote[text] > 1 for text in texts)
    said = [plain_text(line.content) for line in lines if line.author == "bot"]
    faults["wrong_answers"] = int(said != _answers(texts))
    faults["disordered"] = int([line.seq for line in lines] != list(range(1, len(lines) + 1)))
    sent = [text for to, text in channel.sent if to == address]
    faults["doubles"] = len(sent) - len(set(sent))
    faults["hidden"] = len(set(said) - set(sent))
    faults["disordered"] += int(list(dict.fromkeys(sent)) != [text for text in said if text in sent])
    return faults
