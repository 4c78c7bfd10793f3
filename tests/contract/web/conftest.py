"""A service for each test; ``lotse`` is its own, ``lotse_at`` starts one with other settings."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.service import Running, running

PARTNER = "https://partner.example"


@pytest.fixture
async def lotse(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, origins=(PARTNER,)) as made:
        yield made
