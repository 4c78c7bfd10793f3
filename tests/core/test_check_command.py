"""`lotse check`: what it prints, and how it ends."""

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.checking import check_folder, explain, page
from app.cli import app
from conversation.errors import ContentError
from tests.support.bots import NORDNETZ
from tests.support.edits import edit
from tests.support.repository import ROOT

CODES = [*(f"D{number:02}" for number in range(23)), *(f"T{number:02}" for number in range(1, 10))]


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    to = tmp_path / "bot"
    shutil.copytree(NORDNETZ, to)
    return to


def check(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def test_a_bot_without_faults_ends_well() -> None:
    done = check(NORDNETZ, "--strict")
    assert (done.exit_code, done.output) == (0, f"{NORDNETZ}: 3 dialogs, 58 steps, de, en, ru, uk: no problems\n")


def test_errors_are_listed_by_file_and_line_with_their_codes(bot: Path) -> None:
    edit(bot / "dialogs/support.yaml", "fault.found and fault.hours", "fault.found")
    edit(bot / "locales/en/support.yaml", "invoice.number", "invoice.nmber")
    done = check(bot)
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert lines[0] == "dialogs/support.yaml"
    assert lines[1].startswith("   39  error   D15  step outage_eta: “fault.hours” may be empty here")
    assert lines[2].startswith("       → ")
    assert lines[4] == "locales/en/support.yaml"
    assert lines[5].startswith("   31  error   D14  step billing_invoice: “invoice” has no field “nmber”")
    assert "did you mean “number”?" in done.output
    assert "`lotse check --explain D15`" in lines[-1]


def test_warnings_end_well_unless_strict(bot: Path) -> None:
    edit(bot / "dialogs/support.yaml", "limit: 8s", "limit: 3m")
    done = check(bot)
    assert done.exit_code == 0
    assert "   32  warning D08  step outage: " in done.output
    assert "1 warning." in done.output
    assert check(bot, "--strict").exit_code == 1


def test_json_says_everything_for_machines(bot: Path) -> None:
    edit(bot / "dialogs/support.yaml", "limit: 8s", "limit: 3m")
    edit(bot / "dialogs/support.yaml", "  failed:  sorry ", "")
    done = check(bot, "--json")
    report = json.loads(done.output)
    assert (done.exit_code, report["errors"], report["warnings"]) == (1, 1, 1)
    assert report["problems"][0] == {
        "file": "dialogs/support.yaml",
        "line": 27,
        "step": "outage",
        "code": "D08",
        "severity": "error",
        "message": report["problems"][0]["message"],
        "todo": "add `failed: <step>` here or under `defaults`",
    }
    assert json.loads(check(NORDNETZ, "--json").output) == {
        "bot": str(NORDNETZ),
        "errors": 0,
        "warnings": 0,
        "problems": [],
    }


def test_a_file_that_can_not_be_read_says_that_more_may_come(bot: Path) -> None:
    edit(bot / "dialogs/support.yaml", "limit: 8s", "limit: soon")
    done = check(bot)
    assert "once these are mended" in done.output


def test_a_folder_that_is_no_bot_is_a_sentence(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.exit_code == 1
    assert "there is no bot here" in done.output
    assert "Traceback" not in done.output


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_explains_exactly_the_codes_there_are() -> None:
    assert re.findall(r"^## (\w+): ", page(), re.MULTILINE) == CODES


def test_the_page_comes_with_an_installed_lotse() -> None:
    assert '"docs/checks.md" = "app/checks.md"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", CODES)
def test_each_code_is_explained_with_what_to_do(code: str) -> None:
    section = explain(code)
    assert section.startswith(f"{code}: ")
    assert "**What to do:**" in section


def test_explain_prints_the_section() -> None:
    assert check("--explain", "d15").output.strip() == explain("D15")


def test_a_code_that_is_none_is_answered_with_those_there_are() -> None:
    with pytest.raises(ContentError, match=r"D00, D01.*T09"):
        explain("D99")


def test_checking_a_folder_says_what_runs(bot: Path) -> None:
    assert check_folder(bot).rules is not None
    edit(bot / "bot.yaml", "start: support", "start: nowhere")
    assert check_folder(bot).rules is None
