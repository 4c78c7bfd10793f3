"""What was not delivered, at the desk: counted for all, shown with its reason, sent again or settled."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from conversation.content import Text
from conversation.errors import AmbiguousError, RefusedError, SendError
from conversation.message import Message
from tests.support.browsing import Frame, Link
from tests.support.played_parts import PhotoChannel
from tests.support.service import Running, running


@pytest.fixture
async def lotse(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, messenger=True) as made:
        yield made


class Trouble:
    """What the messenger says to operators' words, until it is over."""

    def __init__(self, messenger: PhotoChannel, monkeypatch: pytest.MonkeyPatch) -> None:
        self.error: SendError | None = None
        self._send = messenger.send
        monkeypatch.setattr(messenger, "send", self.send)

    async def send(self, address: str, message: Message, key: str) -> str:
        if self.error and message.author == "operator" and message.client_id:
            raise self.error
        return await self._send(address, message, key)


@pytest.fixture
def trouble(lotse: Running, monkeypatch: pytest.MonkeyPatch) -> Trouble:
    assert lotse.messenger
    return Trouble(lotse.messenger, monkeypatch)


async def claimed(lotse: Running) -> tuple[Link, str]:
    """A desk with a claimed chat of the messenger, open; and its conversation."""
    assert lotse.messenger
    for number, words in enumerate(("Hallo", "Mitarbeiter")):
        await lotse.messenger.says(Text(text=words), str(number))
        await lotse.settle()
    (card,) = await lotse.store.cards()
    desk = await (await lotse.operator("ada")).desk()
    await counted(desk, 0)
    await desk.send("open", conversation=card.conversation)
    await desk.until("conversation")
    await desk.send("claim", id="c1", conversation=card.conversation)
    await desk.until("card", lambda frame: frame["card"]["phase"] == "with_operator")
    return desk, card.conversation


async def reply(desk: Link, conversation: str, text: str = "Guten Tag") -> str:
    """The message's id."""
    await desk.send("reply", id="reply-1", conversation=conversation, text=text)
    frame = await desk.until("message", lambda frame: frame["message"].get("client_id") == "reply-1")
    return str(frame["message"]["id"])


async def counted(desk: Link, count: int) -> Frame:
    return await desk.until("undelivered", count=count)


async def test_a_message_that_failed_shows_with_its_reason_and_in_the_count_of_every_desk(
    lotse: Running, trouble: Trouble
) -> None:
    desk, conversation = await claimed(lotse)
    other = await (await lotse.operator("bob")).desk()
    await counted(other, 0)
    trouble.error = RefusedError("400 the message is too long")
    message = await reply(desk, conversation)
    shown = await desk.until("delivery", message_id=message)
    assert (shown["state"], shown["error"], shown["decided"]) == ("failed", "400 the message is too long", False)
    await counted(desk, 1)
    await counted(other, 1)


async def test_the_list_names_chat_time_and_reason_and_leads_to_the_conversation(
    lotse: Running, trouble: Trouble
) -> None:
    desk, conversation = await claimed(lotse)
    trouble.error = RefusedError("400 the message is too long")
    message = await reply(desk, conversation)
    await counted(desk, 1)
    await desk.send("undelivered")
    (item,) = (await desk.until("undelivered", lambda frame: "items" in frame))["items"]
    wanted = {
        "state": "failed",
        "channel": "telegram",
        "conversation": conversation,
        "message": message,
        "name": "Ann",
        "preview": "Guten Tag",
        "at": "2026-03-02T11:00:00Z",
        "error": "400 the message is too long",
    }
    assert {name: item[name] for name in wanted} == wanted
    fresh = await (await lotse.operator("bob")).desk()
    await counted(fresh, 1)
    await fresh.send("open", conversation=item["conversation"])
    again = await fresh.until("delivery", message_id=message)
    assert (again["state"], again["error"]) == ("failed", "400 the message is too long")


async def test_sending_again_brings_it_to_the_customer_and_off_the_list(lotse: Running, trouble: Trouble) -> None:
    desk, conversation = await claimed(lotse)
    assert lotse.messenger
    trouble.error = RefusedError("400")
    message = await reply(desk, conversation)
    await counted(desk, 1)
    trouble.error = None
    for _ in range(2):
        await desk.send("resend", id="r1", conversation=conversation, message_id=message)
        await desk.until("done", id="r1")
    await desk.until("delivery", message_id=message, state="pending", decided=True)
    await desk.until("delivery", message_id=message, state="sent")
    await counted(desk, 0)
    assert [said.id for _, said in lotse.messenger.sent].count(message) == 1


async def test_what_was_unsure_and_arrived_is_sent(
    lotse: Running, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lotse.service.engine.outbox._policies, "telegram", "flag")
    desk, conversation = await claimed(lotse)
    assert lotse.messenger
    trouble.error = AmbiguousError("the connection broke")
    message = await reply(desk, conversation)
    await desk.until("delivery", message_id=message, state="ambiguous")
    await counted(desk, 1)
    await desk.send("settle", id="s1", conversation=conversation, message_id=message)
    await desk.until("done", id="s1")
    await desk.until("delivery", message_id=message, state="sent", decided=True)
    await counted(desk, 0)
    assert message not in [said.id for _, said in lotse.messenger.sent]


async def test_what_failed_and_is_left_so_is_shown_as_failed_and_off_the_list(lotse: Running, trouble: Trouble) -> None:
    desk, conversation = await claimed(lotse)
    trouble.error = RefusedError("400")
    message = await reply(desk, conversation)
    await counted(desk, 1)
    await desk.send("settle", id="s1", conversation=conversation, message_id=message)
    await counted(desk, 0)
    fresh = await (await lotse.operator("bob")).desk()
    await fresh.send("open", conversation=conversation)
    shown = await fresh.until("delivery", message_id=message)
    assert (shown["state"], shown["decided"]) == ("failed", True)


@pytest.mark.parametrize("type_", ["resend", "settle"])
@pytest.mark.parametrize("message", ["unknown", "customers"])
async def test_a_message_that_was_never_sent_can_be_neither(lotse: Running, type_: str, message: str) -> None:
    desk, conversation = await claimed(lotse)
    ids: dict[str, Any] = {"unknown": "0123"}
    history = await lotse.history((await lotse.store.cards())[0].chat)
    ids["customers"] = history[0].id
    await desk.send(type_, id="x1", conversation=conversation, message_id=ids[message])
    assert (await desk.until("error", id="x1"))["code"] == "not_found"
