"""What is kept about people while the service runs: who had whom, and whose customer it is."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from conversation.content import Note, Text
from conversation.errors import BadInputError
from conversation.records import Operator
from tests.support.desks import claimed, parked
from tests.support.service import Running, running
from web import customers
from web.deps import Deps
from web.server import DEPS


async def test_what_an_operator_had_is_written_down_when_it_is_over(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    lotse.clock.turn(90)
    await desk.send("hand_back", id="back", conversation=conversation)
    await desk.until("done", id="back")
    await lotse.settle()
    now = lotse.clock.now()
    (found,) = await lotse.store.people.handled(now - timedelta(hours=1), now + timedelta(hours=1))
    assert (found.conversation, found.operator, found.outcome) == (conversation, "ada", "handed_back")
    assert (found.ended - found.began).total_seconds() == 90
    assert await lotse.store.people.mean_handle(found.team) == 90
    assert await lotse.store.people.last_operator(visitor.chat) == "ada"


def deps(lotse: Running) -> Deps:
    return lotse.service.app[DEPS]


async def anybody(lotse: Running, name: str = "ada", **fields: object) -> Operator:
    await lotse.add_operator(name)
    found = await lotse.store.find_operator(name)
    assert found
    made = msgspec.structs.replace(found, **fields)
    await lotse.store.put_operator(made)
    return made


async def notes(lotse: Running, chat: str) -> list[tuple[str, str, str]]:
    await lotse.settle()
    said = [message for message in await lotse.history(chat) if message.origin in ("joined", "parted")]
    return [(each.origin, each.name, each.content.to) for each in said if isinstance(each.content, Note)]


async def test_both_chats_say_who_joined_and_who_parted_their_customers(lotse: Running) -> None:
    one, two = await lotse.visitor(), await lotse.visitor()
    for visitor in (one, two):
        await visitor.say("Hallo")
    await lotse.settle()
    ada = await anybody(lotse)
    assert await customers.join(deps(lotse), ada, one.chat, two.chat, "c1")
    assert not await customers.join(deps(lotse), ada, one.chat, two.chat, "c1"), "the page sent it twice"
    assert await notes(lotse, one.chat) == [("joined", "Ada", f"webchat {two.chat}")]
    assert await notes(lotse, two.chat) == [("joined", "Ada", f"webchat {one.chat}")]
    assert await customers.part(deps(lotse), ada, two.chat, one.chat, "c2")
    assert [origin for origin, _, _ in await notes(lotse, one.chat)] == ["joined", "parted"]
    shown = [frame["content"] for frame in one.link.messages()]
    assert all("telegram" not in str(content) and "Ada" not in str(content) for content in shown)


async def test_answers_go_to_the_chat_in_which_they_are_written(tmp_path: Path) -> None:
    async with running(tmp_path, messenger=True) as lotse:
        assert lotse.messenger
        await lotse.messenger.says(Text(text="Hallo"), "1")
        visitor, conversation, desk = await claimed(lotse)
        await lotse.settle()
        there = await lotse.store.find_chat("telegram", "bot", "77")
        ada = await lotse.store.find_operator("ada")
        assert there
        assert ada
        await customers.join(deps(lotse), ada, visitor.chat, there.id, "c1")
        sent = len(lotse.messenger.sent)
        await desk.send("reply", id="r", conversation=conversation, text="Nur hierher")
        await visitor.hears("Nur hierher")
        await lotse.settle()
        assert len(lotse.messenger.sent) == sent


async def test_a_chat_of_another_team_is_neither_found_nor_joined_nor_shown(lotse: Running) -> None:
    theirs, _ = await parked(lotse)
    mine = await lotse.visitor()
    await mine.say("Hallo, hier Anna")
    await lotse.settle()
    ada = await anybody(lotse, teams=("billing",))
    found = [each.chat for each in await customers.find(deps(lotse), ada, "hallo")]
    assert (theirs.chat in found, mine.chat in found) == (False, True)
    for pair in ((mine.chat, theirs.chat), (theirs.chat, mine.chat)):
        with pytest.raises(BadInputError, match="another team"):
            await customers.join(deps(lotse), ada, *pair, "c")
        with pytest.raises(BadInputError, match="another team"):
            await customers.part(deps(lotse), ada, *pair, "c")
    with pytest.raises(BadInputError, match="no such chat"):
        await customers.join(deps(lotse), ada, mine.chat, "guessed", "c")
    boss = await anybody(lotse, "zoe", role="supervisor", teams=("billing",))
    assert await customers.join(deps(lotse), boss, mine.chat, theirs.chat, "c")


async def test_who_has_a_customer_in_one_chat_sees_their_other_chats_until_they_are_parted(lotse: Running) -> None:
    theirs, there = await parked(lotse)
    visitor, _, desk = await claimed(lotse)
    await anybody(lotse, teams=("billing",))
    await desk.send("open", conversation=there)
    assert (await desk.until("error"))["code"] == "not_allowed"
    boss = await anybody(lotse, "zoe", role="supervisor")
    await customers.join(deps(lotse), boss, visitor.chat, theirs.chat, "c1")
    await desk.send("open", conversation=there)
    await desk.until("conversation", lambda frame: frame["card"]["conversation"] == there)
    await customers.part(deps(lotse), boss, visitor.chat, theirs.chat, "c2")
    await desk.send("older", conversation=there, before=3)
    assert (await desk.until("error"))["code"] == "not_allowed"


async def test_a_desk_joins_finds_and_parts_and_both_chats_say_so(lotse: Running) -> None:
    other = await lotse.visitor()
    await other.say("Hallo aus Altona")
    visitor, conversation, desk = await claimed(lotse)
    await desk.send("find", text="altona")
    found = await desk.until("found")
    assert [each["chat"] for each in found["customers"]] == [other.chat]
    for command, origin in (("join", "joined"), ("part", "parted")):
        await desk.send(command, id=command, conversation=conversation, chat=other.chat)
        await desk.until("done", id=command)
        assert [(await notes(lotse, chat))[-1][:2] for chat in (visitor.chat, other.chat)] == [(origin, "Ada")] * 2
    await desk.send("join", id="lost", conversation=conversation, chat="guessed")
    assert (await desk.until("error"))["code"] == "not_found"


async def test_a_desk_sends_a_file_of_its_own_and_nobody_elses(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    browsers = [await lotse.operator(name) for name in ("ada", "bea")]
    mine, theirs = [(await each.post("/desk/upload?name=Plan.pdf", b"%PDF-1.7")).data["upload"] for each in browsers]
    await desk.send("reply", id="r1", conversation=conversation, upload=theirs)
    assert (await desk.until("error", id="r1"))["code"] == "not_found"
    await desk.send("reply", id="r2", conversation=conversation, upload=mine, text="Bitte sehr")
    frame = await visitor.link.until("message", lambda frame: frame["content"]["kind"] == "media")
    assert (frame["content"]["name"], frame["content"]["caption"]) == ("Plan.pdf", "Bitte sehr")
    assert (await lotse.browser().get(frame["href"])).body == b"%PDF-1.7"
