"""docs/write-a-dialog.md, followed to the letter: what it tells people to write runs, what it says they see is what they see."""

import importlib.machinery
import importlib.util
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.exchange.save import save
from tests.support import tutorial
from tests.support.repository import ROOT

TEXT = tutorial.PAGE.read_text(encoding="utf-8")
SHOWN = re.compile(r"^    \$ (lotse .*)\n((?:    (?!\$ ).*\n)*)", re.MULTILINE)
MINE = ("lotse new ", "lotse texts ", "lotse draw ")
"""Commands whose words are compared; the others ask, run on, or show what changes from day to day."""


def shown() -> Iterator[tuple[str, list[str]]]:
    """The commands on the page, and the lines that it says they print."""
    for command, output in SHOWN.findall(TEXT):
        yield command, [line.removeprefix("    ") for line in output.splitlines()]


def test_what_the_page_tells_to_write_is_what_was_tried() -> None:
    for part in (tutorial.OPTION, tutorial.STEPS, tutorial.TEXTS):
        for line in part.splitlines():
            assert f"{line.strip()}\n" in TEXT
    assert tutorial.LABEL in TEXT


def test_the_commands_print_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the page's order; between them, the folder is what its reader has made of it by then."""
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    bot = tmp_path / "mybot"
    compared = 0
    stepped = False
    for command, lines in shown():
        if not command.startswith(MINE):
            continue
        if command.startswith("lotse texts") and not stepped:
            save(bot, tutorial.with_step(tutorial.begun()))
            stepped = True
        if "import" in command:
            good = tutorial.translation(tutorial.with_step(tutorial.begun()), "uk")
            bad = good.replace("чекаємо на вас {{ day".encode(), "чекаємо на вас {{ день".encode())
            (tmp_path / "uk.po").write_bytes(bad if "nothing was changed" in lines[-1] else good)
        if "--language uk" in command:
            shutil.rmtree(bot)
            save(bot, tutorial.translated(tutorial.with_step(tutorial.begun())))
        result = runner.invoke(app, command.split()[1:], env={"LOTSE_VAR": str(tmp_path / "var")}, terminal_width=200)
        printed = result.output + (str(result.exception) if result.exception else "")
        assert [line.rstrip() for line in lines if line] == [line.rstrip() for line in printed.splitlines() if line], (
            command
        )
        compared += 1
    assert compared >= 7


def test_the_pictures_are_drawn_as_the_bot_is_now() -> None:
    """If not: scripts/draw-pictures."""
    loader = importlib.machinery.SourceFileLoader("draw_pictures", str(ROOT / "scripts/draw-pictures"))
    spec = importlib.util.spec_from_loader("draw_pictures", loader)
    assert spec
    script = importlib.util.module_from_spec(spec)
    loader.exec_module(script)
    for name, svg in script.pictures().items():
        assert f"pictures/{name}" in TEXT
        assert (ROOT / "docs/pictures" / name).read_text(encoding="utf-8") == svg, (
            f"scripts/draw-pictures draws {name} anew"
        )
