"""What the service stands on dies under steady load: nobody loses a word, and all is as before within seconds, by itself."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cluster import Cluster, at_the_desk, cluster
from tests.support.crowd import Crowd, account, crowd
from tests.support.customers import AtTheDesk
from tests.support.servers import Server

pytestmark = pytest.mark.timeout(600)
BACK = 10.0
"""Seconds after a server is back in which everything must be at its full rate again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """``rate``: messages a second; ``times`` a server dies, with ``seconds`` between; ``open``: chats for a flushed Redis."""

    rate: float
    times: int
    seconds: float
    open: int


@pytest.fixture
def load(request: pytest.FixtureRequest) -> Load:
    if request.config.getoption("--full"):
        return Load(rate=200, times=10, seconds=25, open=1000)
    return Load(rate=50, times=2, seconds=2, open=100)


@dataclass(slots=True, kw_only=True)
class Scene:
    running: Cluster
    people: Crowd
    desk: AtTheDesk


@asynccontextmanager
async def steady(folder: Path, rate: float, talkers: int) -> AsyncIterator[Scene]:
    """One web node and two workers, and a crowd that is served at its full rate. On leaving, the account is made."""
    async with cluster(folder) as running:
        west, *_ = await running.start_all(west="web", one="worker", two="worker")
        async with (
            crowd([west.url], rate=rate, talkers=talkers, nappers=10, held=5) as people,
            at_the_desk(running, west.url) as desk,
        ):
            await people.parked_and_claimed(desk)
            await people.keep_up(seconds=60)
            yield Scene(running=running, people=people, desk=desk)
            await people.farewell(desk)
            await people.finish(seconds=30)
            found = await account(running.database.url, people)
        assert (found.faults, found.examples) == ({}, []), running.logs()


async def die(scene: Scene, server: Server, how: signal.Signals, load: Load, away: float = 0.0) -> None:
    """Again and again; each time all must be at its full rate soon after the server is back."""
    for _ in range(load.times):
        await asyncio.sleep(load.seconds)
        await asyncio.to_thread(server.stop, how)
        await asyncio.sleep(away)
        await asyncio.to_thread(server.start)
        print(f"full rate after {await scene.people.keep_up(seconds=BACK):.1f} s")  # noqa: T201 - a figure of the run


async def test_postgresql_that_dies_under_load_loses_nobodys_word(tmp_path: Path, load: Load) -> None:
    async with steady(tmp_path, load.rate, int(load.rate)) as scene:
        await die(scene, scene.running.database, signal.SIGQUIT, load)


async def test_redis_that_dies_under_load_loses_nobodys_word(tmp_path: Path, load: Load) -> None:
    async with steady(tmp_path, load.rate, int(load.rate)) as scene:
        await die(scene, scene.running.live, signal.SIGKILL, load, away=1.0)
