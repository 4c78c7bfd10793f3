"""Files at the desk, and the messenger behind a chat."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conversation.content import Content, Media, Text
from conversation.errors import TransientError
from tests.support.browsing import Browser
from tests.support.desks import parked
from tests.support.service import Running, running


@pytest.fixture
async def lotse(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, messenger=True) as made:
        yield made


async def photo(lotse: Running, media: Media) -> tuple[Browser, str]:
    """A customer's file in a parked chat of a messenger; a signed-in browser, and the file's address."""
    assert lotse.messenger
    sent: list[Content] = [Text(text="Hallo"), Text(text="Mitarbeiter"), media]
    for number, content in enumerate(sent):
        await lotse.messenger.says(content, str(number))
        await lotse.settle()
    (card,) = await lotse.store.cards()
    message = next(m for m in await lotse.history(card.chat) if isinstance(m.content, Media))
    return await lotse.operator("ada"), f"/desk/file/{card.chat}/{message.id}"


async def test_a_customers_photo_is_shown_to_operators_only(lotse: Running) -> None:
    ada, path = await photo(lotse, Media(type="photo", ref="file-1"))
    answer = await ada.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.body.startswith(b"\x89PNG")
    assert "Content-Disposition" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (await lotse.browser().get(path)).status == 401


@pytest.mark.parametrize("type_", ["text/html", "image/svg+xml", "application/pdf"])
async def test_a_file_that_could_run_script_is_a_download(lotse: Running, type_: str) -> None:
    ada, path = await photo(lotse, Media(type="file", ref="file-1", name='böse".html\r\nX: y'))
    assert lotse.messenger
    lotse.messenger.file = (type_, b"<script>alert(1)</script>")
    answer = await ada.get(path)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "X" not in answer.headers


async def test_a_file_that_the_channel_does_not_give_is_a_plain_error(lotse: Running) -> None:
    ada, path = await photo(lotse, Media(type="photo", ref="file-1"))
    assert lotse.messenger
    lotse.messenger.file = TransientError("connection refused")
    answer = await ada.get(path)
    assert (answer.status, answer.data["code"]) == (502, "not_fetched")


@pytest.mark.parametrize(
    "path", ["/desk/file/none/none", "/desk/file/{chat}/none", "/desk/file/../../etc/passwd", "/desk/file/%00/x"]
)
async def test_a_file_that_is_not_there_is_404(lotse: Running, path: str) -> None:
    visitor, _ = await parked(lotse)
    ada = await lotse.operator("ada")
    assert (await ada.get(path.format(chat=visitor.chat))).status == 404


async def test_an_operators_typing_and_answer_reach_the_messenger(lotse: Running) -> None:
    await photo(lotse, Media(type="photo", ref="file-1"))
    assert lotse.messenger
    bea = await (await lotse.operator("bea")).desk()
    conversation = bea.frames[0]["cards"][0]["conversation"]
    await bea.send("claim", id="c", conversation=conversation)
    await bea.until("done", id="c")
    await lotse.settle()
    await bea.send("open", conversation=conversation)
    await bea.until("conversation")
    await bea.send("typing", conversation=conversation, on=True)
    await bea.send("reply", id="r", conversation=conversation, text="Danke für das Bild")
    said = Text(text="Danke für das Bild")
    sent = lotse.messenger.sent  # among them that an operator took over: its delivery is told as well
    await bea.until("delivery", lambda _: any(message.content == said for _, message in sent), state="sent")
    assert lotse.messenger.typed == ["77"]
    address, message = sent[-1]
    assert address == "77"
    assert message.content == said
