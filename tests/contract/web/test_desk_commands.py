"""What operators do at the desk besides claiming and answering, over real sockets: each frame, its refusal, and what colleagues hear."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conversation.content import Location, Media, Note, Prompt
from conversation.errors import BadInputError
from conversation.message import Message
from conversation.state import Closed, Parked, WithBot, WithOperator
from tests.support.browsing import Link
from tests.support.desks import claimed, parked
from tests.support.service import Running, running
from web.desk.incoming import read_frame

PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def lotse(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, messenger=True) as made:
        yield made


async def does(lotse: Running, desk: Link, frame: str, id_: str = "do", **fields: Any) -> None:
    """Stored and handled."""
    await desk.send(frame, id=id_, **fields)
    await desk.until("done", id=id_)
    await lotse.settle()


async def phase(lotse: Running, conversation: str) -> Any:
    found = await lotse.store.conversation(conversation)
    assert found
    return found.phase


async def said(lotse: Running, chat: str, author: str) -> list[Message]:
    return [message for message in await lotse.history(chat) if message.author == author]


async def test_a_note_reaches_colleagues_and_who_is_mentioned_is_told_but_never_the_customer(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    ben = await (await lotse.operator("ben")).desk()
    await does(lotse, ada, "note", conversation=conversation, text="Was tun, @ben?", mentions=["ben", "nobody"])
    note = await ada.until("message", lambda frame: frame["message"].get("origin") == "note")
    assert note["message"]["content"] == {"kind": "note", "text": "Was tun, @ben?", "mentions": ["ben"]}
    told = await ben.until("told")
    assert (told["kind"], told["by"], told["text"], told["conversation"]) == (
        "mention", "Ada", "Was tun, @ben?", conversation,
    )  # fmt: skip
    again = await (await lotse.operator("ben")).desk()
    assert (await again.until("told"))["seq"] == told["seq"], "a page that was loaded anew hears it again"
    await does(lotse, again, "note", "answer", conversation=conversation, text="Gutschreiben")
    later = await (await lotse.operator("ben")).desk()
    await later.send("undelivered")
    await later.until("undelivered", lambda frame: "items" in frame)
    assert not [frame for frame in later.frames if frame["type"] == "told"], "he has been there"
    assert not [frame for frame in visitor.link.frames if "note" in str(frame.get("content"))]


async def test_what_names_an_operators_message_at_their_desk_is_not_told_to_the_customer(lotse: Running) -> None:
    """Of an answer from the Telegram desk it names the group."""
    visitor, conversation, ada = await claimed(lotse)
    await does(lotse, ada, "reply", "tg:-100200300:17", conversation=conversation, text="Guten Tag")
    await visitor.hears("Guten Tag")
    assert "-100200300" not in str(visitor.link.frames)


async def test_the_same_note_sent_twice_stands_once(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    for _ in range(2):
        await does(lotse, ada, "note", "n", conversation=conversation, text="Einmal")
    assert [m.content for m in await said(lotse, visitor.chat, "system") if m.origin == "note"] == [Note(text="Einmal")]


async def test_a_chat_passed_to_a_team_waits_there_and_the_customer_hears_it(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    await does(lotse, ada, "transfer", conversation=conversation, team="billing", reason="Rechnung")
    held = await phase(lotse, conversation)
    assert isinstance(held, Parked)
    assert held.team == "billing"
    await visitor.link.until("phase", phase="parked")
    card = (await ada.until("card", lambda frame: frame["card"]["team"] == "billing"))["card"]
    assert card["phase"] == "parked"


async def test_a_chat_passed_to_a_person_is_told_to_them(lotse: Running) -> None:
    _, conversation, ada = await claimed(lotse)
    ben = await (await lotse.operator("ben")).desk()
    await does(lotse, ada, "transfer", conversation=conversation, to="ben", reason="Du kennst ihn")
    held = await phase(lotse, conversation)
    assert isinstance(held, Parked)
    assert held.prefer == "ben"
    assert (await ben.until("told"))["kind"] == "transfer"
    await ada.send("transfer", id="no", conversation=conversation, to="ghost", reason="")
    assert (await ada.until("refused", id="no"))["reason"] == "unknown"


async def test_a_colleague_who_is_asked_in_may_note_and_not_answer(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    ben = await (await lotse.operator("ben")).desk()
    await does(lotse, ada, "consult", conversation=conversation, colleague="ben", question="Gutschrift?")
    assert (await ben.until("told"))["kind"] == "consult"
    await does(lotse, ben, "note", conversation=conversation, text="Ja, 10 Euro")
    await ben.send("reply", id="r", conversation=conversation, text="Hallo")
    refused = await ben.until("refused", id="r")
    assert (refused["reason"], refused["holder"]) == ("not_holder", "Ada")
    assert not await said(lotse, visitor.chat, "operator")


async def test_only_the_holder_or_a_supervisor_passes_a_chat_on_or_closes_it(lotse: Running) -> None:
    _, conversation, _ = await claimed(lotse)
    ben = await (await lotse.operator("ben")).desk()
    for frame, fields in (("transfer", {"team": "billing", "reason": ""}), ("close", {})):
        await ben.send(frame, id=frame, conversation=conversation, **fields)
        assert (await ben.until("refused", id=frame))["reason"] == "not_holder"
    found = await lotse.store.find_operator("ben")
    assert found
    await lotse.store.put_operator(msgspec.structs.replace(found, role="supervisor"))
    await does(lotse, ben, "transfer", "over", conversation=conversation, team="billing", reason="Sie ist krank")
    assert isinstance(await phase(lotse, conversation), Parked)


async def test_a_chat_handed_back_goes_on_at_the_chosen_step(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    steps = ada.frames[0]["bot"]["steps"]
    dialog, step = next((each["dialog"], each["step"]) for each in steps if each["step"] == "menu")
    await ada.send("hand_back", id="no", conversation=conversation, dialog="main", step="nowhere")
    assert (await ada.until("refused", id="no"))["reason"] == "unknown"
    await does(lotse, ada, "hand_back", conversation=conversation, dialog=dialog, step=step)
    await visitor.hears("Womit kann ich helfen")
    assert isinstance(await phase(lotse, conversation), WithBot)


async def test_how_a_chat_ended_and_what_about_is_written_down(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    await does(lotse, ada, "close", conversation=conversation, outcome="unsolved", topic="billing_question")
    await visitor.hears("Wie zufrieden")
    await visitor.say("5")
    await visitor.link.until("phase", phase="closed")
    await lotse.settle()
    held = await phase(lotse, conversation)
    assert isinstance(held, Closed)
    assert held.topic == "billing_question"
    now = lotse.clock.now()
    (found,) = await lotse.store.people.handled(now.replace(hour=0), now.replace(hour=23))
    assert found.outcome == "unsolved"
    await ada.send("reply", id="late", conversation=conversation, text="Noch etwas")
    assert (await ada.until("refused", id="late"))["reason"] == "closed"


async def test_an_action_that_is_run_leaves_its_result_as_a_note(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    assert "create_ticket" in [each["name"] for each in ada.frames[0]["bot"]["actions"]]
    await does(lotse, ada, "run", conversation=conversation, action="create_ticket", arguments={"text": "Leitung tot"})
    answer = await ada.until("message", lambda frame: frame["message"].get("origin") in ("run_done", "run_failed"))
    assert answer["message"]["content"]["to"] == "create_ticket"
    await ada.send("run", id="no", conversation=conversation, action="blow_up", arguments={})
    assert (await ada.until("refused", id="no"))["reason"] == "unknown"
    await ada.send("run", id="odd", conversation=conversation, action="create_ticket", arguments={"bomb": 1})
    assert (await ada.until("error"))["code"] == "bad_frame"
    assert not await said(lotse, visitor.chat, "operator")


@pytest.mark.parametrize(("given", "wanted"), [({}, "missing"), ({"text": "  "}, "missing"), ({"text": 7}, "text")])
async def test_an_action_that_lacks_what_it_takes_is_not_run_and_the_page_can_say_why(
    lotse: Running, given: dict[str, Any], wanted: str
) -> None:
    visitor, conversation, ada = await claimed(lotse)
    await ada.send("run", id="r", conversation=conversation, action="create_ticket", arguments=given)
    error = await ada.until("error")
    assert (error["code"], error["id"], error["argument"], error["wanted"]) == ("bad_argument", "r", "text", wanted)
    await lotse.settle()
    assert "running" not in [message.origin for message in await said(lotse, visitor.chat, "system")]


async def test_a_call_back_is_planned_by_its_own_command_only(lotse: Running) -> None:
    _, conversation, ada = await claimed(lotse)
    assert "book_callback" not in [each["name"] for each in ada.frames[0]["bot"]["actions"]]
    await ada.send("run", id="r", conversation=conversation, action="book_callback", arguments={"slot": "morgen 10:00"})
    assert (await ada.until("refused", id="r"))["reason"] == "unknown"


async def test_answers_to_press_files_and_places_reach_the_customer(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    browser = await lotse.operator("ada")
    uploaded = (await browser.post("/desk/upload?name=plan.png", PICTURE)).data
    await does(lotse, ada, "reply", "b", conversation=conversation, text="Passt das?", buttons=["Ja", "Nein", "Ja"])
    await does(lotse, ada, "reply", "f", conversation=conversation, text="Der Plan", upload=uploaded["upload"])
    await does(lotse, ada, "reply", "l", conversation=conversation, location={"latitude": 52.5, "longitude": 13.4})
    prompt, file, place = (message.content for message in await said(lotse, visitor.chat, "operator"))
    assert isinstance(prompt, Prompt)
    assert [button.label for button in prompt.buttons] == ["Ja", "Nein"]
    assert isinstance(file, Media)
    assert (file.caption, file.name) == ("Der Plan", "plan.png")
    assert place == Location(latitude=52.5, longitude=13.4)
    menu = next(m for m in await said(lotse, visitor.chat, "operator") if isinstance(m.content, Prompt))
    button = prompt.buttons[1]
    await visitor.link.send("press", id="p", payload=button.payload, label=button.label, menu=menu.id)
    await visitor.link.until("ack", id="p")
    heard = await ada.until("message", lambda frame: frame["message"]["content"].get("text") == "Nein")
    assert heard["message"]["author"] == "customer"


@pytest.mark.parametrize(
    "fields",
    [
        {"upload": "none", "text": ""},
        {"text": "", "buttons": ["Ja"]},
        {"text": "Wo?", "location": {"latitude": 1, "longitude": 2}},
        {"location": {"latitude": 91, "longitude": 2}},
        {"text": "x", "buttons": ["a"] * 11},
        {"text": "x", "buttons": [" "]},
    ],
)
async def test_an_answer_that_can_not_be_sent_is_an_error_with_its_id(lotse: Running, fields: dict[str, Any]) -> None:
    visitor, conversation, ada = await claimed(lotse)
    await ada.send("reply", id="bad", conversation=conversation, **fields)
    error = await ada.until("error")
    assert error["code"] in ("bad_frame", "too_long", "not_found")
    assert not await said(lotse, visitor.chat, "operator")


async def test_a_call_back_is_booked_once_moved_and_called_off(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    await ada.send("slots", conversation=conversation, team="")
    slots = await ada.until("slots")
    begin = slots["slots"][0]
    for _ in range(2):
        await does(lotse, ada, "plan", "p", conversation=conversation, begin=begin, phone="+4930123456", topic="Umzug")
    panel = await ada.until("panel", lambda frame: bool(frame["panel"]["callback"]))
    assert panel["panel"]["callback"]["phone"] == "+4930123456"
    booked = await lotse.store.calendar.booked(visitor.chat, lotse.clock.now())
    assert booked
    assert booked.operator == "ada"
    await ada.send("plan", id="no", conversation=conversation, begin="2026-03-01T03:00:00Z")
    assert (await ada.until("refused", id="no"))["reason"] == "slot_taken"
    await does(lotse, ada, "plan", "off", conversation=conversation)
    assert await lotse.store.calendar.booked(visitor.chat, lotse.clock.now()) is None


async def test_only_who_has_the_chat_or_a_supervisor_plans_for_its_customer(lotse: Running) -> None:
    """The customer is told it in the name of whoever they talk with."""
    visitor, conversation, ada = await claimed(lotse)
    ben = await (await lotse.operator("ben")).desk()
    await ada.send("slots", conversation=conversation, team="support")
    begin = (await ada.until("slots"))["slots"][0]
    for id_, wanted in (("book", {"begin": begin}), ("off", {})):
        await ben.send("plan", id=id_, conversation=conversation, **wanted)
        refused = await ben.until("refused", id=id_)
        assert (refused["reason"], refused["holder"]) == ("not_holder", "Ada")
    await lotse.settle()
    assert await lotse.store.calendar.booked(visitor.chat, lotse.clock.now()) is None
    ben_himself = await lotse.store.find_operator("ben")
    assert ben_himself
    await lotse.store.put_operator(msgspec.structs.replace(ben_himself, role="supervisor"))
    await does(lotse, ben, "plan", "over", conversation=conversation, begin=begin)
    assert await lotse.store.calendar.booked(visitor.chat, lotse.clock.now())


async def test_a_chosen_status_is_seen_by_all_and_kept(lotse: Running) -> None:
    ada = await (await lotse.operator("ada")).desk()
    ben = await (await lotse.operator("ben")).desk()
    await does(lotse, ada, "status", status="away")
    seat = await ben.until(
        "seat", lambda frame: frame["seat"]["operator"] == "ada" and frame["seat"]["status"] == "away"
    )
    assert seat["seat"]["present"]
    later = await (await lotse.operator("cid")).desk()
    assert {each["operator"]: each["status"] for each in later.frames[0]["seats"]}["ada"] == "away"


async def test_who_has_a_chat_open_and_who_types_is_seen_by_the_others(lotse: Running) -> None:
    _, conversation, ada = await claimed(lotse)
    ben = await (await lotse.operator("ben")).desk()
    await ben.send("open", conversation=conversation)
    await ben.until("viewers", lambda frame: frame["operators"] == [{"id": "ada", "name": "Ada", "typing": False}])
    await ada.until("viewers", lambda frame: frame["operators"] == [{"id": "ben", "name": "Ben", "typing": False}])
    await ben.send("typing", conversation=conversation, on=True)
    await ada.until("viewers", lambda frame: frame["operators"] == [{"id": "ben", "name": "Ben", "typing": True}])
    await ben.ws.close()
    await ada.until("viewers", lambda frame: frame["operators"] == [])


async def test_two_chats_of_one_customer_are_joined_and_parted(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    other, _ = await parked(lotse)
    await ada.send("find", text="Mitarbeiter")
    assert other.chat in [each["chat"] for each in (await ada.until("found"))["customers"]]
    await does(lotse, ada, "join", "j", conversation=conversation, chat=other.chat)
    both = {visitor.chat, other.chat}
    await ada.until("panel", lambda frame: {i["chat"] for i in frame["panel"]["customer"]["identities"]} == both)
    await does(lotse, ada, "part", "p", conversation=conversation, chat=other.chat)
    assert {i.chat for i in (await lotse.store.people.customer_of(visitor.chat)).identities} == {visitor.chat}


async def test_canned_replies_and_the_summary_are_in_the_asked_language(lotse: Running) -> None:
    _, conversation, ada = await claimed(lotse)
    await ada.send("canned", conversation=conversation, language="de")
    assert (await ada.until("canned"))["conversation"] == conversation
    await ada.send("open", conversation=conversation, language="en")
    english = (await ada.until("conversation"))["panel"]["summary"]
    await ada.send("open", conversation=conversation, language="uk")
    assert (await ada.until("conversation"))["panel"]["summary"] != english or not english


async def test_the_file_of_a_canned_reply_goes_out_and_no_other_of_the_bot_folder(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    await ada.send("canned", conversation=conversation, language="de")
    replies = (await ada.until("canned"))["replies"]
    files = [reply["attach"] for reply in replies if reply.get("attach")]
    assert files
    await ada.send("reply", id="f", conversation=conversation, text="so geht es", upload=files[0])
    await ada.until("done", id="f")
    await lotse.settle()
    content = (await said(lotse, visitor.chat, "operator"))[-1].content
    assert isinstance(content, Media)
    assert (content.ref, content.caption) == (files[0], "so geht es")
    await ada.send("reply", id="g", conversation=conversation, text="", upload="media/../bot.yaml")
    assert (await ada.until("refused", id="g"))["reason"] == "unknown"


async def test_the_holder_is_gone_in_the_middle_of_a_command_and_it_counts_once(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    await ada.send("transfer", id="t", conversation=conversation, team="billing", reason="")
    await ada.ws.close()
    again = await (await lotse.operator("ada")).desk()
    await again.send("transfer", id="t", conversation=conversation, team="billing", reason="")
    await again.until("done", id="t")
    await lotse.settle()
    assert [m.origin for m in await said(lotse, visitor.chat, "system")].count("transferred") == 1
    assert not isinstance(await phase(lotse, conversation), WithOperator)


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "open", "conversation": "a\0"},
        {"type": "older", "conversation": "a\0", "before": 1},
        {"type": "join", "id": "1", "conversation": "a", "chat": "a\0"},
        {"type": "resend", "id": "1", "conversation": "a", "message_id": "a\0"},
        {"type": "reply", "id": "1", "conversation": "a", "upload": "a\0"},
        {"type": "transfer", "id": "1", "conversation": "a", "to": "a\0"},
        {"type": "consult", "id": "1", "conversation": "a", "colleague": "a\0"},
        {"type": "find", "text": "a\0"},
    ],
)
def test_a_name_that_no_database_can_look_for_is_refused_and_not_looked_for(frame: dict[str, Any]) -> None:
    with pytest.raises(BadInputError) as refused:
        read_frame(json.dumps(frame))
    assert refused.value.code == "bad_frame"


async def test_who_was_passed_to_another_queue_is_told_how_long_it_takes_there(lotse: Running) -> None:
    """Nobody of billing is there: that customer must not be promised what support would take."""
    first, ahead = await parked(lotse)
    lotse.clock.turn(1)
    visitor, conversation = await parked(lotse)
    ada = await lotse.operator("ada")
    me = await lotse.store.find_operator("ada")
    assert me
    await lotse.store.put_operator(msgspec.structs.replace(me, teams=("support",)))
    desk = await ada.desk()
    await does(lotse, desk, "transfer", "t", conversation=conversation, team="billing", reason="Rechnung")
    seen = len(visitor.link.frames)
    await does(lotse, desk, "claim", "c", conversation=ahead)
    await first.link.until("phase", phase="with_operator")
    await visitor.say("Hallo?")
    await lotse.settle()
    places = [frame["place"] for frame in visitor.link.frames[seen:] if frame["type"] == "phase" and frame.get("place")]
    assert [place for place in places if "wait" in place and place["wait"] is not None] == []
