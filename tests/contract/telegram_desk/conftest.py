"""The whole service, and a group of operators at a fake Bot API over real sockets."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.fake_forum import FakeForum
from tests.support.forum_desk import Group, group


@pytest.fixture
async def fake() -> AsyncIterator[FakeForum]:
    """Ends the test in error if something was sent that the real server would refuse or punish."""
    async with FakeForum() as server:
        yield server
        assert server.violations == []


@pytest.fixture
async def desk(fake: FakeForum, tmp_path: Path) -> AsyncIterator[Group]:
    """With anna and ben in it."""
    async with group(tmp_path, fake) as made:
        await made.operator("anna", 501)
        await made.operator("ben", 502)
        yield made
