"""The suite runs on every backend: a SQLite file always, PostgreSQL where ``LOTSE_TEST_POSTGRES`` holds the URL of an empty database."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from store.sql import SqlStore

POSTGRES = os.environ.get("LOTSE_TEST_POSTGRES", "")
BACKENDS = ["sqlite", *(["postgresql"] if POSTGRES else [])]


@pytest.fixture(params=BACKENDS)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/lotse.db"
    engine = create_async_engine(make_url(POSTGRES).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await engine.dispose()
    return POSTGRES


@pytest.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    opened = await SqlStore.open(url)
    yield opened
    await opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lotse.db"


@pytest.fixture
async def sqlite(file: Path) -> AsyncIterator[SqlStore]:
    """For what only a file can do; gives up a lock after 20 ms."""
    opened = await SqlStore.open(f"sqlite:///{file}", busy_seconds=0.02)
    yield opened
    await opened.close()
