"""``lotse texts`` as typed: out, back, how far; and a disk that fails in the middle."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.exchange.save import save
from conversation.errors import LotseError
from tests.support.bots import NORDNETZ

Lotse = Callable[..., Result]


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    shutil.copytree(NORDNETZ, tmp_path / "bot", ignore=shutil.ignore_patterns("*.sources.json"))
    return tmp_path / "bot"


@pytest.fixture
def lotse(bot: Path) -> Lotse:
    def run(*words: str | Path) -> Result:
        settings = {"LOTSE_BOT": str(bot), "LOTSE_VAR": str(bot.parent / "var")}
        result = CliRunner().invoke(app, [str(word) for word in words], env=settings, terminal_width=200)
        if result.exception and not isinstance(result.exception, SystemExit | LotseError | OSError):
            raise result.exception
        return result

    return run


def locales(bot: Path) -> dict[str, bytes]:
    return {str(path.relative_to(bot)): path.read_bytes() for path in (bot / "locales").rglob("*") if path.is_file()}


def test_texts_go_to_a_translator_and_come_back(bot: Path, lotse: Lotse, tmp_path: Path) -> None:
    po = tmp_path / "uk.po"
    out = lotse("texts", "export", bot, "--to", "uk", "-o", po)
    assert "done, 0 missing, 0 older than their source" in out.output
    po.write_text(po.read_text(encoding="utf-8").replace("Чим допомогти?", "Чим можу допомогти?"), encoding="utf-8")
    tried = lotse("texts", "import", po, "--try")
    assert "support/menu: “Чим допомогти?” → “Чим можу допомогти?”\n1 would be changed" in tried.output
    before = locales(bot)
    taken = lotse("texts", "import", bot, po)
    assert taken.exit_code == 0, taken.output
    assert "\n1 changed, " in taken.output
    changed = {name for name, raw in locales(bot).items() if before.get(name) != raw}
    assert changed == {"locales/uk/support.yaml", "locales/uk.sources.json"}
    assert lotse("check", bot).exit_code == 0


def test_a_changed_source_is_named_until_somebody_accepts_its_translations(bot: Path, lotse: Lotse) -> None:
    assert lotse("texts", "accept").exit_code == 0
    source = bot / "locales/de/support.yaml"
    source.write_text(source.read_text(encoding="utf-8").replace("Womit kann ich", "Wobei kann ich"), encoding="utf-8")
    listed = lotse("texts", "status", "--list")
    assert listed.output.count("1 older than their source") == 3
    assert listed.output.count("older   support/menu\n") == 3
    lotse("texts", "accept", bot, "--to", "uk", "--text", "support/menu")
    assert lotse("texts", "status").output.count("1 older than their source") == 2


def test_a_missing_text_is_counted_and_named(bot: Path, lotse: Lotse) -> None:
    (bot / "locales/ru/identify_customer.yaml").unlink()
    status = lotse("texts", "status", "--list")
    assert " done, 5 missing, 0 older than their source\n    missing identify_customer/contract\n" in status.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("export", "--to", "fr"), "this bot does not speak “fr”; it is translated to: en, ru, uk"),
        (("import", "none.po"), "none.po"),
        (("accept", "--text", "support/nothing"), "there is no text support/nothing"),
    ],
)
def test_what_can_t_be_done_is_said_in_words(bot: Path, lotse: Lotse, words: tuple[str, ...], message: str) -> None:
    before = locales(bot)
    result = lotse("texts", *words)
    assert result.exit_code == 1
    assert message in str(result.exception)
    assert locales(bot) == before


def test_a_refused_file_changes_nothing(bot: Path, lotse: Lotse, tmp_path: Path) -> None:
    po = tmp_path / "uk.po"
    lotse("texts", "export", "--to", "uk", "-o", po)
    text = po.read_text(encoding="utf-8").replace("Чим допомогти?", "Чим можу допомогти?")
    po.write_text(
        text.replace("Не знаходжу замовлення {{ number }}.", "Не знаходжу замовлення {{ номер }}."), encoding="utf-8"
    )
    before = locales(bot)
    result = lotse("texts", "import", po)
    assert result.exit_code == 1
    assert "the source does not show {{ номер }}; use {{ number }}" in str(result.exception)
    assert locales(bot) == before


def test_a_disk_that_fails_in_the_middle_leaves_all_as_it_was(bot: Path) -> None:
    before = locales(bot)
    (bot / "locales/uk/zz.yaml").mkdir()  # a folder can't be replaced by a file
    files = {"locales/uk/support.yaml": b"new", "locales/uk/new.yaml": b"new", "locales/uk/zz.yaml": b"new"}
    with pytest.raises(OSError, match=r"zz\.yaml"):
        save(bot, files)
    assert locales(bot) == before
