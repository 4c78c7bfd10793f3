"""Every door of the service, and who gets in: made from the table of routes and the frames, so that no new one escapes."""

import typing
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from app import operators
from conversation.content import Content, Media, Text
from store.tables import outbox
from tests.support.browsing import Browser, Link
from tests.support.service import Running, running
from web.desk import incoming
from web.signin import LIFETIME

PUBLIC = {
    "GET /", "GET /chat", "GET /desk", "GET /dialogs", "GET /widget.js", "GET /favicon.ico", "GET /static/{name}", "GET /texts.json",
    "GET /dialogs.json", "GET /healthz", "GET /readyz", "GET /metrics",
}  # fmt: skip
"""The same for everybody, and about nobody."""
OWN_PROOF = {
    "GET /files/{token}/{name}": 404,
    "GET /webchat/socket": 400,
    "POST /webchat/session": 200,
    "OPTIONS /webchat/session": 204,
    "POST /hooks/events": 404,
    "POST /hooks/{channel}": 404,
    "POST /desk/login": 401,
    "POST /desk/logout": 204,
}
"""Those ask for another proof than a session, a token or a password: what everybody gets who has none."""
DESK = {
    "GET /desk/me": (401, 200, 200, 200),
    "GET /desk/socket": (401, 403, 400, 400),
    "GET /desk/file/{chat}/{message}": (401, 403, 404, 200),
    "POST /desk/upload": (401, 403, 200, 200),
}
"""For nobody, an editor, an operator of another team, one of the chat's. 400: a socket that was not asked for as one."""
NO_COOKIE = {"POST /webchat/session", "POST /hooks/events", "POST /hooks/{channel}"}
"""They look at no cookie: a forged request can do no more there than its forger can."""
PICTURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Scene:
    """A customer's picture in a chat that waits for the team ``support``."""

    lotse: Running
    chat: str
    message: str
    conversation: str

    def path(self, route: str) -> str:
        names = {"chat": self.chat, "message": self.message, "token": "x", "name": "x.txt", "channel": "nothing"}
        return route.partition(" ")[2].format(**names)

    async def who(self, name: str, **fields: Any) -> Browser:
        """A signed-in browser of an operator who is like that."""
        browser = await self.lotse.operator(name)
        found = await self.lotse.store.find_operator(name)
        assert found
        await self.lotse.store.put_operator(msgspec.structs.replace(found, **fields))
        return browser

    async def ask(self, browser: Browser, route: str) -> int:
        method = route.partition(" ")[0]
        body = (
            PICTURE if "upload" in route else b'{"operator": "ada", "password": "wrong"}' if "login" in route else b"{}"
        )
        if method == "POST":
            return (await browser.post(self.path(route), body)).status
        async with browser.http.request(method, f"{self.lotse.base}{self.path(route)}") as response:
            return response.status


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with running(tmp_path, messenger=True) as lotse:
        assert lotse.messenger
        said: list[Content] = [Text(text="Hallo"), Text(text="Mitarbeiter"), Media(type="photo", ref="f")]
        for number, content in enumerate(said):
            await lotse.messenger.says(content, str(number))
            await lotse.settle()
        (card,) = await lotse.store.cards()
        message = next(m for m in await lotse.history(card.chat) if isinstance(m.content, Media))
        yield Scene(lotse, card.chat, message.id, card.conversation)


def routes(lotse: Running) -> set[str]:
    found = ((route.method, route.resource) for route in lotse.service.app.router.routes())
    return {f"{method} {resource.canonical}" for method, resource in found if resource and method != "HEAD"}


async def test_every_route_stands_in_one_of_the_tables_here(scene: Scene) -> None:
    known = [*PUBLIC, *OWN_PROOF, *DESK]
    assert routes(scene.lotse) == set(known), "say here who may use a new route, or take away what is gone"
    assert len(known) == len(set(known))


@pytest.mark.parametrize("route", sorted(DESK))
async def test_nobody_editors_and_other_teams_get_the_answer_of_the_table(
    scene: Scene, tmp_path: Path, route: str
) -> None:
    nobody, editor, other, own = DESK[route]
    assert await scene.ask(await scene.who("edi", role="editor"), route) == editor
    assert await scene.ask(await scene.who("otto", teams=("billing",)), route) == other
    assert await scene.ask(await scene.who("olga", teams=("support",)), route) == own
    assert await scene.ask(await scene.who("zoe", teams=("billing",), role="supervisor"), route) == own
    assert await scene.ask(await scene.who("abe", teams=("billing",), role="admin"), route) == own
    expired, removed, changed = await scene.who("eve"), await scene.who("rob"), await scene.who("cleo")
    await operators.remove(scene.lotse.store, tmp_path, "rob")
    await operators.put(scene.lotse.store, tmp_path, "cleo", "another-password")
    assert [await scene.ask(browser, route) for browser in (scene.lotse.browser(), removed, changed)] == [nobody] * 3
    scene.lotse.clock.turn(LIFETIME.total_seconds() + 1)
    assert await scene.ask(expired, route) == nobody


@pytest.mark.parametrize("route", sorted(OWN_PROOF))
async def test_a_session_opens_no_door_that_asks_for_something_else(scene: Scene, route: str) -> None:
    for browser in (scene.lotse.browser(), await scene.who("edi", role="editor"), await scene.who("ada")):
        assert await scene.ask(browser, route) == OWN_PROOF[route]


