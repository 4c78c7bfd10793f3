"""Files and places, both ways."""

from typing import Any

import pytest

from conversation.content import Location, Media
from conversation.errors import RefusedError
from tests.support.customers import until
from tests.support.fake_forum import Topic
from tests.support.forum_desk import Group

ANNA = 501
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
OGG = b"OggS" + b"\0" * 40
PDF = b"%PDF-1.7 a bill"


@pytest.fixture
async def topic(desk: Group) -> Topic:
    """Anna has the chat."""
    made = await desk.parks()
    desk.fake.writes(ANNA, made.number, "/claim")
    await desk.sees(made, "The chat is yours")
    await desk.quiet()
    return made


@pytest.mark.parametrize(
    ("media", "method"),
    [
        (Media(type="photo", ref="f1", caption="Mein <Router>"), "sendPhoto"),
        (Media(type="voice", ref="f1"), "sendVoice"),
        (Media(type="video", ref="f1"), "sendVideo"),
        (Media(type="audio", ref="f1"), "sendAudio"),
        (Media(type="file", ref="f1", name="rechnung.pdf"), "sendDocument"),
        (Media(type="sticker", ref="f1"), "sendDocument"),
    ],
)
async def test_file_of_the_customer_is_shown_in_the_topic(desk: Group, topic: Topic, media: Media, method: str) -> None:
    await desk.sends(media, "file-1")
    shown = await desk.sees(topic, f"👤 Ann: {media.caption}" if media.caption else "👤 Ann")
    await desk.quiet()
    shown = desk.fake.shown[-1]
    assert shown.method == method
    assert list(shown.files.values()) == [b"\x89PNG\r\n\x1a\n"]


async def test_place_of_the_customer_is_a_point_on_the_map(desk: Group, topic: Topic) -> None:
    await desk.sends(Location(latitude=52.52, longitude=13.405), "place-1")
    await desk.sees(topic, "👤 Ann")
    await desk.quiet()
    call = desk.fake.called("sendVenue")[-1]
    assert (float(call.fields["latitude"]), float(call.fields["longitude"])) == (52.52, 13.405)


async def test_photo_sent_before_anybody_was_there_is_shown_with_what_was_said(desk: Group) -> None:
    await desk.says("Hallo", "before-1")
    await desk.sends(Media(type="photo", ref="f1"), "before-2")
    topic = await desk.parks()
    texts = [(shown.method, shown.text.splitlines()[0]) for shown in desk.fake.shown if shown.topic == topic.number]
    assert [method for method, _ in texts].count("sendPhoto") == 1


async def test_file_that_the_channel_does_not_give_is_named(desk: Group, topic: Topic) -> None:
    assert desk.lotse.messenger is not None
    desk.lotse.messenger.file = RefusedError("too old")
    await desk.sends(Media(type="file", ref="f1", name="rechnung.pdf"), "file-1")
    shown = await desk.sees(topic, "📎 Datei rechnung.pdf")
    assert "konnte" in shown.text or "nicht zu bekommen" in shown.text


def _photo(fake: Any, body: bytes) -> dict[str, Any]:
    fake.files["small"] = fake.files["large"] = ("photos/1.jpg", body)
    sizes = [{"file_id": name, "file_unique_id": name, "width": 9, "height": 9} for name in ("small", "large")]
    return {"photo": sizes}


async def _got(desk: Group) -> Media:
    messenger = desk.lotse.messenger
    assert messenger is not None

    def files() -> list[Media]:
        return [message.content for _, message in messenger.sent if isinstance(message.content, Media)]

    await until(lambda: bool(files()), seconds=15, what="the customer got a file")
    return files()[-1]


