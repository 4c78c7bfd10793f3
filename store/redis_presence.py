"""Who is there, over all processes, in Redis; this process's own are known without it.

A Redis that is slow, emptied or dead costs that those of other processes are not seen for a while: everybody says again
that they are there before they would be forgotten.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Self

import structlog
from redis.asyncio import Redis

from conversation.ports import Clock
from store.presence import STAYS, MemoryPresence
from store.redis_client import open_client

KEY: Final = "lotse:present"
PATIENCE: Final = 0.5
"""Seconds for one answer, connecting included."""
_HERE: Final = """
local now = redis.call('TIME')
redis.call('ZADD', KEYS[1], now[1] + ARGV[2], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
"""
_WHO: Final = """
local now = redis.call('TIME')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""
"""By the time of Redis: the machines' clocks need not agree."""
_log = structlog.get_logger(__name__)


class RedisPresence:
    """``open`` one for a process and ``close`` it."""

    def __init__(self, redis: Redis, *, clock: Clock) -> None:
        self._redis = redis
        self._here = redis.register_script(_HERE)
        self._who = redis.register_script(_WHO)
        self._own = MemoryPresence(clock)

    @classmethod
    def open(cls, url: str, *, clock: Clock) -> Self:
        """Connects when it is first needed. Raises LotseError for a URL that names no Redis."""
        return cls(open_client(url, patience=PATIENCE), clock=clock)

    async def here(self, member: str) -> None:
        await self._own.here(member)
        await self._ask(lambda: self._here(keys=[KEY], args=[member, int(STAYS.total_seconds())]))

    async def left(self, member: str) -> None:
        await self._own.left(member)
        await self._ask(lambda: self._redis.zrem(KEY, member))

    async def who(self) -> Sequence[str]:
        found = await self._ask(lambda: self._who(keys=[KEY])) or []
        return sorted({*await self._own.who(), *(member.decode() for member in found)})

    async def close(self) -> None:
        await self._redis.aclose()

    async def _ask(self, question: Callable[[], Awaitable[Any]]) -> Any:
        """None where Redis says nothing."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await question()
        except Exception as error:
            _log.warning("redis_presence_away", error=f"{type(error).__name__}: {error}")
            return None
