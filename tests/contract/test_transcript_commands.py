"""``lotse test``, ``lotse chat`` and the pytest plug-in, as their users meet them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.rehearsal.suite import MARK
from tests.support import all_verbs
from tests.support.bots import NORDNETZ

pytest_plugins = ["pytester"]

COUNT = "Test: Counting\nLanguage: en\n\nUser: hi\nBot [menu]\nUser: count\nBot [num]\nUser: 7\nBot [unpaid]\nEnds: ticket\n"
WRONG = COUNT.replace("Bot [unpaid]", "Bot [thanks]")


def lotse(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)


@pytest.fixture(autouse=True)
def own_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTSE_VAR", str(tmp_path / "var"))


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    return all_verbs.write(tmp_path / "bot", counting=COUNT)


# ── lotse test ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_transcripts_that_hold_are_listed_with_what_they_cover(bot: Path) -> None:
    result = lotse("test", bot)
    assert result.exit_code == 0, result.output
    assert "ok    tests/counting.chat  Counting" in result.output
    assert "1 passed, 0 failed" in result.output
    assert "never entered:" in result.output
    assert "dialogs/main.yaml:15  step sub" in result.output


def test_transcript_that_does_not_hold_shows_its_lines_with_a_mark(bot: Path) -> None:
    (bot / "tests/wrong.chat").write_text(WRONG)
    result = lotse("test", bot)
    assert result.exit_code == 1
    assert "FAIL  tests/wrong.chat:9" in result.output
    assert "the bot says [unpaid], not [thanks]" in result.output
    assert "→    9  Bot [thanks]" in result.output
    assert "1 passed, 1 failed" in result.output


def test_transcript_that_can_not_be_read_fails_alone(bot: Path) -> None:
    (bot / "tests/odd.chat").write_text("Usr: hi\n")
    result = lotse("test", bot)
    assert result.exit_code == 1
    assert "FAIL  tests/odd.chat:1" in result.output
    assert "did you mean `User:`" in result.output
    assert "1 passed, 1 failed" in result.output


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--min-steps", "5"], 0, ""),
        (["--min-steps", "100"], 1, "% of the steps were entered, at least 100 % are asked for"),
        (["--min-transitions", "95"], 1, "% of the ways on were taken, at least 95 % are asked for"),
        (["--json", "--update"], 1, "--json is for results alone"),
        (["--languages", "fr"], 1, "--languages: the bot has no language “fr”; it has en, de"),
        (["--only", "nothing"], 1, "there is no transcript with “nothing” in its name"),
        (["--languages", "all", "--channels", "webchat"], 0, ""),
    ],
)
def test_exit_status_is_for_machines_and_the_words_for_people(
    bot: Path, options: list[str], code: int, said: str
) -> None:
    result = lotse("test", bot, *options)
    assert result.exit_code == code, result.output
    assert said in result.output


def test_json_has_results_and_coverage(bot: Path) -> None:
    (bot / "tests/wrong.chat").write_text(WRONG)
    result = lotse("test", bot, "--json")
    data = json.loads(result.stdout)
    assert [(each["file"], each["passed"], each["line"]) for each in data["transcripts"]] == [
        ("tests/counting.chat", True, 0),
        ("tests/wrong.chat", False, 9),
    ]
    assert data["coverage"]["steps"]["seen"] == 3
    assert {"file", "line", "dialog", "step", "why", "to"} == set(data["coverage"]["missing_ways"][0])


def test_update_rewrites_the_file_and_shows_what_changed(bot: Path) -> None:
    wrong = bot / "tests/wrong.chat"
    wrong.write_text(WRONG.replace("\n", "\r\n"), newline="")
    result = lotse("test", bot, "--update")
    assert result.exit_code == 0, result.output
    assert "-Bot [thanks]" in result.output
    assert "+Bot [unpaid]" in result.output
    assert "1 of 2 rewritten" in result.output
    assert wrong.read_bytes() == COUNT.replace("\n", "\r\n").encode()
    assert "nothing to rewrite" in lotse("test", bot, "--update").output


def test_update_says_where_the_bot_takes_the_customers_words_no_more(bot: Path) -> None:
    chat = bot / "tests/counting.chat"
    chat.write_text(COUNT.replace("User: 7", "User: seven thousand apples"))
    result = lotse("test", bot, "--update")
    assert result.exit_code == 0, result.output
    doubt = "tests/counting.chat:8: “User: seven thousand apples” is not taken there now, the bot says [num.error]\n"
    assert result.output.count(doubt) == 1
    assert "Mend the bot, or write other words" in result.output
    chat.write_text(chat.read_text().replace("Bot [menu]", "Bot [thanks]"))
    result = lotse("test", bot, "--update")
    assert "1 of 1 rewritten" in result.output
    assert "is not taken" not in result.output, "it was there before"


def test_proposals_are_written_pass_and_close_what_was_open(bot: Path) -> None:
    result = lotse("test", bot, "--suggest", "--language", "de")
    assert result.exit_code == 0, result.output
    assert "no way found to dialogs/main.yaml:" in result.output
    proposed = sorted((bot / "tests/suggested").glob("*.chat"))
    assert proposed
    for file in proposed:
        file.rename(bot / "tests" / file.name)
    after = lotse("test", bot, "--min-steps", "100", "--min-transitions", "95", "--cover")
    assert after.exit_code == 0, after.output
    assert "choose_one: failed → human" in after.output


def test_no_more_proposals_at_a_time_than_anybody_reads(bot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.rehearsal.suite.MOST", 3)
    result = lotse("test", bot, "--suggest")
    assert len(list((bot / "tests/suggested").glob("*.chat"))) == 3
    assert "more are left" in result.output


def test_new_proposals_replace_old_ones_and_nothing_else(bot: Path) -> None:
    lotse("test", bot, "--suggest")
    own = bot / "tests/suggested/own.chat"
    own.write_text(COUNT)
    stale = bot / "tests/suggested/stale.chat"
    stale.write_text(f"{MARK}\n{COUNT}")
    lotse("test", bot, "--suggest")
    assert own.exists()
    assert not stale.exists()


# ── lotse chat ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_piped_conversation_reads_like_one_and_can_be_saved(bot: Path) -> None:
    typed = "hi\ncount\n\n7\n:save tests/piped.chat\n:quit\nnever read\n"
    result = lotse("chat", bot, "--language", "en", "--channel", "sms", typed=typed)
    assert result.exit_code == 0, result.output
    assert "› count\nbot       num\n" in result.output
    assert "it passes" in result.output
    assert "never read" not in result.output
    assert lotse("test", bot, "--only", "piped").exit_code == 0


@pytest.mark.parametrize("options", [["--language", "fr"], ["--channel", "pigeon"], ["--time", "soon"]])
def test_simulator_refuses_what_the_bot_has_not(bot: Path, options: list[str]) -> None:
    result = lotse("chat", bot, *options)
    assert result.exit_code == 1
    assert f"{options[0]}: " in result.output
    assert options[1] in result.output


# ── the plug-in ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_plug_in_makes_a_test_of_each_transcript_and_place(pytester: pytest.Pytester) -> None:
    all_verbs.write(pytester.path / "bot", counting=COUNT)
    result = pytester.runpytest_subprocess("-p", "app.pytest_chat", "--bot-languages", "all", "-v", "bot")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*counting.chat::en-webchat PASSED*", "*counting.chat::de-webchat PASSED*"])


def test_plug_in_shows_the_transcript_and_no_traceback(pytester: pytest.Pytester) -> None:
    all_verbs.write(pytester.path / "bot", counting=COUNT, odd="Usr: hi\n", wrong=WRONG)
    result = pytester.runpytest_subprocess("-p", "app.pytest_chat", "bot")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*wrong.chat:9: the bot says*", "→    9  Bot [[]thanks]"])
    result.stdout.fnmatch_lines(["*odd.chat:1: there is no line*"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        ({"dialogs/main.yaml": "steps: {a: {go: nowhere}}"}, "*main.yaml*"),
        ({}, "*--bot-languages: the bot has no “fr”; it has en, de*"),
    ],
)
def test_plug_in_says_plainly_what_stands_in_the_way(
    pytester: pytest.Pytester, break_it: dict[str, str], said: str
) -> None:
    folder = all_verbs.write(pytester.path / "bot", counting=COUNT)
    for name, text in break_it.items():
        (folder / name).write_text(text)
    result = pytester.runpytest_subprocess("-p", "app.pytest_chat", "--bot-languages", "" if break_it else "fr", "bot")
    assert result.ret != 0
    result.stdout.fnmatch_lines([said])
    result.stdout.no_fnmatch_line("*pytest_chat.py*")


def test_plug_in_leaves_other_files_and_other_runs_alone(pytester: pytest.Pytester) -> None:
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests/somebody.chat").write_text("not ours")
    pytester.makepyfile(test_own="def test_own() -> None:\n    pass\n")
    result = pytester.runpytest_subprocess("-p", "app.pytest_chat")
    result.assert_outcomes(passed=1)
    heavy = "import sys, app.pytest_chat; assert not {'spacy', 'msgspec', 'app.rehearse'} & set(sys.modules)"
    assert pytester.runpython_c(heavy).ret == 0


def test_examples_transcripts_pass_by_the_plug_in(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("-p", "app.pytest_chat", str(NORDNETZ))
    result.assert_outcomes(passed=len(list((NORDNETZ / "tests").glob("*.chat"))))
