"""How far a customer has read: kept, told to the desk, and never less than it was."""

import pytest

from conversation.errors import StoreError
from store.people import SqlPeople
from tests.support.desks import claimed
from tests.support.service import Running


async def seen(lotse: Running, chat: str) -> int:
    return (await lotse.store.load(chat)).chat.read_seq


async def test_what_the_page_has_shown_is_kept_and_told_to_the_desk(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    await visitor.link.send("seen", seq=2)
    assert (await desk.until("read"))["seq"] == 2
    assert await seen(lotse, visitor.chat) == 2
    await desk.send("open", conversation=conversation)
    await desk.until("conversation")
    assert (await desk.until("read"))["seq"] == 2, "whoever opens the chat later knows it too"


async def test_a_mark_goes_forward_only_and_never_beyond_what_was_sent(lotse: Running) -> None:
    visitor, _, desk = await claimed(lotse)
    newest = (await lotse.store.load(visitor.chat)).chat.seq
    for seq in (3, 1, 3, newest + 1, newest + 1000, 2**53, newest):
        await visitor.link.send("seen", seq=seq)
    assert (await desk.until("read", seq=newest))["seq"] == newest
    assert [frame["seq"] for frame in desk.frames if frame["type"] == "read"] == [3, newest]
    assert await seen(lotse, visitor.chat) == newest


@pytest.mark.parametrize("seq", [0, -1, 1.5, "1", None, 2**60])
async def test_a_mark_that_is_none_is_a_bad_frame(lotse: Running, seq: object) -> None:
    visitor = await lotse.visitor()
    await visitor.link.send("seen", seq=seq)
    assert (await visitor.link.until("error"))["code"] == "bad_frame"


async def test_two_pages_of_a_customer_go_by_the_one_that_is_further(lotse: Running) -> None:
    visitor, _, desk = await claimed(lotse)
    first = visitor.link
    second = await visitor.connect()
    newest = (await lotse.store.load(visitor.chat)).chat.seq
    await second.until("skip", seq=newest)
    await second.send("seen", seq=newest)
    await desk.until("read", seq=newest)
    await first.send("seen", seq=2)
    await first.send("say", id="after", text="da")
    await first.until("ack", id="after")
    assert await seen(lotse, visitor.chat) == newest


async def test_a_mark_that_can_not_be_stored_ends_nothing(lotse: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, _, _ = await claimed(lotse)

    async def full(store: SqlPeople, chat: str, seq: int) -> bool:
        raise StoreError("the disk is full")

    monkeypatch.setattr(SqlPeople, "seen", full)
    await visitor.link.send("seen", seq=2)
    await visitor.say("noch da?")
