"""The one place where time and ids come from."""

import asyncio
import secrets
from datetime import UTC, datetime

from conversation.ports import Clock


class SystemClock:
    """A ``conversation.ports.Clock``."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the adapter

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class RandomIds:
    """A ``conversation.ports.Ids``: milliseconds first, so that ids sort by time, then 128 random bits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self) -> str:
        return f"{int(self._clock.now().timestamp() * 1000):012x}{secrets.token_hex(16)}"
