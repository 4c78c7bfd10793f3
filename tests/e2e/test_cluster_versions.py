"""Two doors and two workers on one database run the same version, whichever folder they have, and change it together."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.support.cluster import Cluster, cluster
from tests.support.customers import Say, Visitor, at_work, until
from tests.support.edits import edit
from tests.support.process import ROOT, Running, lotse_command

pytestmark = pytest.mark.timeout(240)


async def version(session: ClientSession, url: str) -> str:
    async with session.get(f"{url}/readyz") as answer:
        return str((await answer.json())["version"])


async def all_run(session: ClientSession, nodes: Sequence[Running], other_than: str) -> str:
    """Once all of them run the same one."""
    async with asyncio.timeout(30):
        while True:
            found = {await version(session, node.url) for node in nodes}
            if len(found) == 1 and other_than not in found:
                return found.pop()
            await asyncio.sleep(0.05)


async def all_hear(visitors: Sequence[Visitor], words: str) -> None:
    """Once the newest that each of them heard has these words."""
    await until(
        lambda: all(visitor.seen and words in visitor.seen[-1].text for visitor in visitors),
        seconds=30,
        what=f"all hear {words}",
    )


def visitors_at(doors: Sequence[Running]) -> list[Visitor]:
    return [
        Visitor(
            name=f"v{number}",
            url=doors[number % 2].url,
            client=f"10.0.0.{number + 1}",
            script=[Say(text=f"m{index}", until=f"{index} after" if index else "") for index in range(1, 200)],
            pause=0.2,
        )
        for number in range(6)
    ]


async def saved_published_and_rolled_back(
    running: Cluster, nodes: Sequence[Running], bot: Path, visitors: Sequence[Visitor], session: ClientSession
) -> None:
    texts, var = bot / "locales" / "en" / "count.yaml", running.folder / "editor"
    var.mkdir()
    settings = {
        "LOTSE_BOT": str(bot),
        "LOTSE_DATABASE__URL": running.database.url,
        "LOTSE_REDIS__URL": running.live.url,
    }
    drafts = await all_run(session, nodes, "")
    await all_hear(visitors, "after")
    edit(texts, "{{ words }}", "{{ words }} published")
    saved = await all_run(session, nodes, drafts)
    assert await lotse_command(["publish", "--yes", "-m", "first"], var, settings) == 0
    assert await all_run(session, nodes, "") == saved, "what was saved is what is published"
    edit(texts, "{{ words }} published", "{{ words }} again")
    assert await lotse_command(["publish", "--yes", "-m", "second"], var, settings) == 0
    second = await all_run(session, nodes, saved)
    await all_hear(visitors, "again")
    assert await lotse_command(["rollback"], var, settings) == 0
    assert await all_run(session, nodes, second) == saved
    await all_hear(visitors, "published")


async def test_all_processes_take_over_what_is_published_and_rolled_back(tmp_path: Path) -> None:
    bot = Path(shutil.copytree(ROOT / "tests" / "crash" / "bot", tmp_path / "bot"))
    async with cluster(tmp_path, LOTSE_BOT=str(bot)) as running:
        nodes = await running.start_all(web1="web", web2="web", worker1="worker", worker2="worker")
        visitors = visitors_at(nodes)
        async with at_work(*visitors) as session:
            await saved_published_and_rolled_back(running, nodes, bot, visitors, session)
            for visitor in visitors:
                visitor.enough()
            await until(lambda: all(visitor.settled.is_set() for visitor in visitors), seconds=30, what="all was said")
        assert [fault for visitor in visitors for fault in visitor.faults] == [], running.logs()
