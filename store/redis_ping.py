"""Whether there is a Redis."""

import asyncio
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from conversation.errors import LotseError

PATIENCE: Final = 2.0
"""Seconds."""


async def ping(url: str) -> str:
    """Its version. Raises LotseError. The URL is not repeated: it may hold a password."""
    try:
        client = Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=PATIENCE)
    except ValueError as error:
        raise LotseError("LOTSE_REDIS__URL can't be read: write redis://host:6379") from error
    try:
        async with asyncio.timeout(PATIENCE):
            told = await client.info("server")
    except (RedisError, OSError, TimeoutError) as error:
        raise LotseError(f"Redis does not answer ({type(error).__name__})") from error
    finally:
        await client.aclose()
    return str(told.get("redis_version", ""))
