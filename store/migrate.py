"""Bringing a database to the tables this version works with.

The whole way is one transaction on both databases: a process killed in the middle leaves what was there before, and of two
that start together the second waits and finds nothing left to do.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from conversation.errors import StoreError
from store.database import Database, connect
from store.failures import explain
from store.soundness import check
from store.url import NoDatabaseError, parse, path_of, where
from store.versions import MIGRATIONS, Versions, versions

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x106F7365
"""The advisory lock of PostgreSQL that makes migrations wait for each other."""


class SchemaError(StoreError):
    """The database's tables are of another version of Lotse."""


async def migrate(url: str, *, busy_seconds: float = 5.0) -> None:
    """Bring the database to the newest tables; makes a SQLite file that is missing, and its folder.

    Raises SchemaError if a newer version of Lotse made it, StoreError if it can't be opened or written.
    """
    target = parse(url)
    await make_file(target)
    database = connect(target, busy_seconds)
    try:
        await upgrade(database, where(target))
    finally:
        await database.close()


async def upgrade(database: Database, place: str, at: Callable[[str], None] = lambda _: None) -> None:
    """As ``migrate``, over an open database; ``place`` names it in errors. ``at`` is called after each step of the way.

    Raises DamagedError for a file that is not sound.
    """
    try:
        await database.read(_check)
        await database.write(lambda connection: _upgrade(connection, place, at))
    except (SQLAlchemyError, OSError) as error:
        raise explain(error, place) from error


def _check(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        check(connection, Path(connection.exec_driver_sql("PRAGMA database_list").all()[0][2]))


def _upgrade(connection: Connection, place: str, at: Callable[[str], None]) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    found = versions(connection)
    _not_newer(found, place)
    if found.behind:
        from alembic import command  # 10 MB and 70 ms: most starts have nothing to bring up to date

        config = configured(connection)
        config.attributes["step"] = lambda **_: at("migrating")
        command.upgrade(config, "head")


def must_fit(found: Versions, place: str) -> None:
    """For those who change nothing. Raises NoDatabaseError, SchemaError."""
    _not_newer(found, place)
    if not found.found:
        raise NoDatabaseError(f"there are no tables in {place} yet: the first start, or `lotse migrate`, makes them")
    if found.behind:
        raise SchemaError(
            f"the tables of {place} are of an older Lotse ({found.found}, this version works with {found.newest}) and are left"
            " as they are: `lotse migrate`, or a start of this version, brings them up to date"
        )


def _not_newer(found: Versions, place: str) -> None:
    if found.ahead:
        raise SchemaError(
            f"the database {place} was made by a newer Lotse (tables {found.found}, this version knows up to"
            f" {found.newest}): install the newer version, or restore a backup made before it"
        )


def configured(connection: Connection) -> "Config":
    """Alembic's configuration for our migrations over an open transaction."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def make_file(url: URL) -> None:
    """An empty file where a SQLite database is to be; one that is there stays as it is. Raises StoreError."""
    if url.get_backend_name() == "sqlite":
        await asyncio.to_thread(_make_file, path_of(url))


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as error:
        raise StoreError(
            f"the database file {path} can't be made: check the folder and its rights ({error})"
        ) from error
