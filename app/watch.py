"""What the service says about itself to those who run it: metrics, and whether it takes work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from importlib import import_module
from typing import Final, Literal

import structlog

from app.metrics import Metrics, Now
from conversation.errors import StoreError
from conversation.ports import Clock
from store.sql import SqlStore
from web.deps import Readiness

PATIENCE: Final = 2.0
"""Seconds for the database to answer."""
GRACE: Final = timedelta(seconds=3)
"""A database that is away for less is none of a load balancer's business: writes wait for it."""
_log = structlog.get_logger(__name__)


class Watch:
    """A ``web.deps.Watches``. ``running`` is false while the service starts or stops."""

    def __init__(
        self,
        *,
        store: SqlStore,
        metrics: Metrics,
        bus_up: Callable[[], bool],
        running: Callable[[], bool],
        version: Callable[[], str],
        clock: Clock,
        token: str,
    ) -> None:
        self.token = token
        self._store = store
        self._metrics = metrics
        self._bus_up = bus_up
        self._running = running
        self._version = version
        self._clock = clock
        self._away_since: datetime | None = None

    async def metrics(self, sockets: Mapping[str, int]) -> bytes:
        """Without what is in the database while that is away."""
        now, figures = self._clock.now(), None
        try:
            async with asyncio.timeout(PATIENCE):
                figures = await self._store.figures(now)
        except (StoreError, TimeoutError) as error:
            _log.warning("figures_not_read", error=error)
        asked = Now(figures=figures, sockets=sockets, bus_up=self._bus_up(), at=now)
        await asyncio.to_thread(import_module, "prometheus_client")  # the first time it takes a tenth of a second
        return self._metrics.text(asked)

    async def readiness(self) -> Readiness:
        """Not while the service starts or stops, nor once the database has been away for ``GRACE``."""
        away = await self._database_away()
        bus_up = self._bus_up()
        parts = {
            "service": "ok" if self._running() else "starting or stopping",
            "database": "away" if away else "ok" if self._away_since is None else "does not answer",
            "bus": "ok" if bus_up else "degraded",
        }
        resting = self._metrics.resting
        if resting:
            parts["language"] = f"without {', '.join(resting)}"
        ready = self._running() and not away
        status: Literal["ready", "degraded", "not_ready"] = (
            "not_ready" if not ready else "ready" if bus_up and not resting else "degraded"
        )
        return Readiness(status=status, parts=parts, version=self._version())

    async def _database_away(self) -> bool:
        if await _answers(self._store.ping):
            self._away_since = None
            return False
        now = self._clock.now()
        self._away_since = self._away_since or now
        return now - self._away_since >= GRACE


async def _answers(ping: Callable[[], Awaitable[None]]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await ping()
    except (StoreError, TimeoutError):
        return False
    return True
