"""Two doors and two workers on one database run the same version, whichever folder they have, and change it together."""

import asyncio
import shutil
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.support.cluster import browsers, cluster
from tests.support.customers import Say, Visitor, until
from tests.support.process import ROOT, lotse_command

pytestmark = pytest.mark.timeout(240)


async def version(session: ClientSession, url: str) -> str:
    async with session.get(f"{url}/readyz") as answer:
        return str((await answer.json())["version"])


async def test_all_processes_take_over_what_is_published_and_rolled_back(tmp_path: Path) -> None:
    bot = Path(shutil.copytree(ROOT / "tests" / "crash" / "bot", tmp_path / "bot"))
    texts = bot / "locales" / "en" / "count.yaml"
    async with cluster(tmp_path, LOTSE_BOT=str(bot)) as running, browsers() as session:
        nodes = await running.start_all(web1="web", web2="web", worker1="worker", worker2="worker")
        settings = {
            "LOTSE_BOT": str(bot),
            "LOTSE_DATABASE__URL": running.database.url,
            "LOTSE_REDIS__URL": running.live.url,
        }

        async def all_run(other_than: str) -> str:
            """Once all of them run the same one."""
            async with asyncio.timeout(30):
                while True:
                    found = {await version(session, node.url) for node in nodes}
                    if len(found) == 1 and other_than not in found:
                        return found.pop()
                    await asyncio.sleep(0.05)

        visitors = [
            Visitor(
                name=f"v{number}",
                url=nodes[number % 2].url,
                client=f"10.0.0.{number + 1}",
                script=[Say(text=f"m{index}", until=f"{index} after" if index else "") for index in range(1, 200)],
                pause=0.2,
            )
            for number in range(6)
        ]
        writing = [asyncio.create_task(visitor.run(session)) for visitor in visitors]

        async def all_hear(words: str) -> None:
            await until(
                lambda: all(visitor.seen and words in visitor.seen[-1].text for visitor in visitors),
                seconds=30,
                what=f"all hear {words}",
            )

        drafts = await all_run("")
        await all_hear("after")
        text = texts.read_text(encoding="utf-8")
        texts.write_text(text.replace("{{ words }}", "{{ words }} published"), encoding="utf-8")
        saved = await all_run(drafts)
        var = tmp_path / "editor"
        var.mkdir()
        assert await lotse_command(["publish", "--yes", "-m", "first"], var, settings) == 0
        assert await all_run("") == saved, "what was saved is what is published"
        texts.write_text(text.replace("{{ words }}", "{{ words }} again"), encoding="utf-8")
        assert await lotse_command(["publish", "--yes", "-m", "second"], var, settings) == 0
        second = await all_run(saved)
        await all_hear("again")
        assert await lotse_command(["rollback"], var, settings) == 0
        assert await all_run(second) == saved
        await all_hear("published")
        for visitor in visitors:
            visitor.enough()
        await until(lambda: all(visitor.settled.is_set() for visitor in visitors), seconds=30, what="all was said")
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)
        assert [fault for visitor in visitors for fault in visitor.faults] == [], running.logs()
