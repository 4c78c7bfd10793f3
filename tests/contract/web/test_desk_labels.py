"""An operator says what a customer's message was about: over real sockets, with its refusals, and into the store."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conversation.candidates import Candidate
from conversation.errors import BadInputError
from tests.support.browsing import Link
from tests.support.desks import claimed
from tests.support.service import Running, running
from web.desk.incoming import read_frame


@pytest.fixture
async def lotse(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, messenger=True) as made:
        yield made


async def label(lotse: Running, desk: Link, id_: str, **fields: Any) -> None:
    await desk.send("label", id=id_, **fields)
    await desk.until("done", id=id_)
    await lotse.settle()


async def refusal(desk: Link, id_: str, **fields: Any) -> str:
    await desk.send("label", id=id_, **fields)
    return str((await desk.until("refused", id=id_))["reason"])


async def labelled(lotse: Running) -> list[Candidate]:
    return [each.candidate for each in await lotse.store.candidates.all(origin="labelled")]


async def typed(lotse: Running, chat: str) -> str:
    """The id of the customer's last words."""
    return [m.id for m in await lotse.history(chat) if m.author == "customer" and not m.origin][-1]


async def told(desk: Link, origin: str) -> dict[str, Any]:
    frame = await desk.until("message", lambda frame: frame["message"].get("origin") == origin)
    found: dict[str, Any] = frame["message"]
    return found


async def test_what_is_said_of_a_message_reaches_colleagues_and_the_store_but_never_the_customer(
    lotse: Running,
) -> None:
    visitor, conversation, ada = await claimed(lotse)
    ben = await (await lotse.operator("ben")).desk()
    await ben.send("open", conversation=conversation)
    message = await typed(lotse, visitor.chat)
    await label(lotse, ada, "l1", conversation=conversation, message_id=message, intent="order_status")
    note = await told(ben, "labelled")
    assert (note["name"], note["content"]["intent"], note["content"]["of"]) == ("Ada", "order_status", message)
    (found,) = await labelled(lotse)
    assert (found.intent, found.message, found.operator, found.name) == ("order_status", message, "ada", "Ada")
    assert "order_status" not in str(visitor.link.frames)


async def test_any_operator_who_sees_the_chat_may_say_it_and_the_last_word_counts(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    ben = await (await lotse.operator("ben")).desk()
    message = await typed(lotse, visitor.chat)
    await label(lotse, ada, "l1", conversation=conversation, message_id=message, intent="order_status")
    await label(lotse, ben, "l2", conversation=conversation, message_id=message, intent="")
    (found,) = await labelled(lotse)
    assert (found.intent, found.operator) == ("", "ben")


async def test_what_was_said_can_be_taken_back(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    message = await typed(lotse, visitor.chat)
    await label(lotse, ada, "l1", conversation=conversation, message_id=message, intent="order_status")
    await label(lotse, ada, "l2", conversation=conversation, message_id=message, intent=None)
    assert await labelled(lotse) == []
    assert (await told(ada, "label_undone"))["name"] == "Ada"


async def test_the_same_sent_twice_stands_once(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    message = await typed(lotse, visitor.chat)
    for _ in range(2):
        await label(lotse, ada, "l", conversation=conversation, message_id=message, intent="order_status")
    assert [m.origin for m in await lotse.history(visitor.chat)].count("labelled") == 1


async def test_only_what_customers_typed_in_this_chat_and_intents_of_this_bot_are_taken(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    await ada.send("reply", id="r", conversation=conversation, text="Guten Tag")
    await ada.until("done", id="r")
    await lotse.settle()
    history = await lotse.history(visitor.chat)
    own = next(m.id for m in history if m.author == "operator")
    mine = {"conversation": conversation, "intent": "order_status"}
    bots = next(m.id for m in history if m.author == "bot")
    notes = next(m.id for m in history if m.author == "system")
    other = await lotse.visitor()
    await other.say("Hallo")
    await lotse.settle()
    foreign = await typed(lotse, other.chat)
    for number, message in enumerate((own, bots, notes, foreign, "none", "'; DROP TABLE messages")):
        assert await refusal(ada, f"f{number}", message_id=message, **mine) == "unknown"
    typed_here = await typed(lotse, visitor.chat)
    for number, intent in enumerate(("rule_the_world", "other", "../../etc")):
        assert (
            await refusal(ada, f"i{number}", conversation=conversation, message_id=typed_here, intent=intent)
            == "unknown"
        )
    assert await labelled(lotse) == []


async def test_another_teams_chat_can_not_be_labelled(lotse: Running) -> None:
    visitor, conversation, _ = await claimed(lotse)
    ben = await lotse.operator("ben")
    found = await lotse.store.find_operator("ben")
    assert found
    await lotse.store.put_operator(msgspec.structs.replace(found, teams=("billing",)))
    desk = await ben.desk()
    message = await typed(lotse, visitor.chat)
    await desk.send("label", id="no", conversation=conversation, message_id=message, intent="order_status")
    assert (await desk.until("error", id="no"))["code"] == "not_allowed"
    assert await labelled(lotse) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"intent": 5},
        {"intent": "x" * 201},
        {"intent": "a\0"},
        {"message_id": ""},
        {"message_id": "m\0"},
        {"intent": ...},
    ],
)
def test_a_frame_that_is_none_of_the_protocol_is_refused(changed: dict[str, Any]) -> None:
    frame = {"type": "label", "id": "l", "conversation": "c", "message_id": "m", "intent": "order_status"} | changed
    raw = json.dumps({key: value for key, value in frame.items() if value is not ...})
    with pytest.raises(BadInputError) as refused:
        read_frame(raw)
    assert refused.value.code == "bad_frame"
