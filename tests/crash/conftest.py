"""What the tests of this folder share."""

import secrets
from collections.abc import Iterator

import pytest

from tests.crash.campaign import ALONE_ON_A_FILE, Ground
from tests.support.servers import postgres, redis


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What chance decides: another number each time, or the one of ``--seed``."""
    return int(request.config.getoption("--seed")) or secrets.randbelow(1_000_000) + 1


@pytest.fixture
def cluster() -> Iterator[Ground]:
    """An empty PostgreSQL, and a Redis."""
    with postgres() as database, redis() as live:
        yield Ground(database=database.url, redis=live.url)


@pytest.fixture
def ground(database: str, request: pytest.FixtureRequest) -> Ground:
    """For a test with ``database`` among its parameters: ``sqlite`` or ``postgresql``."""
    return ALONE_ON_A_FILE if database == "sqlite" else request.getfixturevalue("cluster")
