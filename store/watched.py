"""A database that remembers whether it failed the last time it was asked."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, text

from store.database import Database
from store.failures import blame

T = TypeVar("T")

_TOUCH = text(
    "INSERT INTO secrets (name, value) VALUES ('ping', :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
"""A row of its own: a disk that is full takes no write at all, but still gives what was written."""


class Watched:
    """A ``Database`` around another one. Failures of a single write, a stale turn or a broken row, are not the database's."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.read_failed = False
        self.write_failed = False

    async def read(self, do: Callable[[Connection], T]) -> T:
        try:
            result = await self._inner.read(do)
        except Exception as error:
            self.read_failed = blame(error) == "database"
            raise
        self.read_failed = False
        return result

    async def write(self, do: Callable[[Connection], T]) -> T:
        try:
            result = await self._inner.write(do)
        except Exception as error:
            self.write_failed = blame(error) == "database"
            raise
        self.write_failed = False
        return result

    async def close(self) -> None:
        await self._inner.close()

    async def ping(self) -> None:
        """Raises what the driver raises if nothing can be read; or written, if that failed the last time."""
        await self.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one())
        if self.write_failed:
            await self.write(lambda connection: connection.execute(_TOUCH, {"value": b""}).rowcount)
