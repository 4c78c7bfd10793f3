"""A Bot API over real sockets, and a connector at it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.connector import Surroundings
from bots.telegram.connector import TelegramConnector, TelegramSettings
from tests.support.connector_surroundings import CountedIds, Inbox, TurnedClock
from tests.support.fake_telegram import TOKEN, FakeTelegram


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    """Ends the test in error if the connector did what the real server would punish."""
    async with FakeTelegram() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def media(tmp_path: Path) -> Path:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "router.jpg").write_bytes(b"\xff\xd8 a router")
    return tmp_path


@pytest.fixture
def surroundings(inbox: Inbox, clock: TurnedClock, media: Path) -> Surroundings:
    return Surroundings(receive=inbox, ids=CountedIds(), clock=clock, media=lambda ref: media / ref)


@pytest.fixture
async def connector(fake: FakeTelegram, surroundings: Surroundings) -> AsyncIterator[TelegramConnector]:
    """With long polling."""
    made = TelegramConnector(TelegramSettings(token=TOKEN, api=fake.url), surroundings)
    yield made
    await made.close()
