"""What was not delivered: who finds it, what sending again and settling do to it; and an address that changed."""

import sqlite3
from pathlib import Path

import msgspec
from sqlalchemy import func, select

from conversation.deliveries import Settled, Undelivered
from conversation.records import Send, SendState, SendUpdate
from store import dead_letters
from store.sql import SqlStore
from store.tables import outbox
from tests.support.storing import NOW, Store, later, says, talk, turn


async def sends_of(store: Store, address: str = "anna", count: int = 1, *, text: str = "") -> tuple[Send, ...]:
    conversation = await talk(store, address)
    posts = [says(conversation, seq, "operator", text) for seq in range(2, 2 + count)]
    return (await store.save(turn(conversation, *posts))).sends


async def end(store: Store, send: Send, state: SendState, error: str = "") -> None:
    update = SendUpdate(number=send.number, state=state, attempts=3, due=NOW, error=error)
    await store.update_send(update)


async def numbers(store: Store, **only: object) -> list[int]:
    return [each.number for each in await store.undelivered(**only)]  # type: ignore[arg-type] # any of its words


async def test_what_failed_or_is_unsure_is_found_newest_first_with_its_reason(store: Store) -> None:
    one, two, three, four = await sends_of(store, count=4, text="Your router  is\non its way")
    await end(store, one, "failed", "blocked")
    await end(store, two, "ambiguous", "the connection broke")
    await end(store, three, "sent")
    first, second = await store.undelivered()
    assert first == Undelivered(
        number=two.number,
        state="ambiguous",
        chat="chat-anna",
        channel="telegram",
        conversation="talk-chat-anna",
        message=two.message.id,
        name="",
        preview="Your router is on its way",
        at=later(3),
        error="the connection broke",
    )
    assert (second.number, second.state, second.error) == (one.number, "failed", "blocked")
    assert await store.count_undelivered() == 2
    assert four.number not in await numbers(store)


async def test_the_customers_name_is_told(store: Store) -> None:
    conversation = await talk(store)
    named = msgspec.structs.replace(conversation, name="Anna Lee")
    (send,) = (await store.save(turn(named, says(named, 2)))).sends
    await end(store, send, "failed")
    (found,) = await store.undelivered()
    assert found.name == "Anna Lee"


async def test_undelivered_can_be_asked_by_chat_channel_state_and_number(store: Store) -> None:
    (anna,) = await sends_of(store)
    boris, later_ = await sends_of(store, "boris", 2)
    await end(store, anna, "failed")
    await end(store, boris, "ambiguous")
    await end(store, later_, "failed")
    assert await numbers(store, chat="chat-boris") == [later_.number, boris.number]
    assert await numbers(store, state="failed") == [later_.number, anna.number]
    assert await numbers(store, channel="telegram") == [later_.number, boris.number, anna.number]
    assert await numbers(store, channel="sms") == []
    assert await numbers(store, limit=1) == [later_.number]


async def test_what_is_sent_again_is_as_new_and_open(store: Store) -> None:
    one, two, three = await sends_of(store, count=3)
    await end(store, one, "failed", "blocked")
    await end(store, two, "ambiguous", "broke")
    again = await store.resend([one.number, two.number, three.number, 999, one.number], later(60))
    assert [(send.number, send.state, send.attempts, send.due, send.error) for send in again] == [
        (one.number, "pending", 0, later(60), ""),
        (two.number, "pending", 0, later(60), ""),
    ]
    assert again[0].message == one.message
    assert [send.number for send in await store.open_sends(10)] == [one.number, two.number, three.number]
    assert await store.count_undelivered() == 0


async def test_sent_and_waiting_ones_are_not_sent_again(store: Store) -> None:
    one, two = await sends_of(store, count=2)
    await end(store, one, "sent")
    assert list(await store.resend([one.number, two.number], NOW)) == []
    assert list(await store.resend([], NOW)) == []


async def test_sending_again_has_an_unreachable_customer_tried(store: Store) -> None:
    conversation = await talk(store)
    gone = turn(conversation, says(conversation, 2), unreachable="blocked")
    await store.save(gone)
    (found,) = await store.undelivered()
    assert len(await store.resend([found.number], NOW)) == 1
    assert (await store.load(conversation.chat)).chat.unreachable == ""


async def test_settled_leave_the_list_as_arrived_or_as_failed(store: Store) -> None:
    one, two, three = await sends_of(store, count=3)
    await end(store, one, "failed")
    await end(store, two, "ambiguous")
    settled = await store.settle([one.number, two.number, three.number])
    assert sorted(settled, key=lambda each: each.message) == [
        Settled(chat="chat-anna", message=one.message.id, state="failed"),
        Settled(chat="chat-anna", message=two.message.id, state="sent"),
    ]
    assert list(await store.settle([one.number, two.number])) == []
    assert await store.count_undelivered() == 0
    assert await store.send_states("chat-anna") == {one.message.id: "failed", three.message.id: "pending"}


async def test_what_was_settled_as_failed_can_be_sent_again_and_fail_again(store: Store) -> None:
    (one,) = await sends_of(store)
    await end(store, one, "failed")
    await store.settle([one.number])
    assert len(await store.resend([one.number], NOW)) == 1
    await end(store, one, "failed")
    assert await numbers(store) == [one.number]


async def test_message_that_nobody_waits_for_is_known_as_such_to_the_next_process(store: Store) -> None:
    conversation = await talk(store)
    first = turn(conversation, says(conversation, 2))
    await store.save(first)
    bulk = msgspec.structs.replace(turn(first.conversation, says(conversation, 3)), bulk=True)
    saved = await store.save(bulk)
    assert [send.bulk for send in saved.sends] == [True]
    assert [send.bulk for send in await store.open_sends(10)] == [False, True]


async def test_chat_that_moved_is_found_and_sent_to_at_its_new_address(store: Store) -> None:
    (one,) = await sends_of(store)
    await store.move_chat("chat-anna", "anna-2")
    assert [send.address for send in await store.open_sends(10)] == ["anna-2"]
    found = await store.find_chat("telegram", "bot", "anna-2")
    assert found is not None
    assert found.id == one.chat
    assert await store.find_chat("telegram", "bot", "anna") is None


async def test_chat_that_moved_to_the_address_of_another_keeps_its_own(store: Store) -> None:
    await sends_of(store)
    await sends_of(store, "boris")
    await store.move_chat("chat-anna", "boris")
    boris = await store.find_chat("telegram", "bot", "boris")
    anna = await store.find_chat("telegram", "bot", "anna")
    assert boris is not None
    assert anna is not None
    assert (boris.id, anna.id) == ("chat-boris", "chat-anna")


async def test_counting_them_does_not_read_what_was_sent(sqlite: SqlStore, file: Path) -> None:
    await sqlite.count_undelivered()
    counting = str(select(func.count()).select_from(outbox).where(dead_letters._WAITING))
    with sqlite3.connect(file) as database:
        plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {counting}")]
    database.close()
    assert all("outbox_undelivered" in step for step in plan), plan
