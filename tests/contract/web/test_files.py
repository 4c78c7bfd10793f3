"""Files of the bot folder: given to whom they were sent, to operators, and to nobody who guesses a name."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from bots.links import LIFETIME, Links
from conversation.content import Media
from tests.support.browsing import Answer, Frame, Visitor, raw
from tests.support.service import Running, running

INVOICE = "invoices/R-2026-1001.pdf"
PICTURE = "router-restart.jpg"
OUTSIDE = (
    "../secret.txt", "../bot.yaml", "/etc/passwd", "..\\bot.yaml", "x\0.jpg", "a" * 5_000 + ".jpg", "invoices", ".", "../media/../secret.txt",
    "invoices/../../secret.txt", "..\\secret.txt", "gone.jpg",
)  # fmt: skip
"""Names below ``media/`` that are no file there; ``secret.txt`` lies beside it and is of a kind that is given out."""
SECRET = "title: Nordnetz"


@pytest.fixture
async def lotse(tmp_path: Path) -> AsyncIterator[Running]:
    """Nobody said how the world reaches it: the web chat's links do without."""
    async with running(tmp_path, messenger=True) as made:
        (tmp_path / "bot" / "secret.txt").write_text(SECRET, encoding="utf-8")
        yield made


async def billed(lotse: Running, contract: str = "10000001", postcode: str = "10115") -> tuple[Visitor, Frame]:
    """A customer who asked for an invoice, and the message that brings it."""
    visitor = await lotse.visitor()
    await visitor.say("Hallo")
    await visitor.hears("Womit kann ich helfen")
    await visitor.say("Rechnung")
    await visitor.hears("Vertragsnummer")
    await visitor.say(contract)
    await visitor.hears("Postleitzahl")
    await visitor.say(postcode)
    await visitor.link.until("message", lambda frame: "39,90" in str(frame["content"].get("buttons")))
    await visitor.say("2")
    return visitor, await visitor.link.until("message", lambda frame: bool(frame["content"].get("attach")))


async def links(lotse: Running) -> Links:
    """As every process of this service makes them."""
    return Links(await lotse.store.secret("media_links", b"another"), lotse.clock, "")


async def signed(lotse: Running, name: str) -> str:
    return (await links(lotse)).path(Media(type="file", ref=f"media/{name}"), "webchat", "somebody")


async def sent_as_it_is(lotse: Running, path: str) -> tuple[int, bytes]:
    """A client would tidy the path up before it leaves."""
    return await raw(lotse, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())


async def operators_view(lotse: Running, ref: str) -> Answer:
    """What an operator gets who opens a message with this file."""
    assert lotse.messenger
    await lotse.messenger.says(Media(type="file", ref=ref), "1")
    await lotse.settle()
    chat = await lotse.store.find_chat("telegram", "bot", "77")
    assert chat
    (message,) = [m for m in await lotse.history(chat.id) if isinstance(m.content, Media)]
    return await (await lotse.operator("ada")).get(f"/desk/file/{chat.id}/{message.id}")


@pytest.mark.parametrize("name", [PICTURE, INVOICE])
async def test_a_file_whose_name_is_known_is_not_given_out(lotse: Running, name: str) -> None:
    browser = lotse.browser()
    for path in (
        f"/media/{name}",
        f"/files/{name}",
        f"/files/x/{name}",
        f"/files/{'A' * 36}/{name}",
        f"/static/{name}",
    ):
        answer = await browser.get(path)
        assert answer.status == 404, path
        assert not answer.body.startswith((b"%PDF", b"\xff\xd8")), path
    assert (await browser.get(f"/desk/file/x/{name}")).status in (401, 404)


async def test_the_web_chats_customer_gets_the_invoice_by_a_link_of_their_own(lotse: Running) -> None:
    _, frame = await billed(lotse)
    assert frame["content"]["attach"]["ref"] == f"media/{INVOICE}"
    assert frame["href"].startswith("/files/")
    answer = await lotse.browser().get(frame["href"])
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.body.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_message_without_a_file_has_no_link(lotse: Running) -> None:
    visitor, with_file = await billed(lotse)
    others = [frame for frame in visitor.link.messages() if frame is not with_file]
    assert others
    assert not [frame for frame in others if "href" in frame]


async def test_a_link_to_one_file_opens_no_other(lotse: Running) -> None:
    _, frame = await billed(lotse)
    for other in ("invoices/R-2026-1101.pdf", PICTURE, "invoices/R-2026-1002.pdf"):
        answer = await lotse.browser().get(frame["href"].replace(INVOICE, other))
        assert answer.status == 404
        assert not answer.body.startswith((b"%PDF", b"\xff\xd8"))


async def test_history_read_again_later_has_fresh_links(lotse: Running) -> None:
    visitor, frame = await billed(lotse)
    lotse.clock.turn(LIFETIME.total_seconds() + 1)
    assert (await lotse.browser().get(frame["href"])).status == 410
    again = await (await visitor.connect()).until("message", seq=frame["seq"])
    assert again["href"] != frame["href"]
    assert (await lotse.browser().get(again["href"])).status == 200
    assert {**again, "href": ""} == {**frame, "href": ""}, "nothing but the link is made anew"


async def test_the_link_is_not_kept_with_the_message(lotse: Running) -> None:
    visitor, frame = await billed(lotse)
    assert frame["href"] not in str(await lotse.history(visitor.chat))


async def test_an_operator_opens_the_bots_file_by_the_session_and_nobody_else_does(lotse: Running) -> None:
    visitor, frame = await billed(lotse)
    path = f"/desk/file/{visitor.chat}/{frame['id']}"
    ada = await lotse.operator("ada")
    answer = await ada.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Cache-Control"].startswith("private")
    assert (await visitor.browser.get(path)).status == 401
    assert (await lotse.browser().get(path)).status == 401
    await ada.post("/desk/logout")
    assert (await ada.get(path)).status == 401


async def test_a_picture_is_shown_and_a_document_is_a_download(lotse: Running) -> None:
    for name, type_, download in ((PICTURE, "image/jpeg", False), (INVOICE, "application/pdf", True)):
        answer = await lotse.browser().get(await signed(lotse, name))
        assert (answer.status, answer.headers["Content-Type"]) == (200, type_)
        assert ("Content-Disposition" in answer.headers) is download


@pytest.mark.parametrize("name", OUTSIDE)
async def test_a_name_that_leads_out_opens_nothing_even_when_it_is_signed(lotse: Running, name: str) -> None:
    path = await signed(lotse, name)
    token = path.split("/")[2]
    escaped = f"/files/{token}/" + "".join(f"%{byte:02x}" for byte in name.encode())
    for sent in (path, escaped, f"/files/{token}/{quote(name, safe='')}"):
        status, body = await sent_as_it_is(lotse, sent)
        assert status in (400, 404), body
        assert SECRET.encode() not in body
        assert b"root:" not in body
    assert unquote(escaped) == f"/files/{token}/{name}"
    assert (await links(lotse)).read(token, name) == "valid", "it is refused for its name alone"


@pytest.mark.parametrize("name", OUTSIDE)
async def test_a_message_whose_file_leads_out_opens_nothing_at_the_desk(lotse: Running, name: str) -> None:
    answer = await operators_view(lotse, f"media/{name}")
    assert (answer.status, answer.data["code"]) == (404, "not_found")


async def test_a_message_with_a_file_of_the_folder_opens_at_the_desk(lotse: Running) -> None:
    """So that the cases before are refused for their names, and for nothing else."""
    assert (await operators_view(lotse, f"media/{INVOICE}")).status == 200
