"""Pages, data, files and health: what every answer carries, and what nobody gets."""

import asyncio

import msgspec
import pytest

from bots.webchat.frames import MAX_FRAME
from conversation.errors import StoreError
from conversation.records import Turn
from tests.support.browsing import raw
from tests.support.played_parts import BreakableStore
from tests.support.service import Running
from web.guard import MAX_BODY

PAGES = ("/", "/chat", "/desk", "/dialogs")
DATA = ("/texts.json", "/dialogs.json", "/healthz", "/readyz", "/widget.js", "/favicon.ico")


@pytest.mark.parametrize(
    "path", [*PAGES, *DATA, "/media/router-restart.jpg", "/nothing", "/desk/me", "/static/nothing"]
)
async def test_every_answer_says_what_it_may_run_and_is(lotse: Running, path: str) -> None:
    answer = await lotse.browser().get(path)
    assert answer.status == {
        "/media/router-restart.jpg": 404,
        "/nothing": 404,
        "/desk/me": 401,
        "/static/nothing": 404,
    }.get(path, 200)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy, "scripts come from our own files only"
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_html_without_inline_scripts(lotse: Running, path: str) -> None:
    answer = await lotse.browser().get(path)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert b"<script>" not in answer.body
    assert b" onclick" not in answer.body


async def test_the_widget_may_be_loaded_by_any_site(lotse: Running) -> None:
    answer = await lotse.browser().get("/widget.js")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "javascript" in answer.headers["Content-Type"]


@pytest.mark.parametrize(
    "path",
    [
        "/media/../bot.yaml",
        "/media/%2e%2e/bot.yaml",
        "/media/..%2fbot.yaml",
        "/media/%2fetc%2fpasswd",
        "/media//etc/passwd",
        "/media/..%5cbot.yaml",
        "/files/x/../../bot.yaml",
        "/files/x/..%2f..%2fbot.yaml",
        "/files/..%2fbot.yaml/x.jpg",
        "/files/x/%2fetc%2fpasswd",
        "/files/%ff/%ff.jpg",
        "/files/x%00/x%00.jpg",
        "/files/" + "a" * 5_000 + "/x.jpg",
        "/media/x%00.jpg",
        "/media/" + "a" * 5_000 + ".jpg",
        "/media/invoices",
        "/media/.",
        "/static/..%2fserver.py",
        "/static/%2e%2e%2fserver.py",
        "/static/.hidden",
        "/static/x%00",
        "/static/" + "a" * 5_000,
        "/static/%ff%fe",
        "/media/%ff.jpg",
    ],
)
async def test_no_path_leads_out_of_the_folders(lotse: Running, path: str) -> None:
    """Sent as it is: a client would tidy these up before they leave."""
    status, body = await raw(lotse, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert status in (400, 404), body
    assert b"Nordnetz" not in body
    assert b"root:" not in body


async def test_the_dialogs_have_the_documented_shape(lotse: Running) -> None:
    data = (await lotse.browser().get("/dialogs.json")).data
    assert data.keys() == {"title", "languages", "source", "dialogs", "problems", "loaded_at", "version"}
    assert (data["languages"], data["source"], data["problems"]) == (["de", "en", "ru", "uk"], "de", [])
    dialogs = {dialog["name"]: dialog for dialog in data["dialogs"]}
    assert dialogs.keys() == {"support", "identify_customer", "faq"}
    names = {f"{dialog['name']}/{step['name']}" for dialog in data["dialogs"] for step in dialog["steps"]}
    whys = {"go", "option", "route", "failed", "misses", "silence", "busy", "cancelled", "needs"}
    for dialog in data["dialogs"]:
        assert f"{dialog['name']}/{dialog['start']}" in names
        for step in dialog["steps"]:
            for way in step["ways"]:
                to = way["to"] if "/" in way["to"] else f"{dialog['name']}/{way['to']}"
                assert to in names, f"{step['name']} leads to {to}"
                assert way["why"] in whys
            for option in step["options"]:
                assert option["labels"].keys() == {"de", "en", "ru", "uk"}
    steps = {step["name"]: step for step in dialogs["support"]["steps"]}
    assert steps["menu"]["texts"]["ru"]
    assert steps["menu"]["options"][0]["labels"]["de"] == "Störung"
    assert {"to": "identify_customer/contract", "why": "needs"} in steps["outage"]["ways"]
    assert steps["goodbye"]["ends"] == "solved"


async def test_a_broken_file_is_reported_and_the_last_good_version_stays(lotse: Running) -> None:
    bot = lotse.service.bot
    file = bot.folder / "dialogs" / "support.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("go: menu}", "go: nowhere}", 1), encoding="utf-8")
    await asyncio.to_thread(bot.look)
    data = (await lotse.browser().get("/dialogs.json")).data
    assert data["problems"][0]["file"] == "dialogs/support.yaml"
    assert data["problems"][0]["line"] > 0
    assert data["problems"][0]["todo"]
    assert data["dialogs"]
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")


