"""The router gives waiting chats to those who are there: once each, within their room, whatever is lost on the way."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.bot_folder import load_rules
from conversation.events import OperatorAssigned, OperatorTransferred
from conversation.news import ATTENDANCE_TOPIC
from conversation.ports import Bus
from conversation.state import WithOperator
from engine.shell.duty import EVERY as DUTY_EVERY
from engine.shell.router import EVERY, ON_ITS_WAY
from store.bus import MemoryBus
from store.sql import SqlStore
from tests.support.customers import until
from tests.support.engines import BOT, Process, Sends
from tests.support.hand_clock import HandClock
from tests.support.offices import Office, policy

SILENT = 300
"""Seconds until a chat is taken from an operator who says nothing."""


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def process(tmp_path: Path, clock: HandClock) -> AsyncIterator[Process]:
    bot = shutil.copytree(BOT, tmp_path / "bot")
    with (bot / "bot.yaml").open("a") as settings:
        settings.write(f"live: {{operator_silent: {{remind: 60s, reassign: {SILENT}s}}}}\n")
    store = await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db")
    process = Process(store, clock, Sends(), MemoryBus(), rules=load_rules(bot))
    yield process
    await process.store.close()


@pytest.fixture
def office(process: Process) -> Office:
    return Office(process, MemoryBus())


async def test_waiting_chat_is_given_to_who_is_there_with_the_reason(office: Office) -> None:
    await office.come("anna")
    await office.ask_for_a_person("customer")
    await office.look()

    card = (await office.cards())["customer"]
    assert (card.phase, card.operator, card.operator_name, card.why) == ("with_operator", "anna", "Anna", "only_one")
    history = [line for line in await office.process.store.recent(card.chat, 2) if line.author == "system"]
    assert [(line.origin, line.name) for line in history] == [("assigned", "Anna")]
    held = await office.process.store.conversation(card.conversation)
    assert held is not None
    assert isinstance(held.phase, WithOperator)
    assert held.phase.queued is not None
    assert "wait_expire" not in held.timers


async def test_nobody_gets_more_than_they_have_room_for(office: Office) -> None:
    await office.come("anna", "boris", capacity=2)
    await office.ask_for_a_person(*(f"c{number}" for number in range(6)))
    for _ in range(3):
        await office.look()

    assert Counter((await office.held()).values()) == {"anna": 2, "boris": 2}
    assert set(await office.held()) == {"c0", "c1", "c2", "c3"}

    await office.operate("c1", "boris", "close")
    await office.look()
    assert (await office.held())["c4"] == "boris"


async def test_chats_go_round_though_nobody_is_busy(office: Office, clock: HandClock) -> None:
    await office.come("anna", "boris")
    for customer in ("c0", "c1", "c2"):
        await office.ask_for_a_person(customer)
        await office.look()
        operator = (await office.held())[customer]
        await office.operate(customer, operator, "close")
        clock.turn(1)

    assert [await last_holder(office, customer) for customer in ("c0", "c1", "c2")] == ["Anna", "Boris", "Anna"]


async def last_holder(office: Office, customer: str) -> str:
    chat = await office.process.chat(customer)
    history = await office.process.store.history(chat.id, 0, 100)
    return [line.name for line in history if line.origin == "assigned"][-1]


async def test_team_by_hand_keeps_its_queue(office: Office) -> None:
    office.rules = policy("by_hand")
    await office.come("anna")
    await office.ask_for_a_person("customer")
    await office.look()

    assert await office.held() == {}


async def test_chat_that_was_claimed_meanwhile_stays_with_who_claimed_it(office: Office) -> None:
    await office.come("anna")
    await office.ask_for_a_person("customer")
    card = (await office.cards())["customer"]
    claim = office.event(card, "boris", "claim")
    await office.process.store.accept_own(card.chat, claim, "claim")
    await office.router.look()
    await office.process.settled()

    assert await office.held() == {"customer": "boris"}
    lines = await office.process.store.history(card.chat, 0, 100)
    assert [line.origin for line in lines if line.author == "system"] == ["parked", "claimed"]


async def test_chat_that_was_passed_on_meanwhile_goes_to_nobody_whom_that_was_not_meant_for(office: Office) -> None:
    await office.come("anna")
    await office.ask_for_a_person("customer")
    card = (await office.cards())["customer"]
    passed = OperatorTransferred(
        id="pass", at=office.process.clock.now(), operator="cleo", name="Cleo", team=card.team, to="boris", reason="his"
    )
    await office.process.store.accept_own(card.chat, passed, "pass")
    await office.router.look()
    await office.process.settled()
    assert await office.held() == {}, "it is kept for who was named"

    await office.come("boris")
    await office.look()
    await office.process.settled()
    assert await office.held() == {"customer": "boris"}, "the decision that came to nothing is under way no longer"


async def test_two_routers_that_decide_at_once_decide_once(office: Office) -> None:
    """As when the duty changes hands: neither knows what the other does."""
    await office.come("anna", "boris", capacity=1)
    await office.ask_for_a_person("c0", "c1", "c2")
    other = Office(office.process, MemoryBus(), office.presence)
    await asyncio.gather(office.router.look(), other.router.look())
    await asyncio.gather(office.router.look(), other.router.look())
    await office.process.settled()

    assert Counter((await office.held()).values()) == {"anna": 1, "boris": 1}
    assert await assignments(office, "c0", "c1", "c2") == 2
    assert await decisions(office) == 2


async def assignments(office: Office, *customers: str) -> int:
    chats = [await office.process.chat(customer) for customer in customers]
    lines = [line for chat in chats for line in await office.process.store.history(chat.id, 0, 100)]
    return sum(line.origin == "assigned" for line in lines)


async def decisions(office: Office) -> int:
    """That were stored."""

    def count(connection: Connection) -> int:
        found = connection.exec_driver_sql("SELECT event FROM inbox WHERE account = 'own'")
        return sum(b"operator_assigned" in row[0] for row in found)

    return await office.process.store._read(count)


async def test_router_that_takes_over_counts_what_the_one_before_decided(office: Office) -> None:
    """The decision is stored and not handled yet: its operator has no room for another chat."""
    await office.come("anna", capacity=1)
    await office.ask_for_a_person("c0", "c1")
    card = (await office.cards())["c0"]
    decided = OperatorAssigned(
        id="x",
        at=office.process.clock.now(),
        operator="anna",
        name="Anna",
        conversation=card.conversation,
        why="only_one",
    )
    await office.process.store.accept_own(card.chat, decided, "before")
    successor = Office(office.process, MemoryBus(), office.presence)
    await successor.router.take_up()
    await successor.router.look()
    await office.process.settled()

    assert await office.held() == {"c0": "anna"}


async def test_decision_that_came_to_nothing_is_made_again(office: Office, clock: HandClock) -> None:
    await office.come("anna")
    await office.ask_for_a_person("customer")
    card = (await office.cards())["customer"]
    office.router._given[card.conversation] = OperatorAssigned(
        id="lost", at=clock.now(), operator="anna", name="Anna", conversation=card.conversation, why="only_one"
    )
    await office.look()
    assert await office.held() == {}

    clock.turn(ON_ITS_WAY.total_seconds())
    await office.presence.here("anna")
    await office.look()
    assert await office.held() == {"customer": "anna"}


async def test_router_that_is_not_sure_of_its_duty_gives_nothing(office: Office) -> None:
    async def unsure() -> bool:
        return False

    await office.come("anna")
    await office.ask_for_a_person("customer")
    office.router._sure = unsure
    await office.look()

    assert await office.held() == {}


# ── who is silent ────────────────────────────────────────────────────────────────────────────────────────────────────


async def silence(office: Office) -> None:
    """Nobody says anything until chats are taken away for it. Everybody is still there."""
    office.turn(SILENT)
    await office.process.engine.timers.fire_due()
    await office.process.settled()


async def test_operator_who_said_nothing_is_away_and_another_gets_the_chat(office: Office) -> None:
    await office.come("anna")
    await office.ask_for_a_person("customer")
    await office.look()
    await silence(office)
    await office.look()
    assert await office.held() == {}
    assert [each.status for each in await office.process.store.operators()] == ["away"]

    await office.come("boris")
    await office.look()
    assert await office.held() == {"customer": "boris"}


async def test_operator_who_answers_others_is_not_sent_away(office: Office) -> None:
    await office.come("anna")
    await office.ask_for_a_person("c0", "c1")
    await office.look()
    await office.operate("c0", "anna", "here I am")
    await silence(office)
    await office.look()

    assert [each.status for each in await office.process.store.operators()] == ["available"]
    assert await office.held() == {"c0": "anna"}


async def test_operator_who_is_available_again_is_left_so(office: Office) -> None:
    await office.come("anna")
    await office.ask_for_a_person("c0")
    await office.look()
    await silence(office)
    await office.look()
    await office.process.store.set_status("anna", "available")
    await office.ask_for_a_person("c1")
    await office.look()

    assert await office.held() == {"c1": "anna"}


# ── when it looks ────────────────────────────────────────────────────────────────────────────────────────────────────


class DeafBus(MemoryBus):
    """Nobody hears anything."""

    async def publish(self, topic: str, payload: bytes) -> None:  # noqa: ARG002 - the port's
        return


@asynccontextmanager
async def at_work(tmp_path: Path, clock: HandClock, bus: Bus) -> AsyncIterator[Office]:
    """A worker with its router, by the clock."""
    async with AsyncExitStack() as stack:
        process = Process(await SqlStore.open(f"sqlite:///{tmp_path}/lotse.db"), clock, Sends(), bus)
        stack.push_async_callback(process.store.close)
        await process.engine.start()
        stack.push_async_callback(process.engine.stop)
        process._joined = True
        office = Office(process, bus)
        duty = asyncio.create_task(process.engine.duty("router", office.router.run).run())
        try:
            yield office
        finally:
            duty.cancel()
            await asyncio.gather(duty, return_exceptions=True)


async def given(office: Office, customer: str) -> str:
    found = ""

    async def look() -> None:
        nonlocal found
        while not found:
            found = (await office.held()).get(customer, "")
            await asyncio.sleep(0.01)

    await asyncio.wait_for(look(), 10)
    return found


async def test_news_bring_a_waiting_chat_to_an_operator_at_once(tmp_path: Path, clock: HandClock) -> None:
    """No time passes: neither for a chat that begins to wait, nor for an operator who comes, nor for a place that is free."""
    bus = MemoryBus()
    async with at_work(tmp_path, clock, bus) as office:
        await office.come("anna", capacity=1)
        await office.ask_for_a_person("c0")
        assert await given(office, "c0") == "anna"

        await office.ask_for_a_person("c1")
        await office.come("boris", capacity=1)
        await bus.publish(ATTENDANCE_TOPIC, b"")
        assert await given(office, "c1") == "boris"

        await office.ask_for_a_person("c2")
        await office.operate("c0", "anna", "close")
        assert await given(office, "c2") == "anna"


async def test_without_any_news_a_waiting_chat_is_found_within_seconds(tmp_path: Path, clock: HandClock) -> None:
    async with at_work(tmp_path, clock, DeafBus()) as office:
        await office.come("anna")
        await office.ask_for_a_person("customer")
        await until(lambda: clock.sleeping > 0, what="the router rests")
        assert await office.held() == {}
        found = asyncio.create_task(given(office, "customer"))
        while not found.done():
            clock.turn(EVERY / 10)
            await asyncio.sleep(0.01)

        assert await found == "anna"
        assert (clock.now() - (await office.cards())["customer"].since).total_seconds() < 1 + 3 * (EVERY + DUTY_EVERY)


async def test_rule_that_is_relaxed_by_time_alone_is_seen_when_it_is(tmp_path: Path, clock: HandClock) -> None:
    async with at_work(tmp_path, clock, MemoryBus()) as office:
        await office.come("anna", languages=("uk",))
        await office.ask_for_a_person("customer")
        again = await office.router.look()
        assert again is not None
        waits = (again - clock.now()).total_seconds()
        assert waits == pytest.approx(office.rules.routing.language)
        clock.turn(waits)
        await office.presence.here("anna")

        assert await given(office, "customer") == "anna"
        assert (await office.cards())["customer"].why == "any_language"


async def test_customer_who_comes_again_has_the_same_operator_though_another_is_freer(office: Office) -> None:
    await office.come("anna", "boris")
    await office.ask_for_a_person("customer")
    await office.look()
    first = (await office.held())["customer"]
    await office.operate("customer", first, "close")
    other = {"anna": "boris", "boris": "anna"}[first]
    await office.ask_for_a_person("another")
    await office.look()
    assert await office.held() == {"another": other}

    await office.operate("another", other, "close")
    office.turn(60)
    await office.ask_for_a_person("another")
    await office.look()
    assert await office.held() == {"another": other}
    assert (await office.cards())["another"].why == "preferred"
