"""The service dies while an operator has a chat: the chat stays with them, or goes to another by the rule for silent operators."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from app.bot_folder import load_rules
from conversation.state import Parked, WithOperator
from store.bus import MemoryBus
from store.presence import MemoryPresence
from store.sql import SqlStore
from tests.support.engines import BOT, Process, Sends
from tests.support.hand_clock import HandClock
from tests.support.offices import Office

SILENT = 300
"""Seconds until a chat is taken from an operator who says nothing."""
Life = Callable[[], Awaitable[Office]]


@pytest.fixture
async def new_life(tmp_path: Path) -> AsyncIterator[Life]:
    """Each is a process that was just started: the one before is gone, with all that it had in memory."""
    bot = shutil.copytree(BOT, tmp_path / "bot")
    with (bot / "bot.yaml").open("a") as settings:
        settings.write(f"live: {{operator_silent: {{remind: 60s, reassign: {SILENT}s}}}}\n")
    clock, channel, dead = HandClock(), Sends(), set[str]()
    opened: list[Process] = []

    async def begin() -> Office:
        if opened:
            opened[-1].dies()
            await opened[-1].store.close()
        store = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db")
        process = Process(store, clock, channel, MemoryBus(), dead, rules=load_rules(bot))
        opened.append(process)
        await process.join()
        return Office(process, MemoryBus(), MemoryPresence(clock))

    yield begin
    await opened[-1].store.close()


async def fire(office: Office, seconds: float) -> None:
    office.turn(seconds)
    await office.process.engine.timers.fire_due()
    await office.process.settled()


async def test_operator_who_is_back_after_the_service_died_still_has_the_chat(new_life: Life) -> None:
    office = await new_life()
    await office.come("anna")
    await office.ask_for_a_person("customer")
    await office.look()
    await office.operate("customer", "anna", "one moment")

    office = await new_life()
    await office.process.receive("while-away", "customer", "are you there?")
    await office.process.settled()
    await office.come("anna")
    await office.look()
    await office.operate("customer", "anna", "here I am")

    assert await office.held() == {"customer": "anna"}
    assert (await office.process.history("customer"))[-3:] == [
        ("operator", "one moment"), ("customer", "are you there?"), ("operator", "here I am"),
    ]  # fmt: skip


async def test_chat_of_an_operator_who_is_not_back_goes_to_another_and_nothing_is_lost(new_life: Life) -> None:
    office = await new_life()
    await office.come("anna")
    await office.ask_for_a_person("customer")
    asked = (await office.cards())["customer"].queued
    await office.look()
    held = (await office.cards())["customer"]

    office = await new_life()
    await office.process.receive("while-away", "customer", "are you there?")
    await office.process.settled()
    before = await office.process.store.conversation(held.conversation)
    assert before is not None
    assert isinstance(before.phase, WithOperator)
    taken_at = before.timers["operator_reassign"]
    assert taken_at == held.since + timedelta(seconds=SILENT)
    await fire(office, (taken_at - office.process.clock.now()).total_seconds() - 1)
    assert await office.held() == {"customer": "anna"}

    office = await new_life()
    await fire(office, 1)
    parked = await office.process.store.conversation(held.conversation)
    assert parked is not None
    assert isinstance(parked.phase, Parked)
    assert (parked.phase.since, parked.phase.avoid) == (asked, "anna")

    await office.come("boris")
    await office.look()
    assert await office.held() == {"customer": "boris"}
    said = [(author, text) for author, text in await office.process.history("customer") if author == "customer"]
    assert said == [("customer", "hi"), ("customer", "human"), ("customer", "are you there?")]


async def test_late_answer_of_the_operator_who_lost_the_chat_is_not_sent(new_life: Life) -> None:
    office = await new_life()
    await office.come("anna")
    await office.ask_for_a_person("customer")
    await office.look()
    card = (await office.cards())["customer"]
    late = office.event(card, "anna", "sorry, I was away")

    office = await new_life()
    await fire(office, SILENT)
    await office.come("boris")
    await office.look()
    await office.process.engine.intake.operate(card.chat, late, late.id)
    await office.process.settled()

    assert await office.held() == {"customer": "boris"}
    assert "sorry, I was away" not in [text for _, text in await office.process.history("customer")]