async def test_photo_of_the_operator_goes_to_the_customer_as_an_upload(desk: Group, topic: Topic) -> None:
    desk.fake.writes(ANNA, topic.number, caption="So geht es", **_photo(desk.fake, PNG))
    media = await _got(desk)
    assert (media.type, media.mime, media.caption, media.size) == ("photo", "image/png", "So geht es", len(PNG))
    assert media.ref.startswith("upload/")
    assert await desk.lotse.store.people.upload_body(media.ref.removeprefix("upload/")) == PNG
    await desk.quiet()
    assert desk.fake.called("sendPhoto") == []  # it is in the topic already


@pytest.mark.parametrize(
    ("field", "body", "kind"),
    [("voice", OGG, "voice"), ("document", PDF, "file"), ("audio", b"ID3 a song", "audio"), ("sticker", PNG, "photo")],
)
async def test_files_of_other_kinds_go_to_the_customer(
    desk: Group, topic: Topic, field: str, body: bytes, kind: str
) -> None:
    desk.fake.files["f"] = ("f/1", body)
    part = {"file_id": "f", "file_unique_id": "f", "duration": 3, "file_name": "ein/name", "type": "regular"}
    size = {"width": 9, "height": 9, "is_animated": False, "is_video": False}
    sent: dict[str, Any] = {field: part | (size if field == "sticker" else {})}
    desk.fake.writes(ANNA, topic.number, **sent)
    media = await _got(desk)
    assert media.type == kind
    assert "/" not in media.name


async def test_place_of_the_operator_goes_to_the_customer(desk: Group, topic: Topic) -> None:
    desk.fake.writes(ANNA, topic.number, location={"latitude": 53.55, "longitude": 9.99})
    messenger = desk.lotse.messenger
    assert messenger is not None
    wanted = Location(latitude=53.55, longitude=9.99)
    await until(lambda: any(message.content == wanted for _, message in messenger.sent), seconds=15)


async def test_program_is_not_sent_whatever_its_name_says(desk: Group, topic: Topic) -> None:
    desk.fake.files["f"] = ("f/1", b"MZ\x90\0 a program")
    part = {"file_id": "f", "file_unique_id": "f", "file_name": "bild.png", "mime_type": "image/png"}
    desk.fake.writes(ANNA, topic.number, document=part)
    await desk.sees(topic, "nobody should be sent files of this type")
    assert desk.lotse.messenger is not None
    assert not [1 for _, message in desk.lotse.messenger.sent if isinstance(message.content, Media)]


async def test_file_that_is_too_large_is_not_fetched(desk: Group, topic: Topic) -> None:
    part = {"file_id": "f", "file_unique_id": "f", "file_name": "film.mp4", "file_size": 11_000_000}
    desk.fake.writes(ANNA, topic.number, document=part)
    await desk.sees(topic, "files have at most 10 MB")
    assert desk.fake.called("getFile") == []


async def test_file_of_one_who_does_not_hold_the_chat_is_not_fetched(desk: Group, topic: Topic) -> None:
    desk.fake.writes(502, topic.number, **_photo(desk.fake, PNG))
    await desk.sees(topic, "✗ Not sent. Anna has this chat.")
    assert desk.fake.called("getFile") == []


async def test_poll_is_not_sent_and_the_operator_knows(desk: Group, topic: Topic) -> None:
    desk.fake.writes(ANNA, topic.number, dice={"emoji": "🎲", "value": 3})
    await desk.sees(topic, "Not sent: the customer can be given text")


async def test_file_that_can_not_be_fetched_now_is_fetched_later_and_sent_once(desk: Group, topic: Topic) -> None:
    desk.fake.fault(method="getFile", status=502, description="Bad Gateway")
    desk.fake.writes(ANNA, topic.number, **_photo(desk.fake, PNG))
    await until(lambda: desk.fake.counts["getFile"] == 1, seconds=15)
    messenger = desk.lotse.messenger
    assert messenger is not None

    def files() -> int:
        return sum(isinstance(message.content, Media) for _, message in messenger.sent)

    for _ in range(100):
        if files():
            break
        desk.lotse.clock.turn(0.5)
        try:
            await until(lambda: files() > 0, seconds=0.1)
        except TimeoutError:
            continue
    assert files() == 1
