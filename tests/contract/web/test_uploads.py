"""Files that operators send: taken in, sent on both kinds of channels, given to nobody else."""

import asyncio
import threading
from pathlib import Path
from urllib.parse import quote

import pytest

from bots.links import LIFETIME
from conversation.content import LARGEST_UPLOAD, Media
from conversation.errors import BadInputError
from conversation.events import OperatorReplied
from tests.support.browsing import Browser
from tests.support.desks import claimed
from tests.support.service import Running, running
from web.kinds import Kind, kind_of
from web.uploads import BURST, sendable

PNG = b"\x89PNG\r\n\x1a\n\0\0picture"
PDF = b"%PDF-1.7\n..."


async def upload(browser: Browser, body: bytes, name: str = "bild.png") -> dict[str, object]:
    answer = await browser.post(f"/desk/upload?name={quote(name)}", body)
    assert answer.status == 200, answer
    made: dict[str, object] = answer.data
    return made


async def send(lotse: Running, chat: str, id_: str, operator: str = "ada") -> Media:
    """As the desk does with a reply that names an upload."""
    me = await lotse.store.find_operator(operator)
    assert me
    media = await sendable(lotse.store.people, me, id_, "Bitte sehr")
    now = lotse.clock.now()
    event = OperatorReplied(id=f"r-{id_}", at=now, operator=me.id, name=me.name, content=media, client_id=id_)
    await lotse.service.engine.intake.operate(chat, event, f"{me.id}:{id_}")
    await lotse.settle()
    return media


async def test_a_file_is_taken_and_told_as_what_it_is(lotse: Running) -> None:
    ada = await lotse.operator("ada")
    made = await upload(ada, PDF, "../rechnung.exe")
    assert made == {"upload": made["upload"], "name": "rechnung.exe.pdf", "mime": "application/pdf", "size": len(PDF)}
    assert await lotse.store.people.upload_body(str(made["upload"])) == PDF


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"MZ\x90\0program", 415, "not_sendable"),
        (b"", 415, "not_sendable"),
        (b"%PDF-" + b"x" * LARGEST_UPLOAD, 413, "too_large"),
    ],
    ids=["program", "empty", "large"],
)
async def test_what_can_not_be_sent_is_refused_in_plain_words(
    lotse: Running, body: bytes, status: int, code: str
) -> None:
    answer = await (await lotse.operator("ada")).post("/desk/upload?name=x.pdf", body)
    assert (answer.status, answer.data["code"]) == (status, code)
    assert len(answer.data["message"]) > 20


async def test_the_largest_file_is_taken(lotse: Running) -> None:
    body = b"%PDF-" + b"x" * (LARGEST_UPLOAD - 5)
    assert (await upload(await lotse.operator("ada"), body))["size"] == LARGEST_UPLOAD


async def test_many_files_at_once_are_refused_until_a_moment_has_passed(lotse: Running) -> None:
    ada, bea = await lotse.operator("ada"), await lotse.operator("bea")
    for _ in range(BURST):
        await upload(ada, PNG)
    answer = await ada.post("/desk/upload?name=x", PNG)
    assert (answer.status, answer.data["code"]) == (429, "too_fast")
    await upload(bea, PNG)
    lotse.clock.turn(2)
    await upload(ada, PNG)


async def test_a_file_is_looked_through_beside_the_service_and_not_by_it(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten million characters, or an archive of a hundred thousand names, take most of a second."""
    looked: list[bool] = []

    def looking(body: bytes) -> Kind | None:
        looked.append(threading.current_thread() is threading.main_thread())
        return kind_of(body)

    monkeypatch.setattr("web.uploads.kind_of", looking)
    await upload(await lotse.operator("ada"), PNG)
    assert looked == [False]


async def test_more_files_at_the_same_time_than_there_is_memory_for_are_refused(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.uploads.AT_ONCE", 1)
    ada, bea = await lotse.operator("ada"), await lotse.operator("bea")
    begun, go = asyncio.Event(), asyncio.Event()

    async def slowly(_: object) -> bytes:
        begun.set()
        await go.wait()
        return PNG

    monkeypatch.setattr("web.uploads._read", slowly)
    slow = asyncio.create_task(ada.post("/desk/upload?name=a.png", PNG))
    await begun.wait()
    answer = await bea.post("/desk/upload?name=b.png", PNG)
    assert (answer.status, answer.data["code"]) == (429, "too_fast")
    go.set()
    assert (await slow).status == 200
    await upload(bea, PNG)


async def test_only_who_chose_a_file_can_send_it(lotse: Running) -> None:
    ada = await lotse.operator("ada")
    await lotse.operator("bea")
    made = str((await upload(ada, PNG))["upload"])
    bea = await lotse.store.find_operator("bea")
    assert bea
    for id_ in (made, "guessed"):
        with pytest.raises(BadInputError, match="choose it once more"):
            await sendable(lotse.store.people, bea, id_, "")


async def test_a_sent_file_is_in_the_customers_chat_by_a_link_that_ends(lotse: Running) -> None:
    visitor, _, _ = await claimed(lotse)
    ada = await lotse.operator("ada")
    made = await upload(ada, PNG, 'b<i>ld".png')
    media = await send(lotse, visitor.chat, str(made["upload"]))
    assert (media.type, media.mime, media.size, media.caption) == ("photo", "image/png", len(PNG), "Bitte sehr")
    frame = await visitor.link.until("message", lambda frame: frame["content"]["kind"] == "media")
    answer = await lotse.browser().get(frame["href"])
    assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, "image/png", PNG)
    assert "Content-Disposition" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-store"
    other = str((await upload(ada, PDF))["upload"])
    forged = frame["href"].replace(str(made["upload"]), other)
    assert (await lotse.browser().get(forged)).status == 404
    lotse.clock.turn(LIFETIME.total_seconds() + 1)
    assert (await lotse.browser().get(frame["href"])).status == 410


@pytest.mark.parametrize("body", [b"<svg onload=alert(1)>", b"<script>alert(1)</script>", PDF])
async def test_what_could_run_script_is_only_ever_a_download(lotse: Running, body: bytes) -> None:
    visitor, _, _ = await claimed(lotse)
    ada = await lotse.operator("ada")
    made = await upload(ada, body, "x.svg")
    await send(lotse, visitor.chat, str(made["upload"]))
    frame = await visitor.link.until("message", lambda frame: frame["content"]["kind"] == "media")
    paths = ((lotse.browser(), frame["href"]), (ada, f"/desk/file/{visitor.chat}/{frame['id']}"))
    for browser, path in paths:
        answer = await browser.get(path)
        assert (answer.status, answer.body) == (200, body)
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''x.svg")


async def test_a_sent_file_goes_to_the_messenger_with_its_bytes_at_hand(tmp_path: Path) -> None:
    async with running(tmp_path, messenger=True) as lotse:
        assert lotse.messenger
        made = str((await upload(await lotse.operator("ada"), PNG))["upload"])
        assert await lotse.messenger.surroundings.upload(made) == PNG
        assert await lotse.messenger.surroundings.upload("none") is None


async def test_a_file_that_does_not_come_to_its_end_keeps_nobody_out(
    lotse: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.uploads.LONGEST", 0.05)

    async def for_ever(_: object) -> bytes:
        await asyncio.Event().wait()
        return PNG

    ada = await lotse.operator("ada")
    with monkeypatch.context() as patched:
        patched.setattr("web.uploads._read", for_ever)
        answer = await ada.post("/desk/upload?name=a.png", PNG)
    assert (answer.status, answer.data["code"]) == (408, "too_slow")
    await upload(ada, PNG)
