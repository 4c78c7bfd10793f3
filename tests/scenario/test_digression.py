"""The example, with its own understanding of free text and its own back-end, left in the middle of a form for something else and
gone on with: through engine and store, with a restart in between, hours and a day later."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from actions.runner import RasaActions
from app.bot_folder import nlu_examples
from conversation.content import Example, Prompt
from conversation.message import Message
from conversation.ports import Nlu
from conversation.understanding import Understanding
from nlu.service import open_nlu
from store.sql import SqlStore
from tests.support.bots import NORDNETZ, means, nordnetz
from tests.support.engines import Process, Sends
from tests.support.hand_clock import HandClock

FORM = {
    "de": ["Hallo", "Deutsch", "Ich ziehe um", "20000002", "01001", "20099", "Hamburg", "Lange Reihe 5"],
    "en": ["Hello", "English", "We are moving next month", "20000002", "01001", "20099", "Hamburg", "Lange Reihe 5"],
    "ru": ["Привет", "Русский", "Я переезжаю", "20000002", "01001", "20099", "Гамбург", "Садовая 5"],
    "uk": ["Вітаю", "Українська", "Я переїжджаю", "20000002", "01001", "20099", "Гамбург", "Зелена 5"],
}
QUESTION = {
    "de": "Wann haben Sie geöffnet?",
    "en": "When are you open?",
    "ru": "Какие у вас часы работы?",
    "uk": "Які у вас години роботи?",
}
TASK = {
    "de": "Wo ist mein Auftrag A-12345?",
    "en": "What about my order A-12345?",
    "ru": "где мой заказ A-12345",
    "uk": "де моє замовлення A-12345",
}
YES = {"de": "ja", "en": "yes", "ru": "да", "uk": "так"}
DAY = {"de": "morgen", "en": "tomorrow", "ru": "завтра", "uk": "завтра"}
BACK = {
    "de": "Zurück zu: Umzug",
    "en": "Back to: Moving home",
    "ru": "Вернуться: Переезд",
    "uk": "Повернутися: Переїзд",
}


class Customer:
    """Somebody who writes, and reads the keys of the texts that come back."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.read = 0

    async def say(self, *texts: str) -> list[str]:
        """One after the other; the keys of the answer to the last."""
        keys: list[str] = []
        for text in texts:
            await self.process.receive(f"{self.read}-{text}", "7", text)
            keys = [message.origin.partition("/")[2] for message in await self.answers()]
        return keys

    async def answers(self) -> list[Message]:
        chat = (await self.process.chat("7")).id
        await self.process.settled()
        while self.process.engine.jobs.busy(chat):
            await self.process.engine.jobs.drain(5)
            await self.process.settled()
        new = await self.process.store.history(chat, self.read, 1_000)
        self.read += len(new)
        return [message for message in new if message.author == "bot"]

    async def all(self) -> list[Message]:
        return list(await self.process.store.history((await self.process.chat("7")).id, 0, 1_000))


@pytest.fixture(scope="module")
def nlu_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nlu")


@asynccontextmanager
async def running(folder: Path, nlu: Nlu, clock: HandClock) -> AsyncIterator[Process]:
    store = await SqlStore.open(f"sqlite:///{folder / 'lotse.db'}")
    actions = RasaActions(NORDNETZ, folder)
    process = Process(store, clock, Sends(), rules=nordnetz(), nlu=nlu, actions=actions)
    try:
        yield process
    finally:
        await process.engine.stop()
        await store.close()


@pytest.mark.parametrize("language", ["de", "en", "ru", "uk"])
async def test_a_form_is_left_and_gone_on_with_in_the_next_conversation(
    language: str, tmp_path: Path, nlu_folder: Path
) -> None:
    nlu, clock = await open_nlu(nlu_examples(NORDNETZ), nlu_folder), HandClock()
    async with running(tmp_path, nlu, clock) as process:
        customer = Customer(process)
        assert await customer.say(*FORM[language]) == ["address.moving_on"]
        assert await customer.say(QUESTION[language]) == ["office_hours", "address.moving_on"]
        assert await customer.say(TASK[language]) == ["leave"]
        assert await customer.say(YES[language]) == ["order_state", "anything_else"]
        assert await customer.say("/stop") == ["stopped"]
    clock.turn(3 * 3600)
    async with running(tmp_path, nlu, clock) as process:
        again = Customer(process)
        again.read = customer.read
        assert await again.say(FORM[language][0]) == ["greeting", "menu"]
        assert labels(await again.all())[-1] == BACK[language]
        assert await again.say("6") == ["contract"]
        assert await again.say("20000002", "01001") == ["address.moving_on"]
        assert (await again.say(DAY[language]))[-1] == "address.confirm"
        words = next(m.content.text for m in reversed(await again.all()) if isinstance(m.content, Prompt))
        assert FORM[language][-1] in words
        assert "20099" in words


async def test_a_day_later_nothing_is_left(tmp_path: Path, nlu_folder: Path) -> None:
    nlu, clock = await open_nlu(nlu_examples(NORDNETZ), nlu_folder), HandClock()
    async with running(tmp_path, nlu, clock) as process:
        customer = Customer(process)
        await customer.say(*FORM["de"])
        assert await customer.say(TASK["de"]) == ["leave"]
        await customer.say("ja", "/stop")
        clock.turn(24 * 3600 + 1)
        assert await customer.say("Hallo") == ["greeting", "menu"]
        assert BACK["de"] not in labels(await customer.all())


class Unsure:
    """Takes everything for either of two."""

    async def understand(self, text: str, language: str) -> Understanding:  # noqa: ARG002 - the port's
        return means(billing_question=0.55, order_status=0.5)


async def test_what_a_customer_chose_at_did_you_mean_is_in_the_history(tmp_path: Path) -> None:
    async with running(tmp_path, Unsure(), HandClock()) as process:
        customer = Customer(process)
        await customer.say("Deutsch", "/menu")
        assert await customer.say("etwas mit Auftrag und Rechnung") == ["did_you_mean"]
        assert labels(await customer.all()) == ["Rechnung", "Auftrag verfolgen", "Nichts davon"]
        assert await customer.say("2") == ["order"]
        (kept,) = [message for message in await customer.all() if isinstance(message.content, Example)]
        assert (kept.author, kept.origin, kept.name) == ("system", "meant", "order_status")
        scores = {"billing_question": 0.65, "order_status": 0.6}
        assert kept.content == Example(
            text="etwas mit Auftrag und Rechnung", language="de", intent="order_status", scores=scores
        )


def labels(messages: list[Message]) -> list[str]:
    shown = next(m.content for m in reversed(messages) if isinstance(m.content, Prompt) and m.author == "bot")
    return [button.label for button in shown.buttons]
