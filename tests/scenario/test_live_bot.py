"""A bot folder that is edited while it runs: a broken file is reported and changes nothing, the next good one is taken over."""

import asyncio
import shutil
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.bot_folder import WATCH, LiveBot
from app.editions import LiveEditions
from dialogs.problems import BotError
from store.sql import SqlStore
from tests.support.bots import MONDAY, NORDNETZ, Talk
from tests.support.connector_surroundings import TurnedClock
from tests.support.editions import editions_of
from tests.support.edits import edit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "bot"
    shutil.copytree(NORDNETZ, target)
    return target


def live(folder: Path) -> tuple[LiveBot, TurnedClock]:
    clock = TurnedClock(MONDAY)
    return LiveBot(folder, clock), clock


def greeting(bot: LiveBot | LiveEditions) -> str:
    talk = Talk(bot.rules())
    talk.say("42")
    return talk.bot_messages[0].content.text  # type: ignore[union-attr]


def test_a_broken_file_is_reported_with_its_line_and_the_last_good_version_stays(folder: Path) -> None:
    bot, clock = live(folder)
    good = bot.rules()
    clock.moment = MONDAY.replace(hour=12)
    edit(folder / "dialogs/support.yaml", "limit: 8s", "limit: eight seconds")
    bot.look()
    assert bot.rules() is good
    (problem,) = bot.problems
    line = (folder / "dialogs/support.yaml").read_text(encoding="utf-8").split("limit: eight")[0].count("\n") + 1
    assert (problem.file, problem.line) == ("dialogs/support.yaml", line)
    assert problem.todo
    assert bot.loaded_at == MONDAY.isoformat()
    assert greeting(bot).startswith("Hello!")


def test_the_log_tells_a_mistake_in_one_line_and_that_it_is_mended(folder: Path) -> None:
    bot, _ = live(folder)
    with capture_logs() as lines:
        edit(folder / "dialogs/support.yaml", "limit: 8s", "limit: eight seconds")
        bot.look()
        edit(folder / "dialogs/support.yaml", "limit: eight seconds", "limit: 8s")
        bot.look()
        bot.look()
    assert [line["event"] for line in lines] == ["bot_not_taken_over", "bot_is_right_again"]
    assert "time span" in lines[0]["problem"]
    assert "\n" not in lines[0]["problem"]


def test_the_next_good_version_is_taken_over_and_the_problems_are_gone(folder: Path) -> None:
    bot, clock = live(folder)
    edit(folder / "locales/en/support.yaml", "Hello{%", "{{ Hello{%")
    bot.look()
    assert bot.problems
    clock.moment = MONDAY.replace(hour=12)
    edit(folder / "locales/en/support.yaml", "{{ Hello{%", "Good day{%")
    bot.look()
    assert bot.problems == ()
    assert bot.loaded_at == clock.moment.isoformat()
    assert greeting(bot).startswith("Good day!")


@pytest.mark.parametrize(
    "name", ["bot.yaml", "dialogs/support.yaml", "actions/catalogue.yaml", "locales/en/support.yaml"]
)
@pytest.mark.parametrize("junk", [b"", b"\xff\xfe\x00", b"a: [1,\n", b"- just\n- a list\n"])
def test_junk_in_any_file_is_a_report_and_never_a_crash(folder: Path, name: str, junk: bytes) -> None:
    bot, _ = live(folder)
    good = bot.rules()
    (folder / name).write_bytes(junk)
    bot.look()
    assert bot.rules() is good
    assert any(problem.file == name or problem.message for problem in bot.problems)


def test_a_file_that_vanishes_is_reported(folder: Path) -> None:
    bot, _ = live(folder)
    (folder / "locales/uk/support.yaml").unlink()
    bot.look()
    assert {problem.file for problem in bot.problems} == {"locales/uk/support.yaml"}
    (folder / "bot.yaml").unlink()
    bot.look()
    assert {problem.file for problem in bot.problems} == {"bot.yaml"}
    assert greeting(bot).startswith("Hello!")


def test_nothing_is_read_again_while_nothing_changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bot, _ = live(folder)
    monkeypatch.setattr("app.bot_folder.read_folder", lambda _: pytest.fail("read again"))
    bot.look()


def test_a_broken_bot_at_the_start_is_an_error(folder: Path) -> None:
    edit(folder / "bot.yaml", "start: support", "start: suport")
    with pytest.raises(BotError, match="suport"):
        live(folder)


async def test_the_watch_looks_every_second_until_it_is_cancelled(folder: Path, tmp_path: Path) -> None:
    clock = TurnedClock(MONDAY)
    store = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db")
    bot = editions_of(folder, store, clock)
    await bot.begin()
    taken = asyncio.Event()

    def asleep(_: float) -> None:
        if len(clock.slept) == 1:
            edit(folder / "locales/en/support.yaml", "Hello{%", "Welcome{%")
        elif greeting(bot).startswith("Welcome"):
            taken.set()

    clock.on_sleep = asleep
    watch = asyncio.create_task(bot.run())
    await asyncio.wait_for(taken.wait(), 10)
    watch.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watch
    assert set(clock.slept) == {WATCH}
    await store.close()


def test_a_running_conversation_goes_on_in_the_new_words(folder: Path) -> None:
    bot, _ = live(folder)
    talk = Talk(bot.rules())
    talk.say("42", "2")
    edit(folder / "locales/en/_global.yaml", "The number looks like", "It looks more like")
    bot.look()
    talk.rules = bot.rules()
    assert talk.say("xyz") == ["order.error"]
    assert talk.last.startswith("It looks more like A-12345.")
