"""``lotse new``, ``schema`` and ``draw`` as typed: what they make runs at once, and nothing that is there is overwritten."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.starter.new import SPOKEN, new_bot
from conversation.errors import LotseError
from tests.support.bots import NORDNETZ
from tests.support.repository import ROOT

Lotse = Callable[..., Result]


@pytest.fixture
def lotse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lotse:
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> Result:
        result = CliRunner().invoke(app, [str(word) for word in words], env={"LOTSE_VAR": str(tmp_path / "var")})
        if result.exception and not isinstance(result.exception, SystemExit | LotseError):
            raise result.exception
        return result

    return run


def test_a_folder_with_a_space_in_its_name_is_quoted_in_what_to_type_next(lotse: Lotse) -> None:
    assert "lotse check 'my bot'" in lotse("new", "my bot").output


@pytest.mark.parametrize("languages", ["en,de,ru,uk", "de", "uk,en"])
def test_a_new_bot_passes_every_check_and_its_conversations(lotse: Lotse, tmp_path: Path, languages: str) -> None:
    made = lotse("new", "mybot", "--languages", languages, "--title", "Fahrräder & mehr")
    assert made.exit_code == 0, made.output
    assert f"mybot is ready, in {languages.replace(',', ', ')}." in made.output
    check = lotse("check", "mybot")
    assert check.exit_code == 0, check.output
    assert "no problems" in check.output
    assert "warning" not in check.output
    test = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", "test", str(tmp_path / "mybot")],
        env={**os.environ, "LOTSE_VAR": str(tmp_path / "var")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert test.returncode == 0, test.stdout + test.stderr
    assert f"{len(languages.split(','))} passed, 0 failed" in test.stdout
    status = lotse("texts", "status", "mybot")
    assert status.output.count(" 0 missing, 0 older") == len(languages.split(",")) - 1


def test_a_new_bot_has_the_files_of_its_languages_only(lotse: Lotse, tmp_path: Path) -> None:
    lotse("new", "mybot", "--languages", "ru,uk")
    names = {
        path.relative_to(tmp_path / "mybot").as_posix() for path in (tmp_path / "mybot").rglob("*.*") if path.is_file()
    }
    assert {name for name in names if "de" in Path(name).stem.split(".") or "/en/" in name} == set()
    assert {
        "nlu/ru.yaml",
        "nlu/uk.yaml",
        "tests/first.ru.chat",
        "locales/uk.sources.json",
        ".vscode/extensions.json",
    } <= names
    assert "locales/ru.sources.json" not in names
    assert "languages: {source: ru, all: [ru, uk]}" in (tmp_path / "mybot/bot.yaml").read_text(encoding="utf-8")


def test_a_folder_that_is_there_is_left_alone(lotse: Lotse, tmp_path: Path) -> None:
    (tmp_path / "mybot").mkdir()
    (tmp_path / "mybot/mine.txt").write_text("mine", encoding="utf-8")
    made = lotse("new", "mybot")
    assert made.exit_code == 1
    assert "mybot is there already, and nothing in it was changed" in str(made.exception)
    assert [path.name for path in (tmp_path / "mybot").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--languages", "de,fr"), "“fr” is none of Lotse's languages"),
        (("--languages", "de,de"), "name each language once"),
        (("--languages", ""), "name each language once"),
        (("--title", "{{ x }}"), "the title must be a line of words"),
        (("--title", 'a "b"'), "the title must be a line of words"),
        (("--title", " "), "the title must be a line of words"),
    ],
)
def test_a_bot_that_can_t_be_made_is_refused_in_words(
    lotse: Lotse, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    made = lotse("new", "mybot", *words)
    assert made.exit_code == 1
    assert message in str(made.exception)
    assert not (tmp_path / "mybot").exists()


@pytest.mark.parametrize("title", ["yes", "12", "a: b", "# x", "'x'", "Müller & Söhne", "- x", "null"])
def test_any_title_is_a_text(lotse: Lotse, title: str) -> None:
    assert lotse("new", "mybot", "--languages", "en", "--title", title).exit_code == 0
    check = lotse("check", "mybot")
    assert check.exit_code == 0, check.output


def test_nothing_of_the_starter_is_left_over_in_a_bot() -> None:
    left = [
        name
        for name, raw in new_bot("mybot", SPOKEN, "Test").items()
        if b"@TITLE@" in raw or b"@ALL@" in raw or b"@FOLDER@" in raw
    ]
    assert left == []


def test_every_file_of_the_starter_gets_into_the_wheel() -> None:
    """What git ignores, the wheel leaves out."""
    files = [
        str(path)
        for folder in ("app/starter", "app/drawing")
        for path in (ROOT / folder).rglob("*.*")
        if path.suffix != ".pyc"
    ]
    ignored = subprocess.run(["git", "check-ignore", *files], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ignored.returncode, ignored.stdout) == (1, "")


def test_schemas_are_put_into_a_folder_that_has_none(lotse: Lotse, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    assert "is no bot folder" in str(lotse("schema", "old").exception)
    (tmp_path / "old/bot.yaml").write_text("title: x", encoding="utf-8")
    assert "old/schemas: 9 files, 9 of them new or changed" in lotse("schema", "old").output
    assert "old/schemas: 9 files, 0 of them new or changed" in lotse("schema", "old").output


def test_the_dialogs_are_drawn_into_a_file_or_shown(lotse: Lotse, tmp_path: Path) -> None:
    drawn = lotse("draw", NORDNETZ, "-o", "dialogs.svg", "--language", "uk", "--dialog", "support")
    assert drawn.output.startswith("dialogs.svg: 1 dialog, ")
    picture = (tmp_path / "dialogs.svg").read_text(encoding="utf-8")
    assert "Чим допомогти?" in picture
    assert "identify_customer/contract" in picture  # a link to what is not drawn
    assert lotse("draw", NORDNETZ, "--mermaid").output.startswith("flowchart LR\n")


def test_a_picture_is_not_poured_into_a_terminal(tmp_path: Path) -> None:
    ours, screen = os.openpty()
    try:
        drawn = subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", "draw", str(NORDNETZ)],
            cwd=tmp_path,
            stdout=screen,
            timeout=60,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        os.set_blocking(ours, False)
        with pytest.raises(BlockingIOError):
            os.read(ours, 1)
    finally:
        os.close(ours)
        os.close(screen)
    assert drawn.returncode == 1
    assert drawn.stderr.startswith("a terminal shows no pictures: say where to, as in `-o dialogs.svg`")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--language", "fr"), "this bot does not speak “fr”; it speaks: de, en, ru, uk"),
        (("--dialog", "suport"), "there is no dialog suport; there are: "),
    ],
)
def test_what_can_t_be_drawn_is_said_in_words(lotse: Lotse, words: tuple[str, ...], message: str) -> None:
    drawn = lotse("draw", NORDNETZ, *words)
    assert drawn.exit_code == 1
    assert message in str(drawn.exception)
