"""What people say, and who they are, is found in no log line, no metric and no error answer, whatever breaks on the way."""

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import engine.shell.turns
from conversation.content import Text, plain_text
from conversation.errors import RefusedError
from conversation.message import Message
from conversation.records import Saved, Turn
from engine.step import step
from store.people import SqlPeople
from tests.support.browsing import Visitor
from tests.support.desks import claimed
from tests.support.log_lines import log_lines
from tests.support.played_parts import PhotoChannel
from tests.support.service import NORDNETZ, Running, bot_folder, running

MARK = "Wasserschildkröte"
"""Said, as a name, as a label, as everything."""
ORDER = "A-98765"
"""Understood, and given to an action."""
PHONE = "+4930555777"


def words_in(text: str) -> list[str]:
    """What of it must not be there; JSON writes umlauts in its own way."""
    return [word for word in (MARK, json.dumps(MARK)[1:-1], "Wasserschild", ORDER) if word in text]


@pytest.fixture
def lines() -> Iterator[list[str]]:
    with log_lines() as kept:
        yield kept


def events(lines: list[str]) -> set[str]:
    return {json.loads(line)["event"] for line in lines}


async def clean(lotse: Running, lines: list[str], visitor: Visitor | None = None) -> None:
    """Nowhere, though it was said."""
    metrics = (await lotse.browser().get("/metrics")).body.decode()
    refused = [json.dumps(frame) for frame in visitor.link.frames if frame["type"] == "error"] if visitor else []
    assert [found for line in [*lines, metrics, *refused] if (found := words_in(line))] == []


