"""The suite runs on both databases: a SQLite file, and PostgreSQL as Debian brings it."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from store.migrate import migrate
from store.sql import SqlStore
from tests.support.servers import postgres

WITH_TABLES = "migrated"
_numbers = itertools.count(1)
_EMPTY = """DO $$ BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
    EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY'
        FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version');
END $$"""
"""Whoever a test left behind is sent away first: an open transaction would hold the tables."""


async def administer(database: str, *statements: str) -> None:
    """Each statement stands alone, as those must that make or drop databases."""
    engine = create_async_engine(make_url(database).set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await engine.dispose()


def named(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL with a database that has all tables: emptying them takes a tenth of making them."""
    with postgres() as started:
        asyncio.run(administer(started.url, f"CREATE DATABASE {WITH_TABLES}"))
        asyncio.run(migrate(named(started.url, WITH_TABLES)))
        yield started.url


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "lotse.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> str:
    """The server's URL; empty for a file."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("server"))


@pytest.fixture
async def url(place: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database without tables; with empty ones for a test that also asks for the ``store``."""
    if not place:
        yield f"sqlite:///{tmp_path}/lotse.db"
    elif "store" in request.fixturenames:
        await administer(named(place, WITH_TABLES), _EMPTY)
        yield named(place, WITH_TABLES)
    else:
        name = f"fresh_{next(_numbers)}"
        await administer(place, f"CREATE DATABASE {name}")
        yield named(place, name)
        await administer(place, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def store(url: str, migrated: Path) -> AsyncIterator[SqlStore]:
    if url.startswith("sqlite"):
        shutil.copy(migrated, url.removeprefix("sqlite:///"))
    opened = await SqlStore.open(url)
    yield opened
    await opened.close()


@pytest.fixture
async def other(url: str, store: SqlStore) -> AsyncIterator[SqlStore]:
    """Another process's, on the database of ``store``."""
    opened = await SqlStore.open(url)
    yield opened
    await opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lotse.db"


@pytest.fixture
async def sqlite(file: Path, migrated: Path) -> AsyncIterator[SqlStore]:
    """For what only a file can do; gives up a lock after 20 ms."""
    shutil.copy(migrated, file)
    opened = await SqlStore.open(f"sqlite:///{file}", busy_seconds=0.02)
    yield opened
    await opened.close()
