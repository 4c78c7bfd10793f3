"""The desk: what an operator sees, and that exactly one of them has the word."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conversation.content import Text
from tests.support.browsing import Frame, Link
from tests.support.desks import claimed, parked
from tests.support.service import Running, running


@pytest.fixture
async def lotse(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, messenger=True) as made:
        yield made


def newest_cards(desk: Link) -> dict[str, Frame]:
    """What a page shows after all the frames it got: docs/protocols.md, ``snapshot`` and ``card``."""
    cards: dict[str, Frame] = {}
    for frame in desk.frames:
        if frame["type"] == "snapshot":
            cards = {card["conversation"]: card for card in frame["cards"]}
        elif frame["type"] == "card":
            card = frame["card"]
            known = cards.get(card["conversation"])
            if known is None or card["version"] >= known["version"]:
                cards[card["conversation"]] = card | {"preview": card["preview"] or (known or card)["preview"]}
    return {id_: card for id_, card in cards.items() if card["phase"] in ("parked", "with_operator")}


# ── seeing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_parked_chat_appears_live_with_who_and_what(lotse: Running) -> None:
    desk = await (await lotse.operator("ada")).desk()
    assert desk.frames[0]["cards"] == []
    me = desk.frames[0]["operator"]
    assert (me["operator"], me["name"]) == ("ada", "Ada")
    _, conversation = await parked(lotse)
    card = (await desk.until("card"))["card"]
    assert card["conversation"] == conversation
    assert (card["phase"], card["team"], card["channel"], card["language"]) == ("parked", "support", "webchat", "de")
    assert card["preview"] == "Mitarbeiter"


async def test_the_longest_waiting_come_first(lotse: Running) -> None:
    order = []
    for _ in range(3):
        order.append((await parked(lotse))[1])
        lotse.clock.turn(5)
    desk = await (await lotse.operator("ada")).desk()
    assert [card["conversation"] for card in desk.frames[0]["cards"]] == order


async def test_an_opened_conversation_shows_all_that_was_said_and_found_out(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")
    for words, answer in (
        ("Störung", "Vertragsnummer"),
        ("10000001", "Postleitzahl"),
        ("10115", "2 Stunden"),
        ("Mitarbeiter", "Ich verbinde Sie"),
    ):
        await visitor.say(words)
        await visitor.hears(answer)
    await visitor.link.until("phase", phase="parked")
    desk = await (await lotse.operator("ada")).desk()
    conversation = desk.frames[0]["cards"][0]["conversation"]
    await desk.send("open", conversation=conversation)
    opened = await desk.until("conversation")
    history = await lotse.history(visitor.chat)
    assert [message["seq"] for message in opened["messages"]] == [message.seq for message in history]
    assert opened["more"] is False
    facts = {fact["name"]: fact["value"] for fact in opened["panel"]["facts"]}
    assert facts["customer.name"] == "Eva"
    assert facts["customer.contract"] == "10000001"
    assert facts["fault.hours"] == "2"
    path = opened["panel"]["path"]
    assert path[:2] == ["greeting", "menu"]
    assert {"contract", "postcode", "outage_eta"} <= set(path)
    assert opened["panel"]["channel"] == "webchat"


async def test_facts_found_out_later_reach_the_open_panel(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    await visitor.link.send("language", id="l", language="uk")
    panel = await desk.until("panel", lambda frame: frame["panel"]["language"] == "uk")
    assert panel["conversation"] == conversation


async def test_an_open_chat_that_ends_with_the_bot_is_shown_as_closed(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    await desk.send("close", id="c", conversation=conversation)
    await visitor.hears("zufrieden")
    await visitor.say("5")
    over = await desk.until("panel", lambda frame: (frame.get("card") or {}).get("phase") == "closed")
    assert over["card"]["conversation"] == conversation


async def test_older_messages_come_page_by_page_without_gap_or_double(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    for number in range(250):
        await visitor.say(f"Zeile {number}")
        lotse.clock.turn(1)
    await lotse.settle()
    await desk.send("open", conversation=conversation)
    opened = await desk.until("conversation")
    seen = [message["seq"] for message in opened["messages"]]
    assert len(seen) == 100
    more = opened["more"]
    while more:
        await desk.send("older", conversation=conversation, before=seen[0])
        page = await desk.until("messages")
        seen = [message["seq"] for message in page["messages"]] + seen
        more = page["more"]
    assert seen == [message.seq for message in await lotse.history(visitor.chat)]


@pytest.mark.parametrize("before", [0, 1])
async def test_there_is_nothing_before_the_first_message(lotse: Running, before: int) -> None:
    _, conversation, desk = await claimed(lotse)
    await desk.send("older", conversation=conversation, before=before)
    page = await desk.until("messages")
    assert (page["messages"], page["more"]) == ([], False)


async def test_an_unknown_conversation_is_an_error_and_the_socket_stays(lotse: Running) -> None:
    _, conversation, desk = await claimed(lotse)
    for frame in ("open", "older", "typing", "claim", "reply"):
        await desk.send(frame, id="x", conversation="nothing", before=1, on=True, text="x")
        assert (await desk.until("error"))["code"] == "not_found"
    await desk.send("open", conversation=conversation)
    await desk.until("conversation")


# ── doing ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_claimed_chat_is_told_to_the_customer_and_answers_arrive_at_once(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    await visitor.link.until("phase", phase="with_operator", operator="Ada")
    await desk.send("reply", id="r", conversation=conversation, text="Guten Tag!")
    heard = await visitor.hears("Guten Tag!")
    assert (heard["author"], heard["name"]) == ("operator", "Ada")
    await visitor.say("Schön")
    message = await desk.until("message", lambda frame: frame["message"]["content"].get("text") == "Schön")
    assert message["conversation"] == conversation


async def test_the_same_reply_twice_is_one_message(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    for _ in range(2):
        await desk.send("reply", id="twice", conversation=conversation, text="Einmal")
        await desk.until("done", id="twice")
    await lotse.settle()
    assert [m.client_id for m in await lotse.history(visitor.chat) if m.author == "operator"] == ["twice"]


async def test_the_second_operator_is_refused_with_the_holders_name(lotse: Running) -> None:
    visitor, conversation, _ = await claimed(lotse)
    bea = await (await lotse.operator("bea")).desk()
    await bea.send("claim", id="mine", conversation=conversation)
    refused = await bea.until("refused", id="mine")
    assert (refused["reason"], refused["holder"]) == ("held_by_other", "Ada")
    await bea.send("reply", id="words", conversation=conversation, text="Ich auch")
    refused = await bea.until("refused", id="words")
    assert (refused["reason"], refused["holder"]) == ("not_holder", "Ada")
    for command in ("hand_back", "close"):
        await bea.send(command, id=command, conversation=conversation)
        assert (await bea.until("refused", id=command))["reason"] == "not_holder"
    assert not [m for m in await lotse.history(visitor.chat) if m.author == "operator"]


def torn(link: Link) -> None:
    """The connection breaks without a word."""
    response = link.ws._response
    assert response.connection
    assert response.connection.transport
    response.connection.transport.abort()


@pytest.mark.parametrize(
    ("command", "reason"), [("reply", "not_holder"), ("claim", "held_by_other"), ("close", "not_holder")]
)
async def test_a_command_sent_again_after_a_break_hears_its_refusal(lotse: Running, command: str, reason: str) -> None:
    _, conversation, first = await claimed(lotse)
    torn(first)
    bea = await lotse.operator("bea")
    desk = await bea.desk()
    await desk.send(command, id="mine", conversation=conversation, text="Ich auch")
    await desk.until("done", id="mine")
    torn(desk)
    await lotse.settle()
    again = await bea.desk()
    for _ in range(2):
        await again.send(command, id="mine", conversation=conversation, text="Ich auch")
        await again.until("done", id="mine")
        refused = await again.until("refused", id="mine")
        assert (refused["reason"], refused["holder"]) == (reason, "Ada")


@pytest.mark.parametrize(("command", "reason"), [("reply", "not_holder"), ("claim", "held_by_other")])
async def test_a_command_sent_again_to_a_service_started_anew_hears_how_it_stands(
    tmp_path: Path, command: str, reason: str
) -> None:
    async with running(tmp_path) as lotse:
        _, conversation, ada = await claimed(lotse)
        await ada.send("reply", id="hers", conversation=conversation, text="Guten Tag")
        await ada.until("done", id="hers")
        desk = await (await lotse.operator("bea")).desk()
        await desk.send(command, id="mine", conversation=conversation, text="Ich auch")
        await desk.until("refused", id="mine")
    async with running(tmp_path) as lotse:
        desk = await (await lotse.operator("bea")).desk()
        await desk.send(command, id="mine", conversation=conversation, text="Ich auch")
        refused = await desk.until("refused", id="mine")
        assert (refused["reason"], refused["holder"]) == (reason, "Ada")
        ada = await (await lotse.operator("ada")).desk()
        await ada.send("reply", id="hers", conversation=conversation, text="Guten Tag")
        await ada.send("reply", id="more", conversation=conversation, text="Noch etwas")
        await ada.until("done", id="more")
        await lotse.settle()
        assert not [frame for frame in ada.frames if frame["type"] == "refused"]


async def test_an_answer_that_was_given_is_not_refused_when_a_colleague_has_the_chat_by_then(lotse: Running) -> None:
    visitor, conversation, ada = await claimed(lotse)
    await ada.send("reply", id="hers", conversation=conversation, text="Guten Tag")
    await ada.send("hand_back", id="back", conversation=conversation)
    await ada.until("done", id="back")
    await visitor.say("Mitarbeiter")
    await lotse.settle()
    bea = await (await lotse.operator("bea")).desk()
    await bea.send("claim", id="c", conversation=conversation)
    await bea.until("done", id="c")
    await lotse.settle()
    await ada.send("reply", id="hers", conversation=conversation, text="Guten Tag")
    await ada.send("reply", id="late", conversation=conversation, text="Noch etwas")
    await ada.until("refused", id="late")
    assert not [frame for frame in ada.frames if frame["type"] == "refused" and frame["id"] == "hers"]


async def test_two_claims_at_once_have_one_winner(lotse: Running) -> None:
    _, conversation = await parked(lotse)
    desks = [await (await lotse.operator(name)).desk() for name in ("ada", "bea")]
    for desk in desks:
        await desk.send("claim", id="c", conversation=conversation)
    for desk in desks:
        await desk.until("done", id="c")
    await lotse.settle()
    (card,) = await lotse.store.cards()
    loser = desks[0] if card.operator == "bea" else desks[1]
    assert (await loser.until("refused", id="c"))["holder"] == card.operator_name


async def test_handed_back_the_bot_speaks_again(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    await desk.send("hand_back", id="h", conversation=conversation)
    await visitor.link.until("phase", phase="with_bot")
    await visitor.say("menü")
    await visitor.hears("Womit kann ich helfen")
    await desk.until("card", lambda frame: frame["card"]["phase"] == "with_bot")
    assert newest_cards(desk) == {}


async def test_closed_the_customer_is_asked_how_it_was_and_says_goodbye(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    await desk.send("close", id="x", conversation=conversation)
    await visitor.hears("Wie zufrieden")
    await visitor.say("5")
    await visitor.hears("Danke und bis bald")
    await visitor.link.until("phase", phase="closed")
    for command in ("claim", "hand_back", "close"):
        await desk.send(command, id=f"late-{command}", conversation=conversation)
        assert (await desk.until("refused", id=f"late-{command}"))["reason"] == "closed"
    await desk.send("reply", id="late", conversation=conversation, text="Noch da?")
    assert (await desk.until("refused", id="late"))["reason"] == "closed"


async def test_a_chat_that_the_bot_has_can_not_be_claimed(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")
    chat = await lotse.store.find_chat("webchat", "site", visitor.chat)
    assert chat is not None
    desk = await (await lotse.operator("ada")).desk()
    await desk.send("claim", id="c", conversation=chat.conversation)
    assert (await desk.until("refused", id="c"))["reason"] == "not_waiting"


async def test_commands_about_a_former_conversation_do_not_touch_the_new_one(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    await desk.send("close", id="x", conversation=conversation)
    await visitor.hears("Wie zufrieden")
    await visitor.say("5")
    await visitor.link.until("phase", phase="closed")
    lotse.clock.turn(7 * 86_400)  # so late it is a new one
    await visitor.say("Mitarbeiter")
    await visitor.hears("Ich verbinde Sie")
    await lotse.settle()
    desk = await (await lotse.operator("ada")).desk()
    await desk.send("claim", id="stale", conversation=conversation)
    assert (await desk.until("refused", id="stale"))["reason"] == "closed"
    (card,) = await lotse.store.cards()
    assert card.phase == "parked"
    assert card.conversation != conversation


async def test_both_see_the_other_type(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    await desk.send("typing", conversation=conversation, on=True)
    assert (await visitor.link.until("typing"))["name"] == "Ada"
    await visitor.link.send("typing", on=True)
    assert (await desk.until("typing"))["who"] == "customer"
    await desk.send("typing", conversation=conversation, on=False)
    assert (await visitor.link.until("typing"))["on"] is False


async def test_typing_in_a_colleagues_chat_is_not_shown_to_the_customer(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    bea = await (await lotse.operator("bea")).desk()
    await bea.send("typing", conversation=conversation, on=True)
    await bea.send("open", conversation=conversation)
    await bea.until("conversation")
    await desk.send("typing", conversation=conversation, on=True)
    assert (await visitor.link.until("typing"))["name"] == "Ada"


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
async def test_an_answer_without_words_or_with_too_many_is_an_error_with_its_id(lotse: Running, text: str) -> None:
    _, conversation, desk = await claimed(lotse)
    await desk.send("reply", id="bad", conversation=conversation, text=text)
    error = await desk.until("error")
    assert (error["code"], error["id"]) == ("too_long", "bad")


async def test_commands_while_nothing_can_be_stored_end_the_socket_and_count_in_order_when_repeated(
    lotse: Running,
) -> None:
    visitor, conversation, desk = await claimed(lotse)
    lotse.store.broken = True
    words = {"r1": "Hält das?", "r2": "Das hält."}
    for id_, text in words.items():
        await desk.send("reply", id=id_, conversation=conversation, text=text)
    error = await desk.until("error")
    assert (error["code"], error["id"]) == ("unavailable", "r1")
    lotse.store.broken = False
    assert await desk.ended() == 1013
    again = await (await lotse.operator("ada")).desk()
    for id_, text in words.items():
        await again.send("reply", id=id_, conversation=conversation, text=text)
        await again.until("done", id=id_)
    await visitor.hears("Das hält.")
    await lotse.settle()
    assert [m.client_id for m in await lotse.history(visitor.chat) if m.author == "operator"] == ["r1", "r2"]


async def test_stale_cards_and_what_followed_make_the_fresh_snapshot(lotse: Running) -> None:
    desk = await (await lotse.operator("ada")).desk()
    bea = await (await lotse.operator("bea")).desk()
    chats = [await parked(lotse) for _ in range(4)]
    (_, first), (talker, second), (_, third), (waiter, _) = chats
    await desk.send("claim", id="1", conversation=first)
    await bea.send("claim", id="2", conversation=second)
    await desk.send("claim", id="3", conversation=third)
    await desk.until("done", id="3")
    await bea.until("done", id="2")
    await talker.say("Hallo?")
    await waiter.say("Dauert es noch?")
    await desk.send("hand_back", id="4", conversation=first)
    await desk.send("close", id="5", conversation=third)
    await desk.until("done", id="5")
    await bea.send("reply", id="6", conversation=second, text="Ja bitte?")
    await bea.until("done", id="6")
    await lotse.settle()
    late = await (await lotse.operator("cid")).desk()
    versions = {card["conversation"]: card["version"] for card in late.frames[0]["cards"]}
    for live in (desk, bea):
        while {id_: card["version"] for id_, card in newest_cards(live).items()} != versions:
            await live.until("card")
        fresh = {card["conversation"]: card for card in late.frames[0]["cards"]}
        assert newest_cards(live) == fresh


async def test_an_opened_card_carries_the_last_words_and_the_panel_the_first_reason(lotse: Running) -> None:
    visitor, conversation, desk = await claimed(lotse)
    await visitor.say("Das dauert mir jetzt aber alles wirklich zu lange hier")
    await lotse.settle()
    await desk.send("open", conversation=conversation)
    opened = await desk.until("conversation")
    assert opened["card"]["preview"] == "Das dauert mir jetzt aber alles wirklich zu lange hier"
    assert opened["panel"]["reason"] == "Mitarbeiter"


async def test_a_messenger_that_is_slow_to_show_typing_holds_up_nobody(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    messenger = lotse.messenger
    assert messenger
    free = asyncio.Event()

    async def slow(address: str) -> None:
        messenger.typed.append(address)
        await free.wait()

    monkeypatch.setattr(messenger, "typing", slow)
    for number, words in enumerate(("Hallo", "Mitarbeiter")):
        await messenger.says(Text(text=words), str(number))
        await lotse.settle()
    (card,) = await lotse.store.cards()
    desk = await (await lotse.operator("ada")).desk()
    await desk.send("claim", id="c", conversation=card.conversation)
    await desk.until("done", id="c")
    await lotse.settle()
    for number in range(3):
        await desk.send("typing", conversation=card.conversation, on=True)
        await desk.send("reply", id=f"r{number}", conversation=card.conversation, text="Guten Tag")
        await desk.until("done", id=f"r{number}")
    assert messenger.typed == ["77"], "one at a time"
    free.set()
    await asyncio.sleep(0)
    await desk.send("typing", conversation=card.conversation, on=True)
    await desk.send("reply", id="last", conversation=card.conversation, text="Guten Tag")
    await desk.until("done", id="last")
    assert messenger.typed == ["77", "77"]
    free.clear()
    await desk.send("typing", conversation=card.conversation, on=True)
    await desk.send("reply", id="more", conversation=card.conversation, text="Guten Tag")
    await desk.until("done", id="more")
    assert len(messenger.typed) == 3, "one is still under way: the stop at the end of this test must not wait for it"


async def test_operators_at_the_desk_see_who_else_is_there(lotse: Running) -> None:
    ada, ben = await lotse.operator("ada"), await lotse.operator("ben")
    first = await ada.desk()
    second = await ben.desk()
    assert [seat["operator"] for seat in second.frames[0]["seats"]] == ["ada", "ben"]
    seat = (await first.until("seat", lambda frame: frame["seat"]["operator"] == "ben"))["seat"]
    assert (seat["name"], seat["status"], seat["load"], seat["present"]) == ("Ben", "available", 0, True)
    await second.ws.close()
    assert (await first.until("seat", lambda frame: not frame["seat"]["present"]))["seat"]["operator"] == "ben"
