"""What the tests of this folder share."""

import secrets

import pytest


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What chance decides: another number each time, or the one of ``--seed``."""
    return int(request.config.getoption("--seed")) or secrets.randbelow(1_000_000) + 1
