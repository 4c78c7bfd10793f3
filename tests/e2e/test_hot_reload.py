"""The bot changes under a hundred messages a second: saved by an editor, then published; nothing is lost or said twice."""

import asyncio
import shutil
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector

from tests.support.customers import Say, Visitor, until
from tests.support.process import ROOT, lotse_command, lotse_serve

pytestmark = pytest.mark.timeout(240)

VISITORS, EACH, PAUSE = 25, 60, 0.25
"""Together a hundred a second."""


async def test_a_hundred_messages_a_second_lose_nothing_while_versions_come_and_go(tmp_path: Path) -> None:
    bot = Path(shutil.copytree(ROOT / "tests" / "crash" / "bot", tmp_path / "bot"))
    texts, dialog = bot / "locales" / "en" / "count.yaml", bot / "dialogs" / "count.yaml"
    settings = {"LOTSE_BOT": str(bot), "LOTSE_LOG_LEVEL": "info"}

    def edit(file: Path, old: str, new: str) -> None:
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    async with (
        ClientSession(connector=TCPConnector(limit=0)) as session,
        lotse_serve(tmp_path, settings) as running,
    ):
        visitors = [
            Visitor(
                name=f"v{number}",
                url=running.url,
                script=[Say(text=f"v{number} m{index}") for index in range(EACH)],
                window=3,
                pause=PAUSE,
            )
            for number in range(VISITORS)
        ]
        writing = [asyncio.create_task(visitor.run(session)) for visitor in visitors]

        async def heard(words: str) -> None:
            await until(
                lambda: all(any(words in seen.text for seen in visitor.seen) for visitor in visitors),
                seconds=60,
                what=f"all heard {words}",
            )

        await heard(" after ")
        edit(texts, "{{ words }}", "{{ words }} saved")
        await heard("saved")
        edit(dialog, "      - {go: listen}", "      - {go: lisen}")
        await until(lambda: b"bot_not_taken_over" in running.log.read_bytes(), seconds=30, what="the fault was told")
        edit(dialog, "      - {go: lisen}", "      - {when: \"'never' in words\", go: human}\n      - {go: listen}")
        edit(texts, "saved", "mended")
        await heard("mended")
        edit(texts, "mended", "published")
        assert await lotse_command(["publish", "--yes", "-m", "other words"], tmp_path, settings) == 0
        await heard("published")
        assert await lotse_command(["rollback", "--help"], tmp_path, settings) == 0
        edit(texts, "published", "canary")
        assert await lotse_command(["publish", "--yes", "-m", "on some", "--canary", "40"], tmp_path, settings) == 0
        await until(lambda: all(visitor.settled.is_set() for visitor in visitors), seconds=60, what="all was said")
        await until(lambda: all(visitor.answered == EACH for visitor in visitors), seconds=30, what="all was answered")
        code, _ = await running.stop()
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)

    assert code == 0
    assert [fault for visitor in visitors for fault in visitor.faults] == []
    for visitor in visitors:
        answers = [seen.text for seen in visitor.seen if seen.author == "bot" and " after " in seen.text]
        expected = ["1 after nothing", *(f"{index + 1} after {visitor.name} m{index}" for index in range(1, EACH))]
        assert [" ".join(text.split()[:4]) for text in answers] == expected, "in whichever words"
    told = running.log.read_text(encoding="utf-8")
    assert told.count("bot_taken_over") >= 4
    assert "Traceback" not in told
