"""Where a waiting customer stands, and for how long yet: the place from the store, the estimate from who is at the desk."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from conversation.errors import StoreError
from conversation.events import QueuePlace
from conversation.policy import Policy
from conversation.ports import Clock
from handoff.desk import estimate

RECENT: Final = 100
"""Chats of the team, the newest ones, whose handle time counts."""
FRESH: Final = timedelta(seconds=10)
"""How old their mean may be."""
USUAL: Final = "default"
"""The company's own idea of it, in ``live.handle_time``, until there are such chats."""

_log = structlog.get_logger(__name__)


class Queues(Protocol):
    """What of the store this reads."""

    async def place(self, conversation: str, step: int = 300) -> QueuePlace | None: ...


class HandleTimes(Protocol):
    async def mean_handle(self, team: str, last: int = RECENT) -> float | None: ...


class Crew(Protocol):
    async def active(self, team: str) -> int:
        """How many operators serve the team now."""
        ...


class Foresees(Protocol):
    async def wait(self, position: int, team: str) -> float | None:
        """Seconds; None if nobody can know."""
        ...


class Places:
    """``foresight``: for teams whose chats are given out; operators who take them by hand are not foreseen."""

    def __init__(
        self,
        *,
        queues: Queues,
        times: HandleTimes,
        crew: Crew,
        policy: Callable[[], Policy],
        clock: Clock,
        foresight: Foresees | None = None,
    ) -> None:
        self._foresight = foresight
        self._queues = queues
        self._times = times
        self._crew = crew
        self._policy = policy
        self._clock = clock
        self._known: dict[str, tuple[datetime, float | None]] = {}

    async def of(self, conversation: str, team: str) -> QueuePlace | None:
        """None for one that does not wait. Without an estimate where nobody is there, or nobody knows. Raises StoreError."""
        place = await self._queues.place(conversation, self._policy().routing.step)
        if place is None:
            return None
        try:
            wait = await self._wait(place.position, team)
        except StoreError as error:
            _log.warning("wait_not_estimated", team=team, error=str(error))
            wait = None
        return QueuePlace(position=place.position, wait=wait)

    async def _wait(self, position: int, team: str) -> int | None:
        known = self._policy().teams.get(team)
        if self._foresight and known and known.routing == "automatic":
            foreseen = await self._foresight.wait(position, team)
            if foreseen is not None:
                return round(foreseen)
        mean = await self._mean(team)
        usual = self._policy().live.handle_time.get(USUAL)
        handle = usual if mean is None else mean
        return None if handle is None else estimate(position, await self._crew.active(team), handle)

    async def _mean(self, team: str) -> float | None:
        now = self._clock.now()
        read, mean = self._known.get(team, (None, None))
        if read is None or abs(now - read) > FRESH:
            mean = await self._times.mean_handle(team, RECENT)
            self._known[team] = now, mean
        return mean
