"""The web chat's socket: nothing lost, nothing doubled, in order, whatever the connection does."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from aiohttp import WSServerHandshakeError

from conversation.news import TypingNews, chat_topic
from conversation.records import Accepted, Inbound
from store.bus import LIMIT
from tests.support.browsing import Link, Visitor
from tests.support.customers import until
from tests.support.hand_clock import HandClock
from tests.support.played_parts import BreakableStore
from tests.support.service import Running, running
from web.tokens import LIFETIME, Tokens

PARTNER = "https://partner.example"


def shown(link: Link) -> list[int]:
    """The numbers a page has received, in the order they came; skipped ones too."""
    return [frame["seq"] for frame in link.frames if frame["type"] in ("message", "skip")]


async def test_a_first_visit_is_welcomed_empty_and_gets_all_languages(lotse: Running) -> None:
    answer = await lotse.browser().post("/webchat/session", {"language": "uk"})
    assert answer.status == 200
    assert answer.data["languages"] == ["de", "en", "ru", "uk"]
    assert answer.data["language"] == "uk"
    assert answer.data["title"] == "Nordnetz support"
    visitor = await lotse.visitor()
    assert visitor.link.frames == [
        {"type": "welcome", "chat": visitor.chat, "seq": 0, "language": "de", "phase": "with_bot"}
    ]


async def test_a_page_that_offers_compression_gets_plain_frames(lotse: Running) -> None:
    """Each of the thousands of open sockets would keep a compressor of 100 KB, for frames of some hundred bytes."""
    visitor = await lotse.visitor()
    socket = await visitor.browser.http.ws_connect(f"{lotse.base}/webchat/socket", compress=15)
    assert socket.compress == 0
    await socket.close()


async def test_said_words_are_acknowledged_shown_and_answered_in_order(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.say("Hallo", "a1")
    await visitor.hears("Womit kann ich helfen")
    messages = visitor.link.messages()
    assert [frame["seq"] for frame in messages] == [1, 2, 3]
    assert [frame["author"] for frame in messages] == ["customer", "bot", "bot"]
    assert messages[0]["client_id"] == "a1"
    assert messages[2]["content"]["buttons"][0]["label"] == "Störung"


async def test_the_same_id_again_has_one_effect_and_is_acknowledged_again(lotse: Running) -> None:
    visitor = await lotse.visitor()
    for _ in range(3):
        await visitor.say("Hallo", "same")
    await visitor.say("menü", "other")
    await lotse.settle()
    assert [m.client_id for m in await lotse.history(visitor.chat) if m.author == "customer"] == ["same", "other"]


async def test_a_pressed_button_is_taken_once(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    menu = await visitor.hears("Womit kann ich helfen")
    button = next(b for b in menu["content"]["buttons"] if b["label"] == "Auftrag verfolgen")
    for id_ in ("p1", "p1", "p2"):
        await visitor.link.send("press", id=id_, payload=button["payload"], label=button["label"], menu=menu["id"])
        await visitor.link.until("ack", id=id_)
    await visitor.hears("Auftragsnummer")
    await lotse.settle()
    asked = [m for m in await lotse.history(visitor.chat) if "Auftragsnummer" in getattr(m.content, "text", "")]
    assert len(asked) == 1


async def test_a_reconnect_at_every_point_leaves_no_gap_and_no_double(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.wants_a_person()
    desk = await (await lotse.operator("ada")).desk()
    conversation = desk.frames[0]["cards"][0]["conversation"]
    await desk.send("claim", id="c1", conversation=conversation)
    await desk.send("reply", id="r1", conversation=conversation, text="Guten Tag")
    await visitor.hears("Guten Tag")
    await lotse.settle()
    history = await lotse.history(visitor.chat)
    newest = history[-1].seq
    assert [m.seq for m in history] == list(range(1, newest + 1))
    for held in range(newest + 2):
        link = await visitor.connect(held)
        await visitor.say("noch da", f"cut-{held}")
        await link.until("message", client_id=f"cut-{held}")
        expected_from = min(held, newest) + 1
        newest = (await lotse.history(visitor.chat))[-1].seq
        assert shown(link) == list(range(expected_from, newest + 1)), f"page held {held}"
        lotse.clock.turn(1)


async def test_words_said_while_a_page_is_away_wait_for_it(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")
    held = shown(visitor.link)[-1]
    await visitor.link.ws.close()
    await visitor.connect(held)
    other = visitor.link
    await visitor.say("Auftrag verfolgen")
    await visitor.hears("Auftragsnummer")
    link = await visitor.connect(held)
    await visitor.hears("Auftragsnummer")
    assert shown(link) == shown(other) == [4, 5]


async def test_two_tabs_of_a_visitor_show_the_same(lotse: Running) -> None:
    visitor = await lotse.visitor()
    one = visitor.link
    two = await visitor.connect()
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")
    await one.until("message", seq=3)
    assert one.messages() == two.messages()
    assert not [frame for frame in one.frames if frame["type"] == "ack"], "only the tab that spoke is told"


async def test_visitors_do_not_hear_each_other(lotse: Running) -> None:
    anna, ben = await lotse.visitor(), await lotse.visitor()
    await anna.say("Hallo")
    await anna.hears("Womit kann ich helfen")
    await ben.say("menü", "b")
    await ben.hears("Womit kann ich helfen")
    assert {frame.get("client_id") for frame in ben.link.messages() if frame["author"] == "customer"} == {"b"}


@pytest.mark.parametrize("spoil", ["", "w1.x.1.y", "no token at all", "ä", "w1..9999999999.", "." * 300])
async def test_a_wrong_token_is_told_so_and_closed(lotse: Running, spoil: str) -> None:
    visitor = await lotse.visitor()
    link = await visitor.connect(token=spoil)
    assert (await link.until("error"))["code"] == "bad_token"
    assert await link.ended() == 1008


async def test_a_forged_or_expired_token_opens_nothing_and_a_new_session_is_a_new_visitor(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    forged = Tokens(b"another secret", lotse.clock).make(visitor.chat)
    assert (await (await visitor.connect(token=forged)).until("error"))["code"] == "bad_token"
    lotse.clock.turn(LIFETIME.total_seconds() + 2)
    assert (await (await visitor.connect(token=visitor.token)).until("error"))["code"] == "bad_token"
    before = visitor.chat
    await visitor.enter()
    assert visitor.chat != before


async def test_a_known_token_is_renewed_for_the_same_visitor(lotse: Running) -> None:
    visitor = await lotse.visitor()
    chat, token = visitor.chat, visitor.token
    lotse.clock.turn(60)
    await visitor.enter()
    assert visitor.chat == chat
    assert visitor.token != token


async def test_a_foreign_page_gets_no_session_and_no_socket_unless_it_is_allowed(lotse: Running) -> None:
    foreign, partner = lotse.browser("https://evil.example"), lotse.browser(PARTNER)
    refused = await foreign.post("/webchat/session", {})
    assert (refused.status, refused.data["code"]) == (403, "wrong_origin")
    assert "Access-Control-Allow-Origin" not in refused.headers
    with pytest.raises(WSServerHandshakeError) as error:
        await foreign.link("/webchat/socket")
    assert error.value.status == 403
    allowed = await partner.post("/webchat/session", {})
    assert allowed.status == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == PARTNER
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    link = await partner.link("/webchat/socket")
    await link.send("hello", token=allowed.data["token"])
    await link.until("welcome")


async def test_the_preflight_of_a_partner_is_answered(lotse: Running) -> None:
    async with lotse.browser().http.options(f"{lotse.base}/webchat/session", headers={"Origin": PARTNER}) as answer:
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == PARTNER
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(
    "news", [[b"no news"], [msgspec.json.encode(TypingNews(chat="", who="customer", on=True))] * (LIMIT + 1)]
)
async def test_a_page_whose_news_cannot_be_read_or_are_too_many_is_told_to_come_again(
    lotse: Running, news: list[bytes]
) -> None:
    visitor = await lotse.visitor()
    for payload in news:
        await lotse.service.engine.feed._bus.publish(chat_topic(visitor.chat), payload)
    assert await visitor.link.ended() == 1013
    await visitor.connect()
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")


async def test_too_fast_ends_the_socket_and_what_is_sent_again_arrives_once_and_in_order(lotse: Running) -> None:
    visitor, neighbour = await lotse.visitor(), await lotse.visitor()
    ids = [f"f{number}" for number in range(40)]
    for id_ in ids:
        await visitor.link.send("say", id=id_, text=id_)
    error = await visitor.link.until("error")
    taken = [frame["id"] for frame in visitor.link.frames if frame["type"] == "ack"]
    assert (error["code"], error["id"]) == ("too_fast", ids[len(taken)])
    assert await visitor.link.ended() == 1013
    assert taken == ids[:30]
    assert [frame for frame in visitor.link.frames if frame["type"] == "error"] == [error]
    await neighbour.say("Hallo")
    await neighbour.hears("Womit kann ich helfen")
    lotse.clock.turn(10)
    await visitor.connect()
    for id_ in ids[len(taken) :]:
        await visitor.say(id_, id_)
    await lotse.settle()
    said = [m.client_id for m in await lotse.history(visitor.chat) if m.author == "customer"]
    assert said == ids


async def test_the_first_frame_must_be_hello_and_come_in_time(lotse: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = lotse.browser()
    link = await browser.link("/webchat/socket")
    await link.send("typing", on=True)
    assert (await link.until("error"))["code"] == "bad_token"
    assert await link.ended() == 1008
    junk = await browser.link("/webchat/socket")
    await junk.raw("{")
    assert (await junk.until("error"))["code"] == "bad_frame"
    assert await junk.ended() == 1008
    monkeypatch.setattr("web.webchat.HELLO_LIMIT", 0.01)
    silent = await browser.link("/webchat/socket")
    assert await silent.ended() == 1008


async def test_a_second_hello_is_an_error_and_the_socket_stays(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.link.send("hello", token=visitor.token)
    assert (await visitor.link.until("error"))["code"] == "bad_frame"
    await visitor.say("Hallo")


async def test_what_the_customer_types_is_not_stored_and_does_not_come_back(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")
    await visitor.link.send("typing", on=True)
    await visitor.say("menü")
    await lotse.settle()
    assert not [frame for frame in visitor.link.frames if frame["type"] == "typing"]
    assert len([m for m in await lotse.history(visitor.chat) if m.author == "customer"]) == 2


@pytest.mark.parametrize(("language", "greeting"), [("en", "Hello"), ("ru", "Здравствуйте"), ("uk", "Вітаю")])
async def test_a_chosen_language_is_answered_in(lotse: Running, language: str, greeting: str) -> None:
    visitor = await lotse.visitor()
    await visitor.link.send("language", id="l1", language=language)
    await visitor.link.until("ack", id="l1")
    await visitor.say("1")
    await lotse.settle()
    chat = await lotse.store.find_chat("webchat", "site", visitor.chat)
    assert chat is not None
    assert chat.language == language


async def test_a_place_in_the_queue_moves_up_when_the_first_is_served(lotse: Running) -> None:
    first, second = await lotse.visitor(), await lotse.visitor()
    await first.wants_a_person()
    lotse.clock.turn(1)
    await second.wants_a_person()
    phases = [frame for frame in second.link.frames if frame["type"] == "phase" and frame["phase"] == "parked"]
    assert phases[-1]["place"]["position"] == 2


async def test_a_customer_who_comes_back_learns_where_the_chat_stands(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.wants_a_person()
    link = await visitor.connect()
    assert link.frames[0]["phase"] == "parked"
    assert link.frames[0]["place"]["position"] == 1
    desk = await (await lotse.operator("ada")).desk()
    await desk.send("claim", id="c", conversation=desk.frames[0]["cards"][0]["conversation"])
    await link.until("phase", phase="with_operator")
    again = await visitor.connect()
    assert (again.frames[0]["phase"], again.frames[0]["operator"]) == ("with_operator", "Ada")


async def test_pages_that_fell_asleep_do_not_hold_up_a_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them waits for an answer of the store, so nobody reads what it sends: not its goodbye either."""
    monkeypatch.setattr("web.sockets.GOODBYE", 0.04)
    waiting, go = [], asyncio.Event()

    async def slow(_: BreakableStore, inbound: Inbound, chat: str, worker: str) -> Accepted:
        waiting.append(chat)
        await go.wait()
        return Accepted(row=None)

    async with running(tmp_path) as lotse:
        links = [(await lotse.visitor()).link for _ in range(5)]
        wires = []
        monkeypatch.setattr(BreakableStore, "accept", slow)
        for link in links:
            await link.send("say", id="a", text="Hallo")
            wire = link.ws._response.connection
            assert wire
            assert isinstance(wire.transport, asyncio.Transport)
            wire.transport.pause_reading()
            wires.append(wire.transport)
        await until(lambda: len(waiting) == len(links), what="all wait")
        async with asyncio.timeout(1):
            await lotse.service.app.shutdown()
        go.set()
        for transport in wires:
            transport.abort()


async def test_a_page_goes_on_with_a_service_that_was_started_again(tmp_path: Path) -> None:
    async with running(tmp_path / "one") as lotse:
        visitor = await lotse.visitor()
        await visitor.wants_a_person()
        token, before = visitor.token, await lotse.history(visitor.chat)
    async with running(tmp_path / "one") as lotse:
        again = Visitor(lotse.browser())
        again.token = token
        link = await again.connect()
        assert link.frames[0]["phase"] == "parked"
        assert link.frames[0]["seq"] == before[-1].seq
        while shown(link)[-1:] != [before[-1].seq]:
            assert await link.next()
        assert shown(link) == [message.seq for message in before]


def test_a_token_says_who_it_is_until_it_expires() -> None:
    clock = HandClock()
    tokens = Tokens(b"secret", clock)
    token = tokens.make("anna")
    assert tokens.read(token) == "anna"
    assert tokens.read(token.replace("anna", "ben")) == ""
    clock.turn(LIFETIME.total_seconds() + 1)
    assert tokens.read(token) == ""
