"""A chat that ended kindly, with a person and for silence, goes on with the customer's next words: the same conversation, in the real store."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from conversation.content import Text
from conversation.events import OperatorClaimed, OperatorReplied
from conversation.state import Closed, Conversation, Parked
from engine.rules import Rules
from store.sql import SqlStore
from tests.support.bots import ENDS, main_bot
from tests.support.connector_surroundings import TurnedClock
from tests.support.engines import Process, Sends

RULES: Rules = main_bot("  menu: {choose: {talk: human, leave: bye}}\n" + ENDS)


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    process = Process(await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db"), TurnedClock(), Sends(), rules=RULES)
    yield process
    await process.engine.stop()
    await process.store.close()


async def newest(process: Process) -> Conversation:
    chat = await process.chat("anna")
    found = (await process.store.load(chat.id)).conversation
    assert found is not None
    return found


async def says(process: Process, number: str, text: str) -> None:
    await process.receive(number, "anna", text)
    await process.settled()


async def ended(process: Process) -> Conversation:
    """A chat that was closed kindly, as the customer had fallen silent with a person."""
    await says(process, "1", "hi")
    await says(process, "2", "talk")
    chat = (await process.chat("anna")).id
    who = {"at": process.clock.now(), "operator": "olga", "name": "Olga"}
    await process.engine.intake.operate(chat, OperatorClaimed(id="o1", **who), "o1")  # type: ignore[arg-type]
    await process.settled()
    answer = OperatorReplied(id="o2", content=Text(text="hello"), client_id="o2", **who)  # type: ignore[arg-type]
    await process.engine.intake.operate(chat, answer, "o2")
    await process.settled()
    process.wait(timedelta(minutes=16))
    await process.engine.timers.fire_due()
    await process.settled()
    over = await newest(process)
    assert isinstance(over.phase, Closed)
    return over


async def test_words_in_time_go_on_with_the_same_conversation_for_the_same_person(process: Process) -> None:
    over = await ended(process)
    await says(process, "3", "one more thing")
    again = await newest(process)
    assert again.id == over.id
    assert isinstance(again.phase, Parked)
    assert again.phase.prefer == "olga"
    assert (await process.chat("anna")).conversation == again.id
    assert [card.phase for card in await process.store.cards()] == ["parked"]
    timers = await process.store.due_timers(process.clock.now() + timedelta(hours=1), 100)
    assert {timer.name for timer in timers} >= {"wait_place", "wait_expire"}


async def test_words_too_late_or_for_the_bot_begin_a_new_conversation(process: Process) -> None:
    over = await ended(process)
    await says(process, "3", "menu")
    fresh = await newest(process)
    assert fresh.id != over.id
    assert (await process.history("anna"))[-1][0] == "bot"


async def test_words_after_the_window_begin_a_new_conversation(process: Process) -> None:
    over = await ended(process)
    process.wait(timedelta(hours=25))
    await says(process, "3", "one more thing")
    assert (await newest(process)).id != over.id
