"""Where statements run: SQLite in threads of its own, PostgreSQL on the event loop. Both take plain functions over a connection.

A function given to ``write`` runs in one transaction that is committed after it. All methods raise what the driver raises.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from conversation.errors import StoreError
from store.failures import blame
from store.url import path_of

T = TypeVar("T")

_READERS = 2
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA cache_size = -32000",
    "PRAGMA mmap_size = 268435456",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
)


class Database(Protocol):
    async def read(self, do: Callable[[Connection], T]) -> T: ...

    async def write(self, do: Callable[[Connection], T]) -> T: ...

    async def close(self) -> None: ...


def connect(url: URL, busy_seconds: float) -> Database:
    """Nothing is opened yet.

    ``busy_seconds``: how long to wait for another program's lock on a file, which must exist; on PostgreSQL, how long a program
    may stand still in a transaction.
    """
    return _Sqlite(url, busy_seconds) if url.get_backend_name() == "sqlite" else _Postgres(url, busy_seconds)


class _Lane:
    """A thread with one connection of its own, opened when it is needed and again after a failure."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._file: tuple[int, int] | None = None
        self._connection: Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def run(self, do: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, do)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop)
        self._thread.shutdown(wait=True)

    def _run(self, do: Callable[[Connection], T]) -> T:
        try:
            with self._opened().begin() as transaction:
                return do(transaction.connection)
        except Exception as error:
            if blame(error) == "database":
                self._drop()
            raise

    def _opened(self) -> Connection:
        """A file that was removed or replaced takes writes that nobody will ever read: it is looked at each time."""
        connection = self._connection
        if connection is not None:
            if self._identity() == self._file:
                return connection
            self._drop()
        self._file = self._identity()
        connection = self._connection = self._engine.connect()
        return connection

    def _identity(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except FileNotFoundError as error:
            raise StoreError(
                f"the database file {self._path} is gone: put it back, or restart the service to begin a new one"
            ) from error
        return found.st_dev, found.st_ino

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


class _Sqlite:
    """One writer and a few readers on a file in WAL mode: readers never wait."""

    def __init__(self, url: URL, busy_seconds: float) -> None:
        path = path_of(url)
        self._writing = _engine(path, busy_seconds, "BEGIN IMMEDIATE")
        self._reading = _engine(path, busy_seconds, "")
        self._writer = _Lane(self._writing, path)
        self._readers = [_Lane(self._reading, path) for _ in range(_READERS)]
        self._next = cycle(self._readers)

    async def read(self, do: Callable[[Connection], T]) -> T:
        return await next(self._next).run(do)

    async def write(self, do: Callable[[Connection], T]) -> T:
        return await self._writer.run(do)

    async def close(self) -> None:
        for lane in (*self._readers, self._writer):
            await lane.close()


class _Postgres:
    """A process that freezes in the middle of a transaction must not keep the rows that it changed from those who take over:
    the server ends what stands still."""

    def __init__(self, url: URL, still_seconds: float) -> None:
        still = {"idle_in_transaction_session_timeout": str(round(still_seconds * 1000))}
        self._engine = create_async_engine(
            url, pool_size=5, max_overflow=5, hide_parameters=True, connect_args={"server_settings": still}
        )

    async def read(self, do: Callable[[Connection], T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(do)

    async def write(self, do: Callable[[Connection], T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(do)

    async def close(self) -> None:
        await self._engine.dispose()


def _engine(path: Path, busy_seconds: float, begin: str) -> Engine:
    """``begin`` opens each transaction; empty where every statement stands alone."""
    file = f"{path.as_uri()}?mode=rw"

    def open_file() -> sqlite3.Connection:
        return sqlite3.connect(file, busy_seconds, uri=True, check_same_thread=False, cached_statements=512)

    engine = create_engine("sqlite+pysqlite://", creator=open_file, poolclass=NullPool, hide_parameters=True)

    def prepare(driver: Any, _record: Any) -> None:
        driver.isolation_level = None
        for pragma in _PRAGMAS:
            driver.execute(pragma)

    event.listen(engine, "connect", prepare)
    if begin:
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine
