"""What docker-compose.yml starts, started as processes: its commands, its environment, its order, its proxy."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.support.cluster import COUNTING, servers
from tests.support.compose import composed, database_named
from tests.support.customers import AtTheDesk, Say, Visitor, at_work, until

pytestmark = pytest.mark.timeout(180)
SHELL = {"POSTGRES_PASSWORD": "made0for0this0test", "LOTSE_BOT": str(COUNTING)}


async def test_composed_services_serve_a_handover_through_their_proxy(tmp_path: Path) -> None:
    """Also after one web node and one worker were killed, with nobody to start them again."""
    with servers() as (database, live):
        await database_named(database.url, "lotse")
        async with composed(database, live, tmp_path, SHELL) as running:
            assert running.done.index("migrate") < running.done.index("web-1") < running.done.index("proxy")
            assert set(running.nodes) == {"web-1", "web-2", "worker-1", "worker-2"}
            password = (tmp_path / "first-password.txt").read_text(encoding="utf-8").strip()
            desk = AtTheDesk(url=running.door, operator="operator", password=password)
            script = [Say(text="hello", until="1 after"), Say(text="human", until="bye"), Say(text="thanks")]
            visitor = Visitor(name="anna", url=running.door, script=script)
            async with at_work(desk, visitor):
                await until(lambda: bool(visitor.chat), what="the visitor arrived")
                async with asyncio.timeout(20):
                    conversation = await desk.parked(visitor.chat)
                    await desk.command("claim", "c", conversation)
                    await desk.command("reply", "r", conversation, text="hello, a person here")
                await until(lambda: visitor.heard("hello, a person here"), what="the reply came")
                for name in ("web-1", "worker-1"):
                    await running.nodes[name].stop(signal.SIGKILL)
                async with asyncio.timeout(20):
                    await desk.command("reply", "r2", conversation, text="bye")
                await until(visitor.settled.is_set, seconds=30, what="all was said")
            assert visitor.faults == []
