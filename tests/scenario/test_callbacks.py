"""Call-backs from the weekend to Monday, in four languages: on a virtual clock, with a restart in between, on a real database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from conversation.callback import Callback
from conversation.content import Text, plain_text
from conversation.events import CustomerSaid, OperatorClaimed, OperatorPlanned
from conversation.records import Inbound
from conversation.state import Closed, Parked, WithOperator
from engine.shell.callbacks import Callbacks
from store.sql import SqlStore
from tests.support.bots import nordnetz
from tests.support.customers import until
from tests.support.engines import CHANNEL, Process, Sends
from tests.support.hand_clock import HandClock

SATURDAY = datetime(2026, 2, 28, 10, tzinfo=UTC)
NINE = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""Monday, nine o'clock in Berlin."""
BOOK = {
    "de": ("Hallo", "Mitarbeiter", "Rückruf", "Montag um 9 Uhr", "ja", "+49 30 1234567"),
    "en": ("hello", "human", "Call me back", "Monday at 9 am", "yes", "+49 30 1234567"),
    "ru": ("Привет", "оператор", "Перезвоните мне", "в понедельник в 9:00", "да", "+49 30 1234567"),
    "uk": ("Привіт", "оператор", "Передзвоніть мені", "у понеділок о 9:00", "так", "+49 30 1234567"),
}
MOVE = {
    "de": ("Einen anderen Termin, bitte", "Dienstag um 11 Uhr", "ja"),
    "en": ("another time please", "Tuesday at 11 am", "yes"),
    "ru": ("перенесите звонок", "во вторник в 11:00", "да"),
    "uk": ("перенесіть дзвінок", "у вівторок об 11:00", "так"),
}
CALL_OFF = {"de": "Rückruf absagen", "en": "call it off", "ru": "отмените звонок", "uk": "скасуйте дзвінок"}


class House:
    """The service, and its customers on one channel; it can be started anew at any time."""

    def __init__(self, url: str, store: SqlStore) -> None:
        self.url = url
        self.store = store
        self.clock = HandClock(SATURDAY)
        self.channel = Sends()
        self.process = self._start()
        self._count = 0

    def _start(self) -> Process:
        return Process(self.store, self.clock, self.channel, rules=nordnetz())

    async def restart(self) -> None:
        """What only the process knew is gone."""
        await self.process.engine.stop()
        await self.store.close()
        self.store = await SqlStore.open(self.url)
        self.process = self._start()

    async def say(self, who: str, language: str, *words: str) -> None:
        await self.process.join()
        for text in words:
            self._count += 1
            self.clock.turn(1)
            event = CustomerSaid(
                id=f"said-{self._count}", at=self.clock.now(), content=Text(text=text), language=language
            )
            inbound = Inbound(channel=CHANNEL, account="bot", external_id=event.id, address=who, event=event)
            await self.process.engine.intake.receive(inbound)
            await self.settled()

    async def settled(self) -> None:
        while True:
            await self.process.settled()
            if not self.process.engine.jobs.numbers():
                return
            await until(lambda: not self.process.engine.jobs.numbers(), what="actions answered")

    async def pass_to(self, moment: datetime) -> None:
        """Timers fire at their times, as far as the clock stops there."""
        await self.process.join()
        while (due := await self.store.next_timer()) is not None and due <= moment:
            self.clock.turn(max(0.0, (due - self.clock.now()).total_seconds()))
            await self.fire()
        self.clock.turn((moment - self.clock.now()).total_seconds())

    async def fire(self) -> None:
        await self.process.join()
        await self.process.engine.timers.fire_due()
        await self.settled()

    def heard(self, who: str) -> list[str]:
        return [text for address, text in self.channel.sent if address == who]

    async def phase(self, who: str) -> object:
        conversation = (await self.store.load((await self.process.chat(who)).id)).conversation
        assert conversation is not None
        return conversation.phase


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    url = f"sqlite:///{tmp_path}/lotse.db"
    house = House(url, await SqlStore.open(url))
    yield house
    await house.process.engine.stop()
    await house.store.close()


@pytest.mark.parametrize("language", BOOK)
async def test_booked_on_saturday_it_is_the_desks_on_monday_with_all_that_was_said(house: House, language: str) -> None:
    await house.say("eva", language, *BOOK[language])
    assert isinstance(await house.phase("eva"), Closed)
    await house.restart()
    await house.pass_to(NINE - timedelta(minutes=15))
    reminded = len(house.heard("eva"))
    assert "+49 30 1234567" in house.heard("eva")[-1]
    assert await house.store.cards() == []
    await house.restart()
    await house.pass_to(NINE)
    assert len(house.heard("eva")) == reminded + 1
    (card,) = await house.store.cards()
    assert (card.phase, card.team, card.priority, card.callback) == ("parked", "support", 5, NINE)
    phase = await house.phase("eva")
    assert isinstance(phase, Parked)
    assert phase.callback is not None
    assert phase.callback.phone == "+49301234567"
    lines = await house.store.history(card.chat, 0, 100)
    assert [plain_text(line.content) for line in lines if line.author == "customer"] == list(BOOK[language])
    chat = await house.process.chat("eva")
    assert chat.conversation == card.conversation
    claim = OperatorClaimed(
        id="claim", at=house.clock.now(), operator="anna", name="Anna", conversation=card.conversation
    )
    house.process.engine.take(await house.store.accept_own(chat.id, claim, "claim"))
    await house.settled()
    assert isinstance(await house.phase("eva"), WithOperator)


