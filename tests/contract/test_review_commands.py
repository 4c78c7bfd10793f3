"""``lotse nlu review`` on a real store and a real bot folder, as editors' own tools use it."""

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from conversation.candidates import Candidate
from conversation.effects import Suggest
from conversation.errors import ContentError, LotseError
from dialogs.answers.alike import alike
from store.sql import SqlStore
from tests.support.bots import NORDNETZ
from tests.support.storing import NOW, talk

Lotse = Callable[..., Result]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained once for all tests of this file."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NORDNETZ, tmp_path / "bot"))


def candidate(text: str, **more: Any) -> Candidate:
    made = Candidate(
        id=text, text=text, alike=alike(text), language="de", intent="report_outage", origin="meant", chat="chat-anna",
        conversation="talk-chat-anna", message=text, at=NOW,
    )  # fmt: skip
    return msgspec.structs.replace(made, **more)


WORDS = candidate("bei uns ist tote Hose")
BILL = candidate("ihr habt zweimal abgebucht", intent="billing_question", origin="labelled", name="Anna")
LOST = candidate("da ist der Wurm drin", intent="", origin="not_understood")


@pytest.fixture
def lotse(tmp_path: Path, folder: Path, models: Path) -> Lotse:
    var = tmp_path / "var"
    var.mkdir()
    (var / "nlu").symlink_to(models)

    async def fill() -> None:
        store = await SqlStore.open(f"sqlite:///{var}/lotse.db")
        await talk(store, "anna", *(Suggest(candidate=each) for each in (WORDS, BILL, LOST)))
        await store.close()

    asyncio.run(fill())
    env = {"LOTSE_VAR": str(var), "LOTSE_NLU__LAYERS": "[]"}  # the words alone: nothing here depends on how good it is
    return lambda *words: CliRunner().invoke(app, ["nlu", "review", str(folder), *words], env=env)


def listed(lotse: Lotse, *words: str) -> dict[str, Any]:
    done = lotse("--json", *words)
    assert done.exit_code == 0, done.output
    return {item["text"]: item for item in json.loads(done.output)}


def test_without_a_terminal_it_shows_what_there_is_and_asks_nothing(lotse: Lotse) -> None:
    done = lotse()
    assert done.exit_code == 0
    assert "“bei uns ist tote Hose”" in done.output
    assert "the model now: " in done.output
    assert done.output.splitlines()[-1] == "3 to decide on"


def test_the_json_has_the_models_opinion_of_today(lotse: Lotse) -> None:
    found = listed(lotse)
    assert set(found) == {WORDS.text, BILL.text, LOST.text}
    assert found[BILL.text]["proposed"] == "billing_question"
    assert found[LOST.text]["proposed"] is None
    assert set(found[BILL.text]["now"]) <= {"billing_question", "report_outage", "order_status", "change_address",
        "want_human", "greeting", "office_hours", "wifi_password", "cancel_contract"}  # fmt: skip


def test_what_is_accepted_stands_in_the_file_and_does_not_come_again(lotse: Lotse, folder: Path) -> None:
    found = listed(lotse)
    done = lotse("--accept", found[WORDS.text]["id"], "--reject", found[BILL.text]["id"])
    assert done.exit_code == 0, done.output
    assert "1 accepted, 1 rejected" in done.output
    assert "lotse check" in done.output
    assert "lotse nlu evaluate" in done.output
    assert "lotse publish" in done.output
    text = (folder / "nlu/de.yaml").read_text(encoding="utf-8")
    assert "    - bei uns ist tote Hose\n" in text.partition("  order_status:")[0]
    assert BILL.text not in text
    assert set(listed(lotse)) == {LOST.text}
    decided = listed(lotse, "--again")
    assert decided[WORDS.text]["decision"] == {"verdict": "accepted", "intent": "report_outage"}
    assert decided[WORDS.text]["remark"].endswith("already")
    assert decided[BILL.text]["decision"] == {"verdict": "rejected", "intent": None}


def test_what_nobody_knows_needs_an_intent(lotse: Lotse, folder: Path) -> None:
    id_ = listed(lotse)[LOST.text]["id"]
    before = (folder / "nlu/de.yaml").read_bytes()
    refused = lotse("--accept", id_)
    assert isinstance(refused.exception, ContentError)
    assert "--as" in str(refused.exception)
    assert (folder / "nlu/de.yaml").read_bytes() == before
    assert lotse("--accept", id_, "--as", "report_outage").exit_code == 0
    assert "da ist der Wurm drin" in (folder / "nlu/de.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        (["--language", "en"], set()),
        (["--intent", "billing_question"], {BILL.text}),
        (["--origin", "not_understood"], {LOST.text}),
        (["--since", "2026-03-03"], set()),
        (["--since", "2026-03-02"], {WORDS.text, BILL.text, LOST.text}),
        (["--since", "7d"], set()),
    ],
)
def test_they_are_filtered(lotse: Lotse, words: list[str], texts: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.clock.SystemClock.now", lambda _: NOW.replace(month=11))
    assert set(listed(lotse, *words)) == texts


@pytest.mark.parametrize("words", [["--origin", "heaven"], ["--since", "long ago"], ["--as", "other"]])
def test_what_can_not_be_meant_is_said(lotse: Lotse, words: list[str]) -> None:
    assert lotse(*words).exit_code == 2


def test_a_wrong_id_is_a_sentence(lotse: Lotse) -> None:
    refused = lotse("--reject", "nothing")
    assert isinstance(refused.exception, LotseError)
    assert "lotse nlu review --list" in str(refused.exception)


def test_files_that_can_not_be_learnt_from_leave_the_model_out(lotse: Lotse, folder: Path) -> None:
    for file in (folder / "nlu").glob("*.yaml"):
        file.write_text("intents:\n  report_outage: [only one]\n", encoding="utf-8")
    done = lotse("--list")
    assert done.exit_code == 0, done.output
    assert "without the model's opinion" in done.output
    assert "3 to decide on" in done.output