async def test_labels_come_in_each_language_and_in_english_for_any_other(lotse: Running) -> None:
    browser = lotse.browser()
    sections = {}
    for language in ("de", "en", "ru", "uk"):
        data = (await browser.get(f"/texts.json?language={language}")).data
        assert data["language"] == language
        sections[language] = keys_of(data)
    assert sections["de"] == sections["en"] == sections["ru"] == sections["uk"]
    for other in ("xx", "", "..%2f..", "%00", "de%ff"):
        assert (await browser.get(f"/texts.json?language={other}")).data["language"] == "en"
    assert (await browser.get("/texts.json")).data["language"] == "en"


def keys_of(data: object, plural: frozenset[str] = frozenset({"one", "few", "many", "other"})) -> object:
    """The tree of names; plural forms differ from language to language."""
    if not isinstance(data, dict) or ("other" in data and data.keys() <= plural):
        return None
    return {key: keys_of(value) for key, value in data.items()}


async def test_readiness_ends_when_the_service_stops_and_life_goes_on(lotse: Running) -> None:
    browser = lotse.browser()
    assert (await browser.get("/readyz")).status == 200
    lotse.service.stop()
    answer = await browser.get("/readyz")
    assert (answer.status, answer.data["code"]) == (503, "not_ready")
    assert (await browser.get("/healthz")).status == 200


@pytest.mark.parametrize("path", ["/hooks/telegram", "/hooks/nothing", "/hooks/..%2fdesk"])
async def test_a_hook_without_a_channel_is_404(lotse: Running, path: str) -> None:
    answer = await lotse.browser().post(path, {"update_id": 1})
    assert (answer.status, answer.data["code"]) == (404, "not_found")


async def test_a_wrong_method_is_405_and_says_which_are_right(lotse: Running) -> None:
    answer = await lotse.browser().get("/desk/login")
    assert answer.status == 405
    assert answer.headers["Allow"] == "POST"


# ── what is not of the protocol ──────────────────────────────────────────────────────────────────────────────────────

BODIES = {
    "nothing": b"",
    "half": b'{"operator": "a',
    "junk": bytes(range(256)),
    "wrong type": b"[1, 2]",
    "wrong field": b'{"operator": 1, "password": {}, "token": 5}',
    "number": b"1e999",
    "lone surrogate": b'{"operator": "\\ud800", "password": "\\udfff", "token": "\\ud800"}',
    "deep": b"[" * 100_000,
    "deep object": b'{"token":' * 20_000,
    "not UTF-8": b'{"operator": "\xff\xfe", "password": "x", "token": "\xff"}',
}