async def test_a_step_and_an_understanding_that_break_on_words_do_not_repeat_them(
    tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(start: Any, event: Any, rules: Any) -> Any:
        if MARK in repr(event):
            raise ValueError(f"can't read {event!r}")
        return step(start, event, rules)

    monkeypatch.setattr(engine.shell.turns, "step", breaking)
    async with running(tmp_path) as lotse:
        visitor = await lotse.visitor()
        await visitor.say("Hallo")
        await visitor.hears("Womit kann ich helfen")
        await visitor.say(f"Ich bin die {MARK}")
        await lotse.settle()
        assert "step_failed" in events(lines)
        assert [card.phase for card in await lotse.store.cards()] == ["parked"], "a person was fetched"
        assert "breaking" in "".join(lines), "where it broke must be seen"
        assert "ValueError" in "".join(lines)
        await clean(lotse, lines, visitor)


async def test_a_back_end_that_breaks_on_what_it_was_asked_does_not_repeat_it(tmp_path: Path, lines: list[str]) -> None:
    source = (NORDNETZ / "actions" / "lookups.py").read_text(encoding="utf-8")
    asked = 'order = backend.find_order(tracker.get_slot("number"))'
    assert asked in source
    broken = "order = None; raise RuntimeError(tracker.get_slot('number') + bytes.fromhex('%s').decode())"
    broken %= MARK.encode().hex()  # a traceback shows this line, and should
    bot_folder(tmp_path / "bot", **{"actions/lookups.py": source.replace(asked, broken)})
    async with running(tmp_path) as lotse:
        visitor = await lotse.visitor()
        await visitor.say("Hallo")
        await visitor.hears("Womit kann ich helfen")
        await visitor.say("2")
        await visitor.hears("Auftragsnummer")
        await visitor.say(ORDER)
        await lotse.settle()
        assert {"action_broke", "action_failed"} <= events(lines)
        assert "lookups.py" in "".join(lines), "where it broke must be seen"
        await clean(lotse, lines, visitor)


async def test_an_event_that_no_turn_can_take_is_put_aside_without_its_words(
    tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as lotse:
        save = lotse.store.save

        async def breaking(turn: Turn) -> Saved:
            if MARK in repr(turn):
                raise RuntimeError(f"can't keep {turn!r}")
            saved: Saved = await save(turn)
            return saved

        monkeypatch.setattr(lotse.store, "save", breaking)
        visitor = await lotse.visitor()
        await visitor.say(f"{MARK} {ORDER}")
        while "event_rejected" not in events(lines):
            await asyncio.sleep(0.01)
            lotse.clock.turn(1)
        await lotse.settle()
        metrics = (await lotse.browser().get("/metrics")).body.decode()
        assert "\nlotse_events_rejected_total 1.0" in metrics
        await clean(lotse, lines, visitor)


@pytest.mark.parametrize("error", [RuntimeError, RefusedError])
async def test_a_messenger_that_breaks_on_a_message_does_not_repeat_it(
    tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    async def breaking(_: PhotoChannel, address: str, message: Message, key: str) -> str:
        words = f"{address}: {plain_text(message.content)}" if error is RuntimeError else "400 too long"
        raise error(words)

    monkeypatch.setattr(PhotoChannel, "send", breaking)
    async with running(tmp_path, messenger=True) as lotse:
        assert lotse.messenger
        await lotse.messenger.says(Text(text=f"Hallo, {MARK}"), "1", address="4915112345678", name=MARK)
        while "send_settled" not in events(lines):
            await asyncio.sleep(0.01)
            lotse.clock.turn(1)
        assert "4915112345678" not in "".join(lines)
        assert "Womit kann ich helfen" not in "".join(lines)
        await clean(lotse, lines)


async def test_news_that_can_not_be_told_are_not_repeated(
    tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaking(_: object, topic: str, payload: bytes) -> None:
        raise RuntimeError(payload.decode())

    async with running(tmp_path) as lotse:
        visitor = await lotse.visitor()
        monkeypatch.setattr("store.bus.MemoryBus.publish", breaking)
        await visitor.say(f"{MARK} {ORDER}")
        await lotse.settle()
        assert "news_not_published" in events(lines)
        await clean(lotse, lines, visitor)


async def test_what_pages_and_operators_send_is_not_repeated(tmp_path: Path, lines: list[str]) -> None:
    async with running(tmp_path) as lotse:
        visitor = await lotse.visitor()
        await visitor.wants_a_person()
        desk = await (await lotse.operator("olga")).desk()
        conversation = (await lotse.store.cards())[0].conversation
        await desk.send("claim", id="1", conversation=conversation)
        await visitor.link.until("phase", phase="with_operator")
        await desk.send("reply", id="2", conversation=conversation, text=f"Guten Tag, {MARK}")
        await visitor.hears(MARK)
        await visitor.say(f"Danke, sagt die {MARK}")
        for fields in (
            {"type": "press", "id": MARK, "button": MARK, "message": MARK},
            {"type": "set_language", "id": "x", "language": MARK},
            {"type": "say", "id": "y", "text": [MARK]},
            {"type": "say", "id": "z", MARK: 1},
        ):
            await visitor.link.raw(json.dumps(fields))
        await desk.raw(json.dumps({"type": "reply", "id": "3", "conversation": MARK, "text": MARK}))
        error = await desk.until("error")
        browser = lotse.browser()
        answers = [
            await browser.post("/desk/login", {"operator": MARK, "password": MARK}),
            await browser.post("/desk/login", {"operator": [MARK], "password": MARK}),
            await browser.post("/webchat/session", {"token": MARK, "language": [MARK]}),
            await browser.get(f"/nowhere/{MARK}?{MARK}"),
        ]
        assert [answer.status for answer in answers] == [401, 400, 400, 404]
        assert words_in(json.dumps(error)) == []
        assert [found for answer in answers if (found := words_in(answer.body.decode()))] == []
        await lotse.settle()
        await clean(lotse, lines, visitor)


async def test_a_request_that_breaks_names_its_route_not_its_path(
    tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as lotse:
        olga = await lotse.operator("olga")

        async def breaking(chat: str) -> None:
            raise RuntimeError(chat)

        monkeypatch.setattr(lotse.store, "load", breaking)
        answer = await olga.get(f"/desk/file/{MARK}/1")
        assert answer.status == 500
        assert "/desk/file/{chat}/{message}" in "".join(lines)
        await clean(lotse, lines)
        assert words_in(answer.body.decode()) == []


def test_what_a_library_logs_is_shown_without_its_values(lines: list[str]) -> None:
    library = logging.getLogger("some.library")
    library.warning("sent %s to %s", MARK, ORDER)
    library.warning(f"sent {MARK}")
    try:
        dict[str, str]()[MARK]
    except KeyError:
        library.exception("no %s", MARK)
    assert [json.loads(line)["event"] for line in lines] == ["library"] * 3
    assert json.loads(lines[0])["says"] == "sent %s to %s"
    assert "KeyError" in lines[2]
    assert [found for line in lines if (found := words_in(line))] == []


async def test_what_colleagues_write_name_and_look_for_is_not_repeated_whatever_breaks(
    tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notes, reasons, questions, arguments, phone numbers, names of files: each is done once, and once while all that is done breaks."""

    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"{MARK} {PHONE}")

    async with running(tmp_path) as lotse:
        visitor, conversation, desk = await claimed(lotse)
        await lotse.add_operator("ben")
        await desk.send("slots", conversation=conversation, team="support")
        begin = (await desk.until("slots"))["slots"][0]
        frames: list[dict[str, Any]] = [
            {"type": "note", "text": MARK, "mentions": ["ben", MARK]},
            {"type": "consult", "colleague": "ben", "question": MARK},
            {"type": "run", "action": "find_order", "arguments": {"number": ORDER}},
            {"type": "plan", "begin": begin, "phone": PHONE, "topic": MARK},
            {"type": "transfer", "team": "billing", "reason": MARK},
            {"type": "run", "action": MARK, "arguments": {MARK: MARK}},
            {"type": "transfer", "team": MARK, "reason": MARK},
            {"type": "consult", "colleague": MARK, "question": MARK},
        ]
        for turn, frame in enumerate(frames):
            await desk.send(frame.pop("type"), id=f"a{turn}", conversation=conversation, **frame)
        await desk.send("find", text=MARK)
        await desk.until("found")
        ada = await lotse.operator("ada")
        assert (await ada.post(f"/desk/upload?name={quote(MARK)}.png", b"\x89PNG\r\n\x1a\n")).status == 200
        await lotse.settle()

        with monkeypatch.context() as patched:
            patched.setattr("engine.shell.turns.step", breaks)
            await desk.send("note", id="b", conversation=conversation, text=MARK)
            await desk.until("done", id="b")
            await lotse.settle()
        for where, kind, fields in (
            ("web.customers.find", "find", {"text": MARK}),
            ("web.desk.shift.event_of", "note", {"id": "c", "conversation": conversation, "text": MARK}),
        ):
            with monkeypatch.context() as patched:
                patched.setattr(where, broken)
                again = await (await lotse.operator("ada")).desk()
                await again.send(kind, **fields)
                while await again.next():
                    pass
        with monkeypatch.context() as patched:
            patched.setattr(SqlPeople, "put_upload", broken)
            assert (await ada.post(f"/desk/upload?name={quote(MARK)}.png", b"\x89PNG\r\n\x1a\n")).status == 500
        assert {"step_failed", "request_failed"} <= events(lines)
        assert PHONE not in "".join(lines)
        await clean(lotse, lines, visitor)


def breaks(start: Any, event: Any, rules: Any) -> Any:
    raise RuntimeError(f"{MARK} {event!r}")


async def test_what_a_back_end_knows_of_a_customer_is_not_repeated(tmp_path: Path, lines: list[str]) -> None:
    source = f"""
from actions.providers import About, provider

@provider(title="Orders")
async def orders(about: About) -> list[tuple[str, str]]:
    return [("{MARK}", "{ORDER}")]

@provider(title="Broken")
async def broken(about: About) -> list[tuple[str, str]]:
    raise RuntimeError(bytes.fromhex("{MARK.encode().hex()}").decode() + about.address)
"""
    bot_folder(tmp_path / "bot", **{"context/orders.py": source})
    async with running(tmp_path) as lotse:
        visitor, conversation, desk = await claimed(lotse)
        context = await desk.until("context", lambda frame: {"ready", "failed"} == {i["state"] for i in frame["items"]})
        assert {row[0] for item in context["items"] for row in item.get("rows", ())} == {MARK}
        assert "context_provider_broke" in events(lines)
        await desk.send("canned", conversation=conversation)
        await lotse.settle()
        assert visitor.chat not in "".join(line for line in lines if "context_provider_broke" in line)
        await clean(lotse, lines, visitor)
