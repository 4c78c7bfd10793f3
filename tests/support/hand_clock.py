"""Time that a test turns by hand."""

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

MONDAY_NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
"""Noon in Berlin: the example's service is open."""


class HandClock:
    """A ``conversation.ports.Clock``: time stands still until ``turn``."""

    def __init__(self, moment: datetime = MONDAY_NOON) -> None:
        self.moment = moment
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._count = itertools.count()

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.moment + timedelta(seconds=seconds), next(self._count), future))
        self._wake()
        await future

    @property
    def sleeping(self) -> int:
        """How many wait for a moment that has not come."""
        return sum(not future.done() for _, _, future in self._sleepers)

    def turn(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self._wake()

    def _wake(self) -> None:
        while self._sleepers and self._sleepers[0][0] <= self.moment:
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)
