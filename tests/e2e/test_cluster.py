"""The service as a process on PostgreSQL and Redis."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.passwords import password_file
from bots.webchat.frames import ACCOUNT, CHANNEL
from conversation.content import plain_text
from store.sql import SqlStore
from tests.support.customers import AtTheDesk, Say, Visitor, at_work, until
from tests.support.process import ROOT, free_port, lotse_serve
from tests.support.servers import Server, postgres, redis

pytestmark = pytest.mark.timeout(180)

EARLY = [Say(text=f"early {number}", until=f"{number + 1}") for number in range(5)]
LATE = [Say(text=f"late {number}") for number in range(5)]


@pytest.fixture
def database() -> Iterator[Server]:
    with postgres() as server:
        yield server


@pytest.fixture
def live() -> Iterator[Server]:
    with redis() as server:
        yield server


def settings(database: Server, live: Server) -> dict[str, str]:
    return {
        "LOTSE_BOT": str(ROOT / "tests" / "crash" / "bot"),
        "LOTSE_LOG_LEVEL": "warning",
        "LOTSE_DATABASE__URL": database.url,
        "LOTSE_REDIS__URL": live.url,
    }


@asynccontextmanager
async def people(visitor: Visitor, var: Path) -> AsyncIterator[AtTheDesk]:
    """Both at work, through all that happens to the service; an operator must be able to sign in already."""
    desk = AtTheDesk(
        url=visitor.url, operator="operator", password=password_file(var).read_text(encoding="utf-8").strip()
    )
    async with at_work(visitor, desk):
        yield desk


def heard(visitor: Visitor, text: str) -> bool:
    return any(seen.text == text for seen in visitor.seen)


async def test_chat_with_a_handover_survives_a_kill_whole(tmp_path: Path, database: Server, live: Server) -> None:
    port = free_port()
    script = [*EARLY, Say(text="human", until="bye"), *LATE]
    visitor = Visitor(name="anna", url=f"http://127.0.0.1:{port}", script=script)
    async with lotse_serve(tmp_path, settings(database, live), port=port) as running, people(visitor, tmp_path) as desk:
        await until(lambda: bool(visitor.chat), what="the visitor arrived")
        conversation = await desk.parked(visitor.chat)
        await desk.command("claim", "claim", conversation)
        await desk.command("reply", "r1", conversation, text="before the kill")
        await until(lambda: heard(visitor, "before the kill"), what="the reply came")
        await running.stop(signal.SIGKILL)
        unsent = asyncio.create_task(desk.command("reply", "r2", conversation, text="bye"))
        async with lotse_serve(tmp_path, settings(database, live), port=port) as again:
            await unsent
            await until(visitor.settled.is_set, seconds=30, what="all was said")
            assert (await again.stop())[0] == 0, again.log.read_text(encoding="utf-8")

    assert visitor.faults == []
    store = await SqlStore.open(database.url)
    try:
        chat = await store.find_chat(CHANNEL, ACCOUNT, visitor.chat)
        assert chat is not None
        history = await store.history(chat.id, 0, 1000)
    finally:
        await store.close()
    said = [plain_text(message.content) for message in history if message.author == "customer"]
    answered = [plain_text(message.content) for message in history if message.author == "operator"]
    assert said == [say.text for say in script]
    assert answered == ["before the kill", "bye"]


async def test_replies_reach_the_visitor_while_redis_is_away(tmp_path: Path, live: Server, database: Server) -> None:
    port = free_port()
    visitor = Visitor(name="ben", url=f"http://127.0.0.1:{port}", script=[Say(text="human", until="again"), *LATE])
    async with lotse_serve(tmp_path, settings(database, live), port=port) as running, people(visitor, tmp_path) as desk:
        await until(lambda: bool(visitor.chat), what="the visitor arrived")
        conversation = await desk.parked(visitor.chat)
        await desk.command("claim", "claim", conversation)
        live.stop(signal.SIGKILL)
        await desk.command("reply", "r1", conversation, text="without redis")
        await until(lambda: heard(visitor, "without redis"), what="the reply came without Redis")
        live.start()
        await desk.command("reply", "r2", conversation, text="again")
        await until(visitor.settled.is_set, seconds=30, what="all was said")
        assert (await running.stop())[0] == 0, running.log.read_text(encoding="utf-8")
    assert visitor.faults == []


async def test_chat_goes_on_whole_when_postgresql_crashed(tmp_path: Path, database: Server, live: Server) -> None:
    port = free_port()
    visitor = Visitor(name="cleo", url=f"http://127.0.0.1:{port}", script=[*EARLY, *LATE, *EARLY])
    async with lotse_serve(tmp_path, settings(database, live), port=port) as running, people(visitor, tmp_path):
        await until(lambda: len(visitor.confirmed) > 2, what="some was said")
        database.stop(signal.SIGQUIT)
        database.start()
        await until(visitor.settled.is_set, seconds=30, what="all was said")
        assert (await running.stop())[0] == 0, running.log.read_text(encoding="utf-8")
        assert visitor.faults == []
        store = await SqlStore.open(database.url)
        try:
            chat = await store.find_chat(CHANNEL, ACCOUNT, visitor.chat)
            assert chat is not None
            history = await store.history(chat.id, 0, 1000)
        finally:
            await store.close()
        said = [plain_text(message.content) for message in history if message.author == "customer"]
        assert said == [say.text for say in visitor.script]