async def test_every_route_that_changes_something_refuses_what_no_page_of_ours_asked_for(scene: Scene) -> None:
    changing = {route for route in routes(scene.lotse) if route.split()[0] not in ("GET", "OPTIONS")}
    assert {"POST /desk/login", "POST /desk/logout", "POST /desk/upload"} <= changing
    ada = await scene.who("ada")
    cookie = {"Content-Type": "text/plain"}
    for route in sorted(changing - NO_COOKIE):
        for origin in (None, "https://evil.example", "null", scene.lotse.base + ".evil.example", "http://127.0.0.1:1"):
            headers = {**cookie, **({"Origin": origin} if origin else {})}
            url = f"{scene.lotse.base}{scene.path(route)}"
            async with ada.http.request(route.split()[0], url, data=PICTURE, headers=headers) as response:
                answer = msgspec.json.decode(await response.read())
                assert (response.status, answer["code"]) == (403, "wrong_origin"), (route, origin)
    assert (await ada.get("/desk/me")).status == 200, "nobody was signed out by it"


# ── the desk's frames ────────────────────────────────────────────────────────────────────────────────────────────────

SAMPLES: dict[str, Any] = {
    "id": "forged", "text": "hello", "before": 5, "on": True, "message_id": "m", "mentions": [], "reason": "r", "colleague": "otto",
    "question": "q", "action": "a", "arguments": {}, "chat": "c", "status": "away", "team": "support", "to": "otto", "upload": "u", "intent": "",
}  # fmt: skip
"""A value for each field that a frame must have."""
ONE_OF = {"reply": ("text",), "transfer": ("team", "reason"), "note": ("mentions",)}
"""What a frame must have besides: one of several, of which none is needed."""


def frames() -> list[dict[str, Any]]:
    """One of each kind that is about a conversation."""
    found = []
    for kind in typing.get_args(incoming.DeskFrame):
        assert issubclass(kind, msgspec.Struct)
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        if "conversation" not in fields:
            continue
        needed = [name for name, field in fields.items() if field.required and name != "conversation"]
        tag = kind.__struct_config__.tag
        found.append({"type": tag, **{name: SAMPLES[name] for name in {*needed, *ONE_OF.get(str(tag), ())}}})
    assert len(found) >= 9, "the frames were not found"
    return found


async def refused(link: Link, frame: dict[str, Any], conversation: str) -> str:
    fields = {name: value for name, value in frame.items() if name != "type"}
    await link.send(frame["type"], conversation=conversation, **fields)
    while (answer := await link.next()) is not None:
        if answer["type"] in ("error", "refused"):
            return str(answer.get("code") or answer.get("reason"))
    raise AssertionError("the socket was closed without a word")


async def test_no_frame_reaches_another_teams_chat(scene: Scene) -> None:
    other = await (await scene.who("otto", teams=("billing",))).desk()
    before = (await scene.lotse.store.load(scene.chat), await scene.lotse.history(scene.chat))
    for frame in frames():
        assert await refused(other, frame, scene.conversation) == "not_allowed", frame
        assert await refused(other, frame, "guessed") == "not_found", frame
    await scene.lotse.settle()
    assert (await scene.lotse.store.load(scene.chat), await scene.lotse.history(scene.chat)) == before


async def test_cards_of_another_team_are_not_shown_and_one_that_goes_there_leaves(scene: Scene) -> None:
    other = await (await scene.who("otto", teams=("billing",))).link("/desk/socket")
    assert (await other.until("snapshot"))["cards"] == []
    boss = await (await scene.who("zoe", role="supervisor")).desk()
    assert scene.lotse.messenger
    await scene.lotse.messenger.says(Text(text="Geheimnis"), "more")
    await scene.lotse.settle()
    for command, team in (("there", "billing"), ("back", "support")):
        await boss.send("transfer", id=command, conversation=scene.conversation, team=team, reason="x")
        await boss.until("done", id=command)
        await scene.lotse.settle()
    phases: list[str] = []
    while not phases or phases[-1] != "closed":
        card = (await other.until("card"))["card"]
        phases.append(card["phase"])
    assert phases[:-1] == ["parked"] * (len(phases) - 1), "seen while it was there"
    assert len(phases) > 1
    assert "Geheimnis" not in str(card)
    assert not any(card[name] for name in ("chat", "name", "team"))
    before = next(frame for frame in other.frames if frame["type"] == "card")
    assert before["card"]["team"] == "billing", "nothing of it was told before"


async def test_undelivered_messages_of_another_team_are_not_listed(scene: Scene) -> None:
    other = await (await scene.who("otto", teams=("billing",))).desk()
    own = await (await scene.who("olga", teams=("support",))).desk()
    await fail(scene)
    for desk, count in ((own, 1), (other, 0)):
        await desk.send("undelivered")
        listed = await desk.until("undelivered", lambda frame: "items" in frame)
        assert len(listed["items"]) == count


async def fail(scene: Scene) -> None:
    """The newest message to the customer is one that did not arrive."""
    said = [message for message in await scene.lotse.history(scene.chat) if message.author == "bot"]
    number = await scene.lotse.store.find_send(scene.chat, said[-1].id)
    await scene.lotse.store._writer.call(
        lambda connection: connection.execute(update(outbox).where(outbox.c.number == number).values(state="failed"))
    )


async def test_an_operator_who_becomes_an_editor_is_out_at_the_next_frame(scene: Scene) -> None:
    desk = await (await scene.who("olga", teams=("support",))).desk()
    await operators.change(scene.lotse.store, "olga", operators.Wanted(role="editor"))
    assert await refused(desk, frames()[0], scene.conversation) == "signed_out"
    assert await desk.ended() == 1008
