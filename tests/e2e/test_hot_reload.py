"""The bot changes under a hundred messages a second: saved by an editor, then published; nothing is lost or said twice."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.customers import Say, Visitor, at_work, until
from tests.support.edits import edit
from tests.support.process import ROOT, Running, lotse_command, lotse_serve

pytestmark = pytest.mark.timeout(240)

VISITORS, EACH, PAUSE = 25, 60, 0.25
"""Together a hundred a second."""


@dataclass(kw_only=True)
class Town:
    """A bot folder, the service that runs it, and people who talk to it all the while. ``var``: the service's."""

    bot: Path
    var: Path
    running: Running
    visitors: list[Visitor]

    @property
    def texts(self) -> Path:
        return self.bot / "locales" / "en" / "count.yaml"

    @property
    def dialog(self) -> Path:
        return self.bot / "dialogs" / "count.yaml"

    async def hear(self, words: str) -> None:
        """Until everybody has heard the words."""
        await until(
            lambda: all(any(words in seen.text for seen in visitor.seen) for visitor in self.visitors),
            seconds=60,
            what=f"all heard {words}",
        )

    async def lotse(self, *words: str) -> int:
        """A command beside the service; its exit code."""
        return await lotse_command(list(words), self.var, {"LOTSE_BOT": str(self.bot)})


def visitors_of(running: Running) -> list[Visitor]:
    return [
        Visitor(
            name=f"v{number}",
            url=running.url,
            script=[Say(text=f"v{number} m{index}") for index in range(EACH)],
            window=3,
            pause=PAUSE,
        )
        for number in range(VISITORS)
    ]


async def saved_with_a_mistake_in_between(town: Town) -> None:
    await town.hear(" after ")
    edit(town.texts, "{{ words }}", "{{ words }} saved")
    await town.hear("saved")
    edit(town.dialog, "      - {go: listen}", "      - {go: lisen}")
    log = town.running.log
    await until(lambda: b"bot_not_taken_over" in log.read_bytes(), seconds=30, what="the fault was told")
    edit(town.dialog, "      - {go: lisen}", "      - {when: \"'never' in words\", go: human}\n      - {go: listen}")
    edit(town.texts, "saved", "mended")
    await town.hear("mended")


async def published_and_then_for_some(town: Town) -> None:
    edit(town.texts, "mended", "published")
    assert await town.lotse("publish", "--yes", "-m", "other words") == 0
    await town.hear("published")
    assert await town.lotse("rollback", "--help") == 0
    edit(town.texts, "published", "canary")
    assert await town.lotse("publish", "--yes", "-m", "on some", "--canary", "40") == 0


def answered_once_and_in_order(visitor: Visitor) -> None:
    answers = [seen.text for seen in visitor.seen if seen.author == "bot" and " after " in seen.text]
    expected = ["1 after nothing", *(f"{index + 1} after {visitor.name} m{index}" for index in range(1, EACH))]
    assert [" ".join(text.split()[:4]) for text in answers] == expected, "in whichever words"


async def test_a_hundred_messages_a_second_lose_nothing_while_versions_come_and_go(tmp_path: Path) -> None:
    bot = Path(shutil.copytree(ROOT / "tests" / "crash" / "bot", tmp_path / "bot"))
    async with lotse_serve(tmp_path, {"LOTSE_BOT": str(bot), "LOTSE_LOG_LEVEL": "info"}) as running:
        visitors = visitors_of(running)
        async with at_work(*visitors):
            town = Town(bot=bot, var=tmp_path, running=running, visitors=visitors)
            await saved_with_a_mistake_in_between(town)
            await published_and_then_for_some(town)
            await until(lambda: all(visitor.settled.is_set() for visitor in visitors), seconds=60, what="all was said")
            await until(
                lambda: all(visitor.answered == EACH for visitor in visitors), seconds=30, what="all was answered"
            )
            code, _ = await running.stop()

    assert code == 0
    assert [fault for visitor in visitors for fault in visitor.faults] == []
    for visitor in visitors:
        answered_once_and_in_order(visitor)
    told = running.log.read_text(encoding="utf-8")
    assert told.count("bot_taken_over") >= 4
    assert "Traceback" not in told
