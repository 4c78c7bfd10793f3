"""The inbox: a delivery is stored once, in the order it came."""

import asyncio

import pytest

from conversation.events import OperatorClaimed
from conversation.records import Accepted
from tests.support.storing import NOW, Store, arrive, fresh, inbound, said, turn


async def test_first_event_opens_the_chat_with_the_given_id(store: Store) -> None:
    accepted = await store.accept(inbound("1", "anna"), "chat-1")
    assert accepted.row is not None
    assert accepted.row.chat == "chat-1"
    chat = await store.find_chat("telegram", "bot", "anna")
    assert chat is not None
    assert (chat.id, chat.conversation, chat.seq, chat.unreachable) == ("chat-1", "", 0, "")


async def test_second_event_of_an_address_joins_its_chat(store: Store) -> None:
    await store.accept(inbound("1", "anna"), "chat-1")
    accepted = await store.accept(inbound("2", "anna"), "chat-2")
    assert accepted.row is not None
    assert accepted.row.chat == "chat-1"
    with pytest.raises(KeyError):
        await store.load("chat-2")


async def test_known_delivery_gives_no_row(store: Store) -> None:
    await arrive(store, "1")
    assert await store.accept(inbound("1", text="another text"), "chat-anna") == Accepted(row=None)
    assert len(await store.unhandled(10)) == 1


async def test_same_delivery_fifty_times_at_once_is_stored_once(store: Store) -> None:
    done = await asyncio.gather(*(store.accept(inbound("1"), f"chat-{n}") for n in range(50)))
    rows = [accepted.row for accepted in done if accepted.row]
    assert len(rows) == 1
    assert await store.unhandled(10) == rows


async def test_same_delivery_five_times_in_turn_is_stored_once(store: Store) -> None:
    done = [await store.accept(inbound("1"), "chat-anna") for _ in range(5)]
    assert [accepted.row is not None for accepted in done] == [True, False, False, False, False]


async def test_delivery_stays_known_after_it_was_handled(store: Store) -> None:
    row = await arrive(store, "1")
    await store.save(turn(fresh(row.chat), handled=(row.number,)))
    assert (await store.accept(inbound("1"), "chat-anna")).row is None


async def test_new_customer_writes_six_at_once_has_one_chat(store: Store) -> None:
    done = await asyncio.gather(*(store.accept(inbound(str(n), "album"), f"chat-{n}") for n in range(6)))
    assert len({accepted.row.chat for accepted in done if accepted.row}) == 1
    assert len(await store.unhandled(10)) == 6


async def test_same_id_on_another_channel_is_another_delivery(store: Store) -> None:
    first = await store.accept(inbound("1", channel="telegram"), "chat-1")
    second = await store.accept(inbound("1", channel="webchat"), "chat-2")
    assert first.row is not None
    assert second.row is not None
    assert first.row.chat != second.row.chat


async def test_empty_address_is_an_address(store: Store) -> None:
    row = await arrive(store, "1", address="")
    assert (await store.load(row.chat)).chat.address == ""


async def test_events_come_back_oldest_first_and_whole(store: Store) -> None:
    for number in range(20):
        await arrive(store, str(number), f"customer-{number % 3}", text=f"текст {number} 🙂")
    rows = await store.unhandled(100)
    assert [row.event for row in rows] == [said(str(n), f"текст {n} 🙂") for n in range(20)]
    assert [row.number for row in rows] == sorted(row.number for row in rows)


async def test_events_submitted_at_once_keep_their_order(store: Store) -> None:
    await asyncio.gather(*(store.accept(inbound(str(n), f"customer-{n % 7}"), f"chat-{n % 7}") for n in range(300)))
    rows = await store.unhandled(400)
    assert [row.event.id for row in rows] == [f"event-{n}" for n in range(300)]


async def test_unhandled_gives_no_more_than_asked(store: Store) -> None:
    for number in range(5):
        await arrive(store, str(number))
    assert [row.event.id for row in await store.unhandled(2)] == ["event-0", "event-1"]


async def test_own_event_goes_into_the_inbox_under_its_key(store: Store) -> None:
    chat = (await arrive(store, "1")).chat
    event = OperatorClaimed(id="claim", at=NOW, operator="olga", name="Olga")
    accepted = await store.accept_own(chat, event, "key")
    assert accepted.row is not None
    assert (accepted.row.chat, accepted.row.event) == (chat, event)
    assert (await store.accept_own(chat, event, "key")).row is None
    assert [row.event for row in await store.unhandled(10)] == [said("1"), event]


async def test_own_key_and_channel_id_do_not_meet(store: Store) -> None:
    row = await arrive(store, "key")
    assert (await store.accept_own(row.chat, said("own"), "key")).row is not None


async def test_rejected_event_is_put_aside(store: Store) -> None:
    row = await arrive(store, "1")
    await store.reject(row.number, "no dialog")
    assert await store.unhandled(10) == []
    assert (await store.accept(inbound("1"), "chat-anna")).row is None


async def test_load_of_unknown_chat_raises_key_error(store: Store) -> None:
    with pytest.raises(KeyError):
        await store.load("nobody")


async def test_load_before_the_first_turn_has_no_conversation(store: Store) -> None:
    row = await arrive(store, "1")
    snapshot = await store.load(row.chat)
    assert snapshot.chat.id == row.chat
    assert snapshot.conversation is None


async def test_loads_at_once_each_get_their_own(store: Store) -> None:
    chats = [(await arrive(store, str(n), f"customer-{n}")).chat for n in range(30)]
    loaded = await asyncio.gather(*(store.load(chat) for chat in [*chats, "nobody", *chats]), return_exceptions=True)
    assert [snapshot.chat.id for snapshot in loaded if not isinstance(snapshot, BaseException)] == chats + chats
    assert isinstance(loaded[30], KeyError)
