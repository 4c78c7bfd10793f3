"""The suite runs on every backend: a SQLite file always, PostgreSQL where ``LOTSE_TEST_POSTGRES`` holds the URL of an empty database."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from store.migrate import migrate
from store.sql import SqlStore

POSTGRES = os.environ.get("LOTSE_TEST_POSTGRES", "")
BACKENDS = ["sqlite", *(["postgresql"] if POSTGRES else [])]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all tables: copying it takes a tenth of making it."""
    path = tmp_path_factory.mktemp("migrated") / "lotse.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=BACKENDS)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/lotse.db"
    engine = create_async_engine(make_url(POSTGRES).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await engine.dispose()
    return POSTGRES


@pytest.fixture
async def store(url: str, migrated: Path) -> AsyncIterator[SqlStore]:
    if url.startswith("sqlite"):
        shutil.copy(migrated, url.removeprefix("sqlite:///"))
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
