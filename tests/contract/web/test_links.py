"""Signed links to files, for channels that can't carry them: they open the one file, for a while, wherever they were made."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.links import LIFETIME, Links
from conversation.content import Media
from tests.support.hand_clock import HandClock
from tests.support.service import Running, running

PUBLIC = "https://chat.example.net"
PICTURE = Media(type="photo", ref="media/router-restart.jpg")


@pytest.fixture
async def lotse(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, messenger=True, public_url=PUBLIC) as made:
        yield made


def path_of(lotse: Running, media: Media = PICTURE, address: str = "+4930123") -> str:
    assert lotse.messenger
    url = lotse.messenger.surroundings.link(media, "sms", address)
    assert url.startswith(f"{PUBLIC}/files/")
    return url.removeprefix(PUBLIC)


async def test_a_link_opens_its_file_and_nobody_may_keep_it(lotse: Running) -> None:
    answer = await lotse.browser().get(path_of(lotse))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert answer.body.startswith(b"\xff\xd8")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_document_is_a_download_with_its_name(lotse: Running) -> None:
    invoice = Media(type="file", ref="media/invoices/R-2026-1101.pdf")
    answer = await lotse.browser().get(path_of(lotse, invoice))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''R-2026-1101.pdf"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de-AT,de;q=0.9", "Dieser Link gilt nicht mehr."),
        ("en", "This link is no longer valid."),
        ("ru", "Эта ссылка больше не действует."),
        ("fr,uk;q=0.5", "Це посилання більше не діє."),
        ("", "This link is no longer valid."),
        ("xx;;,,", "This link is no longer valid."),
    ],
)
async def test_an_expired_link_says_so_in_the_customers_language(lotse: Running, language: str, words: str) -> None:
    path = path_of(lotse)
    lotse.clock.turn(LIFETIME.total_seconds() + 1)
    answer = await lotse.browser().get(path, **{"Accept-Language": language})
    assert answer.status == 410
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.body.decode().startswith(words)
    assert answer.headers["Cache-Control"] == "private, no-store"


async def test_a_link_holds_to_its_last_second(lotse: Running) -> None:
    path = path_of(lotse)
    lotse.clock.turn(LIFETIME.total_seconds() - 1)
    assert (await lotse.browser().get(path)).status == 200


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("router-restart.jpg", "invoices/R-2026-1101.pdf"),
        ("/files/", "/files/A"),
        ("/files/", "/files/ö"),
        ("/files/", "/files/x/"),
        ("router-restart.jpg", "..%2F..%2Fbot.yaml"),
        ("router-restart.jpg", "%ff%fe.jpg"),
    ],
)
async def test_a_changed_link_opens_nothing(lotse: Running, old: str, new: str) -> None:
    answer = await lotse.browser().get(path_of(lotse).replace(old, new, 1))
    assert answer.status in (400, 404)
    assert not answer.body.startswith(b"\xff\xd8")


async def test_each_part_of_a_token_is_signed(lotse: Running) -> None:
    path = path_of(lotse)
    token = path.split("/")[2]
    for at in range(0, len(token) - 1, 3):
        other = "A" if token[at] != "A" else "B"
        forged = path.replace(token, token[:at] + other + token[at + 1 :])
        assert (await lotse.browser().get(forged)).status == 404


async def test_a_signed_name_that_leads_out_of_the_media_opens_nothing(lotse: Running) -> None:
    for ref in ("media/../bot.yaml", "media//etc/passwd", "media/gone.jpg"):
        answer = await lotse.browser().get(path_of(lotse, Media(type="file", ref=ref)).replace("..", "%2e%2e"))
        assert answer.status == 404


async def test_another_process_on_the_same_store_opens_the_link_too(tmp_path: Path) -> None:
    async with running(tmp_path, messenger=True, public_url=PUBLIC) as first:
        path = path_of(first)
    async with running(tmp_path, public_url=PUBLIC) as second:
        assert (await second.browser().get(path)).status == 200


def test_a_link_does_not_tell_whom_it_was_sent_to() -> None:
    links = Links(b"secret", HandClock(), PUBLIC)
    one, other = (links.make(PICTURE, "sms", address) for address in ("+4930123", "+4930124"))
    assert one != other
    assert "4930123" not in one
    assert len(one) == len(PUBLIC) + len("/files/") + 36 + len("/router-restart.jpg")


def test_no_link_without_a_public_address_or_to_what_is_not_the_bots() -> None:
    assert Links(b"secret", HandClock(), "").make(PICTURE, "sms", "1") == ""
    assert Links(b"secret", HandClock(), PUBLIC).make(Media(type="photo", ref="AgACAg"), "sms", "1") == ""
    assert Links(b"other", HandClock(), PUBLIC).read("", "router-restart.jpg") == "forged"
