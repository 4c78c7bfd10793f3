"""The loop that keeps it good: a sentence is asked back, the customer says what it means, an editor takes it in, and the next
customer who says it is understood at once."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from app.bot_folder import load_rules, nlu_examples
from app.cli import app
from app.live_nlu import Models
from conversation.ports import Nlu
from conversation.understanding import Intent, Understanding
from store.sql import SqlStore
from tests.support.bots import MONDAY, NORDNETZ
from tests.support.connector_surroundings import TurnedClock
from tests.support.engines import Process, Sends

SENTENCE: Final = "das Kastl grummelt und der Zwirbel ist finster"


class Unsure:
    """The model, but for one sentence: it takes it for the outage by half."""

    def __init__(self, model: Nlu) -> None:
        self._model = model

    async def understand(self, text: str, language: str) -> Understanding:
        if text == SENTENCE:
            guesses = (Intent(name="report_outage", score=0.5), Intent(name="order_status", score=0.1))
            return Understanding(language="de", language_score=0.9, intents=guesses)
        return await self._model.understand(text, language)


def lotse(var: Path, folder: Path, *words: str) -> Any:
    """With the words' model alone, as ``Models`` has here."""
    env = {"LOTSE_VAR": str(var), "LOTSE_NLU__LAYERS": "[]"}
    return CliRunner().invoke(app, ["nlu", *words[:1], str(folder), *words[1:]], env=env)


async def said(folder: Path, var: Path, nlu: Nlu, address: str, *texts: str) -> Process:
    """A customer says these, one after the other."""
    rules = load_rules(folder)
    store = await SqlStore.open(f"sqlite:///{var}/lotse.db")
    process = Process(store, TurnedClock(MONDAY), Sends(), rules=rules, nlu=nlu)
    for number, text in enumerate(texts):
        await process.receive(f"{address}-{number}", address, text)
        await process.settled()
    await store.close()
    return process


@pytest.mark.timeout(120)
async def test_what_one_customer_explains_the_next_need_not(tmp_path: Path) -> None:
    folder, var = Path(shutil.copytree(NORDNETZ, tmp_path / "bot")), tmp_path / "var"
    var.mkdir()
    before = await Models(var / "nlu").learn(nlu_examples(folder))
    accept = load_rules(folder).bot.thresholds.accept
    found = (await before.understand(SENTENCE, "de")).intents
    assert not found or found[0].score < accept

    process = await said(folder, var, Unsure(before), "anna", "Guten Tag", SENTENCE, "1")
    assert any("Meinten Sie" in text for _, text in process.channel.sent), process.channel.sent

    (item,) = json.loads((await asyncio.to_thread(lotse, var, folder, "review", "--json")).output)
    assert (item["text"], item["proposed"], item["language"]) == (SENTENCE, "report_outage", "de")
    assert item["then"]["report_outage"] == 0.5
    done = await asyncio.to_thread(lotse, var, folder, "review", "--accept", item["id"])
    assert done.exit_code == 0, done.output
    assert f"    - {SENTENCE}\n" in (folder / "nlu/de.yaml").read_text(encoding="utf-8")
    assert json.loads((await asyncio.to_thread(lotse, var, folder, "review", "--json")).output) == []

    after = await Models(var / "nlu").learn(nlu_examples(folder))
    process = await said(folder, var, after, "ben", "Guten Tag", SENTENCE)
    assert not any("Meinten Sie" in text for to, text in process.channel.sent if to == "ben")
    store = await SqlStore.open(f"sqlite:///{var}/lotse.db")
    snapshot = await store.load(await chat_of(store, "ben"))
    await store.close()
    assert snapshot.conversation
    reason = snapshot.conversation.reason
    assert reason
    assert reason.intent == "report_outage"
    assert reason.score >= accept


async def chat_of(store: SqlStore, address: str) -> str:
    found = await store.find_chat("messenger", "bot", address)
    assert found
    return found.id
