"""Token buckets that all processes share, over Redis; those of this process are kept beside, and bridge what Redis does not do.

Redis may be slow, full, empty or dead at any time. Nobody waits for it longer than ``PATIENCE``, and a process alone never
goes beyond a limit: then each of them has the limit for itself.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final, Self

import structlog
from redis.asyncio import Redis

from conversation.ports import Clock
from store.rates import MemoryRates
from store.redis_client import open_client

PATIENCE: Final = 0.25
"""Seconds for one answer, connecting included."""
REST: Final = 5.0
"""Seconds for which a Redis that did not answer is left alone."""
AT_ONCE: Final = 4
"""Questions, each over a connection of its own."""
PREFIX: Final = "lotse:rate:"

_TAKE: Final = """
local now = redis.call('TIME')
local at = now[1] * 1000000 + now[2]
local step = 1000000 / ARGV[1]
local burst, queue = ARGV[2] * step, ARGV[3] * step
local full = tonumber(redis.call('GET', KEYS[1])) or at
full = math.min(math.max(full, at), at + burst + queue)
local early = full + step - at - burst
local taken = early <= queue + 1
if taken then full = full + step end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - at) / 1000) + 1)
return taken and math.max(0, math.ceil(early)) or -1
"""
"""Microseconds to wait, -1 for nothing taken. By the time of Redis: the machines' clocks need not agree."""
_log = structlog.get_logger(__name__)


class RedisRates:
    """``open`` one for a process and ``close`` it."""

    def __init__(self, redis: Redis, *, clock: Clock) -> None:
        self._redis = redis
        self._script = redis.register_script(_TAKE)
        self._clock = clock
        self._own = MemoryRates(clock)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._rests_until: datetime | None = None

    @classmethod
    def open(cls, url: str, *, clock: Clock) -> Self:
        """Connects when it is first needed. Raises LotseError for a URL that names no Redis."""
        return cls(open_client(url, patience=PATIENCE), clock=clock)

    async def take(self, key: str, *, rate: float, burst: float, queue: float = 0.0) -> float | None:
        """The longer of what Redis and this process's own buckets say: a Redis that was emptied opens no gates."""
        shared = await self._ask(key, rate, burst, queue)
        if shared is None:
            return None
        own = self._own.take_now(key, rate=rate, burst=burst, queue=queue)
        return None if own is None else max(shared, own)

    async def close(self) -> None:
        await self._redis.aclose()

    async def _ask(self, key: str, rate: float, burst: float, queue: float) -> float | None:
        """0 where Redis says nothing."""
        if self._rests_until is not None and self._clock.now() < self._rests_until:
            return 0.0
        try:
            async with asyncio.timeout(PATIENCE), self._room:
                micros = int(await self._script(keys=[PREFIX + key], args=[rate, burst, queue]))
        except Exception as error:
            # One that does not answer is not waited for by everybody who comes.
            _log.warning("redis_rates_away", error=f"{type(error).__name__}: {error}", seconds=REST)
            self._rests_until = self._clock.now() + timedelta(seconds=REST)
            return 0.0
        if self._rests_until is not None:
            self._rests_until = None
            _log.info("redis_rates_back")
        return None if micros < 0 else micros / 1e6
