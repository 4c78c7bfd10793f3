"""What the service stands on dies under steady load: nobody loses a word, and all is as before within seconds, by itself."""

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cluster import BEAT, Cluster, at_the_desk, cluster
from tests.support.crowd import Crowd, account, crowd
from tests.support.customers import AtTheDesk, until
from tests.support.servers import Server

pytestmark = pytest.mark.timeout(600)
BACK = 10.0
"""Seconds after a server is back in which everything must be at its full rate again."""

AWAY = 5 * BEAT + 1.0
SEEN = 2.0
"""Seconds until pages see what others do while Redis is dead."""


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


async def die(scene: Scene, server: Server, how: signal.Signals, load: Load) -> None:
    """Again and again, every other time for longer than a worker may be silent; each time all must be at its full rate
    soon after the server is back."""
    for number in range(load.times):
        away = number % 2 * AWAY
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
        await die(scene, scene.running.live, signal.SIGKILL, load)


async def test_flushed_redis_with_many_open_chats_is_noticed_by_nobody(tmp_path: Path, load: Load) -> None:
    async with steady(tmp_path, load.rate, load.open) as scene:
        people = scene.people
        await until(lambda: all(one.answered for one in people.talkers), seconds=60, what="all chats are open")
        for _ in range(load.times):
            await asyncio.to_thread(flush, scene.running.live.port)
            await asyncio.sleep(1.0)
            await people.keep_up(seconds=BACK)


async def test_dead_redis_keeps_no_page_waiting_for_what_others_do(tmp_path: Path) -> None:
    """Two web nodes: what happens on one is seen at the other, by customers and at the desk."""
    async with cluster(tmp_path) as running:
        west, east, *_ = await running.start_all(west="web", east="web", one="worker", two="worker")
        async with (
            crowd([west.url], rate=20, talkers=20, held=3) as people,
            at_the_desk(running, east.url) as desk,
        ):
            await people.parked_and_claimed(desk)
            await people.keep_up(seconds=30)
            running.live.stop(signal.SIGKILL)
            await asyncio.sleep(2.0)
            begun = time.monotonic()
            while time.monotonic() < begun + 8.0:
                assert people.missing() <= 20 * SEEN, f"{people.missing()} answers of 20 a second are missing"
                await asyncio.sleep(0.1)
            said = time.monotonic()
            await people.farewell(desk)
            farewell = time.monotonic() - said
            for visitor in people.held:
                await desk.command("close", f"{visitor.name}-close", people.conversations[visitor.name])
            handed = time.monotonic()
            await until(
                lambda: all(desk.cards[visitor.chat]["phase"] == "with_bot" for visitor in people.held),
                what="the desk sees the chats with the bot again",
            )
            await until(lambda: all(one.heard("Here is the bot.") for one in people.held), what="the customers see it")
            seen = time.monotonic() - handed
            running.live.start()
            await people.keep_up(seconds=BACK)
        print(f"a reply is seen after {farewell:.1f} s, the desk sees what came of it after {seen:.1f} s")  # noqa: T201
        assert max(farewell, seen) <= 2 * SEEN


def flush(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(b"FLUSHALL\r\n")
        assert line.recv(16).startswith(b"+OK")
