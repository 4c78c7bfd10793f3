"""Looking at a database without changing its tables: for commands that work beside a service, or where none can start."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Connection, bindparam, text
from sqlalchemy import inspect as look_at
from sqlalchemy.engine import Row
from sqlalchemy.exc import SQLAlchemyError

from conversation.bundles import Pointer, PointerName
from conversation.value import Value
from store import bundles
from store.codec import moment
from store.database import Database, connect
from store.failures import explain
from store.figures import Figures, figures, rejected
from store.url import existing, parse, where
from store.versions import Versions, versions

T = TypeVar("T")

_REJECTED: Final = text(
    "SELECT number, received_at, chat, event, error FROM inbox WHERE state = 'rejected' ORDER BY number"
)
_AGAIN: Final = "UPDATE inbox SET state = 'new', error = '' WHERE state = 'rejected'{} RETURNING number"


class RejectedEvent(Value, frozen=True, kw_only=True):
    """``kind`` is the event's, such as ``customer_said``; empty if it can't be read."""

    number: int
    at: datetime
    chat: str
    kind: str
    reason: str


class Inspection:
    """An open database. All methods raise StoreError."""

    def __init__(self, database: Database, place: str, file: Path | None) -> None:
        self._database = database
        self.place = place
        self.file = file
        """Of SQLite; None for a server."""

    async def versions(self) -> Versions:
        return await self._read(versions)

    async def figures(self, now: datetime) -> Figures:
        return await self._read(lambda connection: figures(connection, now))

    async def rejected(self) -> int:
        return await self._read(rejected)

    async def pointers(self) -> Mapping[PointerName, Pointer]:
        """Which versions of the bot run."""
        return await self._read(bundles.pointers)

    async def damage(self) -> str:
        """What SQLite finds wrong with its file; empty if nothing. A server looks after itself."""
        if self.file is None:
            return ""
        found = await self._read(lambda connection: list(connection.execute(text("PRAGMA quick_check(3)")).scalars()))
        return "" if found == ["ok"] else "; ".join(map(str, found))

    async def now(self) -> datetime | None:
        """The server's clock; None for a file."""
        if self.file is not None:
            return None
        found: datetime = await self._read(lambda connection: connection.execute(text("SELECT now()")).scalar_one())
        return found.astimezone(UTC)

    async def try_to_write(self) -> None:
        """Writes a row, and takes it back."""
        with suppress(_TakenBackError):
            await self._write(_try)

    async def tables(self) -> bool:
        """Whether there is any."""
        return await self._read(lambda connection: bool(look_at(connection).get_table_names()))

    async def rejected_events(self) -> Sequence[RejectedEvent]:
        return await self._read(lambda connection: [_rejected(row) for row in connection.execute(_REJECTED)])

    async def retry(self, numbers: Sequence[int] | None) -> Sequence[int]:
        """Those of the rejected events (None: of all) that are new again now."""
        return await self._write(lambda connection: _retry(connection, numbers))

    async def _read(self, do: Callable[[Connection], T]) -> T:
        try:
            return await self._database.read(do)
        except (SQLAlchemyError, OSError) as error:
            raise explain(error, self.place) from error

    async def _write(self, do: Callable[[Connection], T]) -> T:
        try:
            return await self._database.write(do)
        except (SQLAlchemyError, OSError) as error:
            raise explain(error, self.place) from error


class _Kind(msgspec.Struct):
    kind: str = ""


def _rejected(row: Row[Any]) -> RejectedEvent:
    try:
        kind = msgspec.json.decode(row.event, type=_Kind).kind
    except msgspec.DecodeError:
        kind = ""
    return RejectedEvent(number=row.number, at=moment(row.received_at), chat=row.chat, kind=kind, reason=row.error)


def _retry(connection: Connection, numbers: Sequence[int] | None) -> list[int]:
    if numbers is None:
        return sorted(connection.execute(text(_AGAIN.format(""))).scalars())
    chosen = text(_AGAIN.format(" AND number IN :numbers")).bindparams(bindparam("numbers", expanding=True))
    return sorted(connection.execute(chosen, {"numbers": list(numbers)}).scalars())


class _TakenBackError(Exception):
    """Ends a transaction that shall leave nothing."""


def _try(connection: Connection) -> None:
    connection.execute(text("INSERT INTO secrets (name, value) VALUES (:name, :value)"), {"name": "try", "value": b"x"})
    raise _TakenBackError


@asynccontextmanager
async def inspect(url: str, *, busy_seconds: float = 5.0) -> AsyncIterator[Inspection]:
    """Makes no file. Raises StoreError for a URL that names no database."""
    target = parse(url)
    file = existing(target)
    database = connect(target, busy_seconds)
    try:
        yield Inspection(database, where(target), file)
    finally:
        await database.close()
