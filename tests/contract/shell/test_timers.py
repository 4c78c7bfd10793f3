"""Every due timer reaches its turn, on time, whatever becomes of its neighbours."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, cast

from conversation.errors import StoreError
from conversation.events import Event
from conversation.records import Accepted, InboxRow, Timer
from conversation.stores import EngineStore
from engine.shell.timers import LONGEST_NAP, Timers
from tests.support.connector_surroundings import CountedIds
from tests.support.customers import until
from tests.support.hand_clock import MONDAY_NOON, HandClock


def timer(chat: str, seconds: float = 0) -> Timer:
    return Timer(chat=chat, conversation=chat, name="nap", due=MONDAY_NOON + timedelta(seconds=seconds))


class TimerStore:
    """``refusing``: chats whose timers can't be stored. ``reading``: held while the next timer is read."""

    def __init__(self, *timers: Timer) -> None:
        self.timers = list(timers)
        self.refusing: dict[str, Exception] = {}
        self.reading = asyncio.Event()
        self.reading.set()
        self.reads = 0

    async def due_timers(self, until: datetime, limit: int) -> Sequence[Timer]:
        return [timer for timer in self.timers if timer.due <= until][:limit]

    async def next_timer(self) -> datetime | None:
        found = min((timer.due for timer in self.timers), default=None)
        self.reads += 1
        await self.reading.wait()
        return found

    async def fire(self, timer: Timer, event: Event, worker: str) -> Accepted:  # noqa: ARG002 - the port's
        await asyncio.sleep(0)
        if timer.chat in self.refusing:
            raise self.refusing[timer.chat]
        self.timers.remove(timer)
        return Accepted(row=InboxRow(number=len(self.timers) + 1, chat=timer.chat, event=event))


@asynccontextmanager
async def ticking(store: TimerStore, clock: HandClock) -> AsyncIterator[tuple[Timers, list[str]]]:
    """The chats whose timers reached their turns, in order."""
    fired: list[str] = []
    timers = Timers(
        store=cast(EngineStore, store),
        clock=clock,
        ids=CountedIds(),
        fired=lambda accepted: fired.append(accepted.row.chat) if accepted.row else None,
        at=lambda _: None,
    )
    running: asyncio.Task[Any] = asyncio.create_task(timers.run())
    try:
        yield timers, fired
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_timer_that_cannot_be_stored_holds_up_none_of_its_batch_and_comes_soon_after() -> None:
    store, clock = TimerStore(timer("anna"), timer("boris"), timer("carla")), HandClock()
    store.refusing["boris"] = StoreError("the disk is full")
    async with ticking(store, clock) as (_, fired):
        await until(lambda: fired == ["anna", "carla"], what="the others fired")
        store.refusing.clear()
        clock.turn(LONGEST_NAP / 10)
        await until(lambda: fired == ["anna", "carla", "boris"], what="the third fired")


async def test_an_unforeseen_error_of_a_timer_does_not_end_the_others_that_come_later() -> None:
    store, clock = TimerStore(timer("anna"), timer("boris", seconds=20)), HandClock()
    store.refusing["anna"] = ValueError("nobody expects it")
    async with ticking(store, clock) as (_, fired):
        for _ in range(30):
            clock.turn(1)
            await asyncio.sleep(0.001)
        await until(lambda: fired == ["boris"], what="the later one fired")


async def test_a_timer_set_while_the_next_is_being_read_fires_on_time() -> None:
    store, clock = TimerStore(timer("anna", seconds=1)), HandClock()
    async with ticking(store, clock) as (timers, fired):
        await until(lambda: store.reads == 1, what="the first was read")
        store.reading.clear()
        clock.turn(1)
        await until(lambda: fired == ["anna"] and store.reads == 2, what="nothing is next, and not yet known")
        store.timers.append(timer("boris", seconds=3))
        timers.set(store.timers[0].due)
        store.reading.set()
        await until(lambda: store.reads == 3, what="the new one was read")
        clock.turn(2)
        await until(lambda: fired == ["anna", "boris"], what="the new one fired")