@pytest.mark.parametrize("path", ["/desk/login", "/webchat/session"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_is_not_expected_is_400(lotse: Running, path: str, body: bytes) -> None:
    answer = await lotse.browser().post(path, body)
    assert answer.status == 400, answer
    assert answer.data["code"] == "bad_request"
    assert answer.data["message"]


@pytest.mark.parametrize("path", ["/desk/login", "/webchat/session"])
async def test_another_type_than_json_is_refused(lotse: Running, path: str) -> None:
    """A form of a foreign page can send text/plain without asking first."""
    answer = await lotse.browser().post(path, b"{}", **{"Content-Type": "text/plain"})
    assert answer.status == 400


@pytest.mark.parametrize("path", ["/desk/login", "/webchat/session", "/hooks/nothing"])
async def test_ten_megabytes_are_refused(lotse: Running, path: str) -> None:
    answer = await lotse.browser().post(path, b" " * 10_000_000)
    assert answer.status == (404 if path.startswith("/hooks") else 413)


async def test_a_body_just_within_the_limit_is_read(lotse: Running) -> None:
    body = msgspec.json.encode({"language": "de", "more": "x" * (MAX_BODY - 100)})
    assert (await lotse.browser().post("/webchat/session", body)).status == 200


async def test_binary_frames_and_large_ones_close_the_socket(lotse: Running) -> None:
    visitor, neighbour = await lotse.visitor(), await lotse.visitor()
    await visitor.link.ws.send_bytes(bytes(range(256)))
    assert await visitor.link.ended() == 1003
    await visitor.connect()
    await visitor.link.raw('{"type":"typing","on":true,"x":"' + "x" * MAX_FRAME + '"}')
    assert await visitor.link.ended() == 1009
    await neighbour.say("Hallo")


async def test_a_frame_just_within_the_limit_is_answered(lotse: Running) -> None:
    visitor = await lotse.visitor()
    frame = msgspec.json.encode({"type": "say", "id": "long", "text": ""}).decode()
    await visitor.link.raw(frame.replace('""', '"' + "ä" * ((MAX_FRAME - len(frame)) // 2 - 1) + '"'))
    error = await visitor.link.until("error")
    assert (error["code"], error["id"]) == ("too_long", "long")


@pytest.mark.parametrize("number", [2**53 + 1, 2**63, 2**70])
async def test_a_number_that_no_page_can_count_to_is_a_wrong_frame(lotse: Running, number: int) -> None:
    desk = await (await lotse.operator("ada")).desk()
    await desk.send("older", conversation="x", before=number)
    assert (await desk.until("error"))["code"] == "bad_frame"
    await desk.send("older", conversation="x", before=2**53)
    assert (await desk.until("error"))["code"] == "not_found"
    visitor = await lotse.visitor()
    link = await lotse.browser().link("/webchat/socket")
    await link.send("hello", token=visitor.token, last_seq=number)
    assert (await link.until("error"))["code"] == "bad_frame"
    assert await link.ended() == 1008


FRAMES = [
    ("", ""),
    ("{", ""),
    ("[]", ""),
    ("null", ""),
    ('"hello"', ""),
    ('{"type":"say"}', ""),
    ('{"type":"nothing","id":"a"}', "a"),
    ('{"type":"say","id":"b","text":5}', "b"),
    ('{"type":"say","id":"c","text":" "}', "c"),
    ('{"type":"say","id":7,"text":"x"}', ""),
    ('{"type":"say","id":"' + "i" * 65 + '","text":"x"}', ""),
    ('{"type":"say","id":"with space","text":"x"}', "with space"),
    ('{"type":"press","id":"d","payload":""}', "d"),
    ('{"type":"press","id":"e","payload":"' + "p" * 65 + '"}', "e"),
    ('{"type":"language","id":"f","language":"DE!"}', "f"),
    ('{"type":"typing","on":"yes"}', ""),
    ('{"type":"say","id":"g","text":"\\ud800"}', None),
    ("[" * 30_000, ""),
    ('{"a":' * 10_000, ""),
    ('{"type":"say","id":"h","text":"x"' + " " * 60_000 + ",}", ""),
]


@pytest.mark.parametrize(("frame", "id_"), FRAMES, ids=range(len(FRAMES)))
async def test_a_wrong_frame_is_answered_with_its_id_and_the_socket_stays(
    lotse: Running, frame: str, id_: str | None
) -> None:
    visitor = await lotse.visitor()
    desk = await (await lotse.operator("ada")).desk()
    for link in (visitor.link, desk):
        await link.raw(frame)
        error = await link.until("error")
        assert error["code"] == "bad_frame"
        assert error["message"]
        assert id_ is None or error.get("id", "") == id_
    await visitor.say("Hallo")
    await desk.send("older", conversation="x", before=1)
    assert (await desk.until("error"))["code"] == "not_found"


@pytest.mark.parametrize(
    "text", ["a\0b", "\x00", "\u202e\u200bx", "\ufffe", "👨‍👩‍👧", "x" * 4000, "\r\n\t z", "{{ 7*7 }}", "<b>"]
)
async def test_strange_words_are_kept_as_they_are(lotse: Running, text: str) -> None:
    visitor = await lotse.visitor()
    await visitor.say(text)
    message = await visitor.link.until("message", author="customer")
    assert message["content"]["text"] == text
    await visitor.link.until("message", author="bot")


# ── nothing can be stored ────────────────────────────────────────────────────────────────────────────────────────────


async def test_while_the_disk_is_full_nothing_is_acknowledged_and_afterwards_all_is_taken(lotse: Running) -> None:
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")
    lotse.store.broken = True
    await visitor.link.send("say", id="kept", text="Auftrag verfolgen")
    await visitor.link.send("say", id="behind", text="menü")
    error = await visitor.link.until("error")
    assert (error["code"], error["id"]) == ("unavailable", "kept")
    for path, body in (
        ("/webchat/session", {"token": visitor.token}),
        ("/desk/login", {"operator": "a", "password": "b"}),
    ):
        answer = await lotse.browser().post(path, body)
        assert (answer.status, answer.data["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
    lotse.store.broken = False
    assert await visitor.link.ended() == 1013
    await visitor.connect()
    await visitor.say("Auftrag verfolgen", "kept")
    await visitor.say("menü", "behind")
    await visitor.hears("Auftragsnummer")
    await lotse.settle()
    said = [m.client_id for m in await lotse.history(visitor.chat) if m.author == "customer"]
    assert said[1:] == ["kept", "behind"]
    assert (await lotse.browser().post("/webchat/session", {})).status == 200


async def test_a_page_that_comes_while_nothing_can_be_read_is_told_to_come_again(lotse: Running) -> None:
    visitor = await lotse.visitor()
    lotse.store.broken = True
    link = await lotse.browser().link("/webchat/socket")
    await link.send("hello", token=visitor.token)
    assert (await link.until("error"))["code"] == "unavailable"
    assert await link.ended() == 1013
    lotse.store.broken = False
    await visitor.connect()


async def test_a_turn_that_could_not_be_saved_is_done_when_it_can(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await lotse.visitor()
    save, tries = BreakableStore.save, []

    async def full_once(store: BreakableStore, turn: Turn) -> object:
        tries.append(turn)
        if len(tries) == 1:
            raise StoreError("the disk is full")
        return await save(store, turn)

    monkeypatch.setattr(BreakableStore, "save", full_once)
    monkeypatch.setattr("engine.shell.turns._RETRY", (0.0,))
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")
    assert len(tries) == 2
    assert [m.author for m in await lotse.history(visitor.chat)] == ["customer", "bot", "bot"]
