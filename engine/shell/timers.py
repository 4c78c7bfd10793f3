"""Fires timers when they are due: each once, none early, also after a restart. They live in SQL only."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from conversation.errors import StoreError
from conversation.events import TimerFired
from conversation.ports import Clock, Ids
from conversation.records import Accepted, Timer
from conversation.stores import EngineStore

LONGEST_NAP: Final = 30.0
"""Seconds: the clock of the machine may be set, and other processes set timers too."""
AGAIN: Final = timedelta(seconds=1)
"""After a failure."""
OTHERS: Final = timedelta(seconds=1)
"""A timer that its own worker did not fire within this is anybody's."""
BATCH: Final = 500

_log = structlog.get_logger(__name__)


class Timers:
    """``mine``: whether the timers of a chat are this worker's to fire first. ``fired`` gets what was stored."""

    def __init__(
        self,
        *,
        store: EngineStore,
        clock: Clock,
        ids: Ids,
        fired: Callable[[Accepted], None],
        at: Callable[[str], None],
        worker: str = "",
        mine: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._fired = fired
        self._at = at
        self._worker = worker
        self._mine = mine
        self._sooner = asyncio.Event()
        self._next: datetime | None = None

    def set(self, due: datetime) -> None:
        """A timer was saved: wake up if it is the next one."""
        if self._next is None or due < self._next:
            self._sooner.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._sooner.clear()
            self._next = None  # whatever is set while the next one is read may be sooner than what is found
            try:
                left = await self.fire_due()
                self._next = self._clock.now() + OTHERS if left else await self._store.next_timer()
            except StoreError as error:
                _log.error("timers_not_fired", error=str(error))
                self._next = self._clock.now() + AGAIN
            except Exception:
                _log.exception("timers_not_fired")
                self._next = self._clock.now() + AGAIN
            await self._nap()

    async def fire_due(self) -> bool:
        """True if some are left to others for a moment.

        One that fails holds up none of its batch. Raises its error, StoreError for one, after those that were fired.
        """
        while True:
            now = self._clock.now()
            due = await self._store.due_timers(now, BATCH)
            ours = [timer for timer in due if self._mine(timer.chat) or timer.due <= now - OTHERS]
            outcomes: list[Accepted | BaseException] = await asyncio.gather(
                *(self._fire(timer, now) for timer in ours), return_exceptions=True
            )
            if ours:
                self._at("timer")
            errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
            for outcome in outcomes:
                if isinstance(outcome, Accepted):
                    self._fired(outcome)
            if errors:
                raise errors[0]
            if len(due) < BATCH or not ours:
                return len(ours) < len(due)

    async def _fire(self, timer: Timer, now: datetime) -> Accepted:
        event = TimerFired(id=self._ids.new(), at=now, name=timer.name, due=timer.due)
        return await self._store.fire(timer, event, self._worker)

    async def _nap(self) -> None:
        seconds = LONGEST_NAP
        if self._next:
            seconds = min(seconds, max(0.0, (self._next - self._clock.now()).total_seconds()))
        sleep = asyncio.create_task(self._clock.sleep(seconds))
        sooner = asyncio.create_task(self._sooner.wait())
        try:
            await asyncio.wait({sleep, sooner}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            sooner.cancel()