@pytest.mark.parametrize("language", MOVE)
async def test_moved_on_sunday_it_comes_at_its_new_time_only(house: House, language: str) -> None:
    await house.say("eva", language, *BOOK[language])
    await house.pass_to(SATURDAY + timedelta(days=1))
    await house.say("eva", language, *MOVE[language])
    await house.restart()
    await house.pass_to(NINE + timedelta(days=1))
    assert await house.store.cards() == []
    await house.pass_to(NINE + timedelta(days=1, hours=2))
    assert len(await house.store.cards()) == 1
    chat = (await house.process.chat("eva")).id
    lines = await house.store.history(chat, 0, 100)
    assert [line.origin for line in lines].count("_product/callback.due_phone") == 1
    assert [line.origin for line in lines].count("_product/callback.remind_phone") == 1


@pytest.mark.parametrize("language", CALL_OFF)
async def test_called_off_on_sunday_nobody_hears_of_it_on_monday(house: House, language: str) -> None:
    await house.say("eva", language, *BOOK[language])
    await house.pass_to(SATURDAY + timedelta(days=1))
    await house.say("eva", language, CALL_OFF[language])
    await house.pass_to(SATURDAY + timedelta(days=1, hours=2))
    told = len(house.heard("eva"))
    await house.restart()
    await house.pass_to(NINE + timedelta(days=1))
    assert len(house.heard("eva")) == told
    assert await house.store.cards() == []
    assert await house.store.calendar.taken("support", SATURDAY, NINE + timedelta(days=9)) == {}


async def test_three_days_of_standstill_lose_none_and_bring_none_at_night(house: House) -> None:
    for number in range(4):
        words = list(BOOK["en"])
        words[3] = f"Monday at {9 + number // 2} am"
        await house.say(f"eva{number}", "en", *words)
    booked = await house.store.calendar.taken("support", SATURDAY, NINE + timedelta(days=9))
    assert sum(booked.values()) == 4
    assert max(booked.values()) == 2
    wednesday = NINE + timedelta(days=2, hours=14)
    house.clock.turn((wednesday - house.clock.now()).total_seconds())
    await house.restart()
    await house.fire()
    assert await house.store.cards() == []
    assert all("Sorry" in house.heard(f"eva{number}")[-1] for number in range(4))
    await house.pass_to(datetime(2026, 3, 5, 7, tzinfo=UTC))
    assert len(await house.store.cards()) == 4
    await house.restart()
    await house.fire()
    assert len(await house.store.cards()) == 4


async def test_an_operator_books_beforehand_and_the_customer_is_told(house: House) -> None:
    await house.say("eva", "uk", "Привіт")
    chat = (await house.process.chat("eva")).id
    plans = Callbacks(store=house.store.calendar, rules=lambda _: nordnetz(), clock=house.clock)
    free = await plans.free(chat, "support", 3)
    wanted = Callback(id="k", team="", begin=free[1], phone="030 1234567", operator="anna")
    note = OperatorPlanned(id="p", at=house.clock.now(), operator="anna", name="Anna", callback=wanted)
    noted = await plans.plan(chat, note, "p")
    callback = await plans.booked(chat)
    assert noted is not None
    assert callback is not None
    assert (callback.phone, callback.team) == ("+49301234567", "support")
    again = await plans.plan(chat, note, "p")
    assert again is not None
    assert again.row is None
    assert await plans.booked(chat) == callback
    crooked = msgspec.structs.replace(wanted, id="k2", begin=free[1] + timedelta(minutes=7))
    assert await plans.plan(chat, msgspec.structs.replace(note, id="p2", callback=crooked), "p2") is None
    house.process.engine.take(noted)
    await house.settled()
    assert "+49 30 1234567" in house.heard("eva")[-1]
    await house.pass_to(callback.begin)
    phase = await house.phase("eva")
    assert isinstance(phase, Parked)
    assert (phase.prefer, phase.callback) == ("anna", msgspec.structs.replace(callback, zone="Europe/Berlin"))


async def test_of_fifty_customers_at_once_two_get_the_last_two_places(house: House) -> None:
    crowd = [f"eva{number}" for number in range(50)]
    for who in crowd:
        await house.say(who, "en", *BOOK["en"][:5])
    await asyncio.gather(*(_send(house, who, BOOK["en"][5]) for who in crowd))
    await house.settled()
    taken = await house.store.calendar.taken("support", SATURDAY, NINE + timedelta(days=9))
    assert taken == {NINE: 2}
    assert sum("we will call you" in house.heard(who)[-1] for who in crowd) == 2
    assert all(
        any("just been taken" in text or "we will call you" in text for text in house.heard(who)) for who in crowd
    )


async def _send(house: House, who: str, text: str) -> None:
    event = CustomerSaid(id=f"last-{who}", at=house.clock.now(), content=Text(text=text), language="en")
    await house.process.engine.intake.receive(
        Inbound(channel=CHANNEL, account="bot", external_id=event.id, address=who, event=event)
    )
