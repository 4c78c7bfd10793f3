"""The teams' calendars: no place is given twice, however many processes ask, and a chat has one call-back."""

import asyncio
from datetime import datetime
from typing import Any

import msgspec
import pytest

from conversation.callback import Callback
from conversation.events import OperatorPlanned
from conversation.records import Accepted, Booking
from store.sql import SqlStore
from tests.support.storing import NOW, inbound, later

SLOT = 1800


def callback(number: str, begin: datetime = NOW, team: str = "support") -> Callback:
    return Callback(id=f"call-{number}", team=team, begin=begin, phone="+4930123456", topic="the line is down")


async def book(store: SqlStore, chat: str, asked: Callback, each: int = 1) -> Booking | None:
    return await store.calendar.book(chat, asked, each=each, length=SLOT)


async def test_what_is_booked_takes_room_and_is_the_chats(store: SqlStore) -> None:
    booked = await book(store, "anna", callback("1"))
    assert booked == Booking(chat="anna", callback=callback("1"))
    assert await store.calendar.taken("support", NOW, later(1)) == {NOW: 1}
    assert await store.calendar.taken("billing", NOW, later(1)) == {}
    assert await store.calendar.taken("support", later(1), later(2)) == {}
    assert await store.calendar.booked("anna", NOW) == callback("1")
    assert await store.calendar.booked("anna", later(1)) is None
    assert await store.calendar.booked("boris", NOW) is None


async def test_what_an_operator_books_and_what_the_chat_is_told_of_it_are_stored_together(store: SqlStore) -> None:
    """A process that is killed in between would leave a place taken for nobody."""
    await store.accept(inbound("1"), "chat-anna")
    note = OperatorPlanned(id="call-1", at=NOW, operator="olga", name="Olga", callback=callback("1"))
    asked: dict[str, Any] = {"each": 1, "length": SLOT, "note": note, "key": "olga:1"}
    first = await store.calendar.book("chat-anna", callback("1"), **asked)
    again = await store.calendar.book("chat-anna", callback("1"), **asked)
    assert first
    assert first.noted
    assert first.noted.row
    assert first.noted.row.event == note
    assert again
    assert again.noted == Accepted(row=None)
    assert await store.calendar.book("chat-ben", callback("2"), each=1, length=SLOT, note=note, key="olga:2") is None
    off = msgspec.structs.replace(note, id="off", callback=None)
    out = [await store.calendar.take_out("chat-anna", off, "olga:3") for _ in range(2)]
    assert [each.row.event if each.row else None for each in out] == [off, None]
    assert await store.calendar.booked("chat-anna", NOW) is None
    assert [row.event for row in await store.unhandled(10)][1:] == [note, off]


async def test_of_fifty_who_ask_at_once_for_two_places_two_get_one(store: SqlStore, other: SqlStore) -> None:
    stores = (store, other)
    asked = [book(stores[n % 2], f"chat-{n}", callback(str(n)), each=2) for n in range(50)]
    found = await asyncio.gather(*asked)
    assert sum(booking is not None for booking in found) == 2
    assert await store.calendar.taken("support", NOW, later(1)) == {NOW: 2}


@pytest.mark.parametrize(
    ("apart", "free"), [(0, False), (SLOT - 1, False), (1 - SLOT, False), (SLOT, True), (-SLOT, True)]
)
async def test_what_overlaps_takes_room_too(store: SqlStore, apart: int, free: bool) -> None:
    await book(store, "anna", callback("1"))
    assert (await book(store, "boris", callback("2", later(apart))) is not None) is free


async def test_other_teams_have_calendars_of_their_own(store: SqlStore) -> None:
    await book(store, "anna", callback("1"))
    assert await book(store, "boris", callback("2", team="billing")) is not None


async def test_booking_again_moves_it_and_frees_what_was_there(store: SqlStore) -> None:
    await book(store, "anna", callback("1"))
    assert await book(store, "anna", callback("2", later(SLOT))) is not None
    assert await store.calendar.taken("support", NOW, later(2 * SLOT)) == {later(SLOT): 1}
    assert await book(store, "boris", callback("3")) is not None


async def test_moving_to_a_full_time_leaves_it_where_it_was(store: SqlStore) -> None:
    await book(store, "anna", callback("1"))
    await book(store, "boris", callback("2", later(SLOT)))
    assert await book(store, "anna", callback("3", later(SLOT))) is None
    assert await store.calendar.booked("anna", NOW) == callback("1")


async def test_the_same_booking_again_changes_nothing(store: SqlStore, other: SqlStore) -> None:
    first = await book(store, "anna", callback("1"))
    assert await book(other, "anna", callback("1")) == first
    await book(store, "anna", callback("2", later(SLOT)))
    late = await book(other, "anna", callback("1"))
    assert late is not None
    assert not late.current
    assert await store.calendar.booked("anna", NOW) == callback("2", later(SLOT))


async def test_what_is_called_off_is_free_and_the_same_key_tells_it_again(store: SqlStore) -> None:
    await book(store, "anna", callback("1"))
    assert await store.calendar.call_off("anna", "k") == callback("1")
    assert await store.calendar.taken("support", NOW, later(1)) == {}
    assert await store.calendar.call_off("anna", "k") == callback("1")
    assert await store.calendar.call_off("anna", "another") is None
    assert await store.calendar.call_off("boris", "k2") is None


async def test_calling_off_and_booking_at_once_never_leave_two(store: SqlStore, other: SqlStore) -> None:
    """In whatever order they come, the chat has what was booked last, or nothing."""
    for round_ in range(20):
        await book(store, "anna", callback(f"{round_}a"), each=50)
        await asyncio.gather(
            store.calendar.call_off("anna", f"off-{round_}"),
            book(other, "anna", callback(f"{round_}b", later(SLOT)), each=50),
        )
        taken = await store.calendar.taken("support", NOW, later(2 * SLOT))
        assert sum(taken.values()) <= 1
        assert (await store.calendar.booked("anna", NOW) is not None) == bool(taken)
