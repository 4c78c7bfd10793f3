import asyncio
import dataclasses
import os
import socket
from pathlib import Path

import msgspec
import pytest

from bots.connector import Surroundings
from bots.telegram.api import BotApi, settle
from bots.telegram.channel import TelegramChannel
from bots.telegram.connector import TelegramConnector, TelegramSettings
from conversation.content import Button, Contact, Location, Media, Prompt, Text
from conversation.errors import (
    AccountDownError,
    AmbiguousError,
    MigratedError,
    RecipientGoneError,
    RefusedError,
    RetryLaterError,
    SendError,
    StoreError,
    TransientError,
)
from tests.support.connector_surroundings import bot_says
from tests.support.fake_telegram import TOKEN, FakeTelegram

HELLO = bot_says(Text(text="Hallo"))
LONG = bot_says(Text(text="x" * 9000))


@pytest.fixture
def channel(connector: TelegramConnector) -> TelegramChannel:
    return connector.channel


def keys(markup: dict[str, list[list[dict[str, str]]]]) -> list[list[tuple[str, str]]]:
    return [[(key["text"], key["callback_data"]) for key in row] for row in markup["inline_keyboard"]]


async def test_text_arrives_as_plain_text(fake: FakeTelegram, channel: TelegramChannel) -> None:
    id_ = await channel.send("7", bot_says(Text(text="<b>1 < 2</b> *a* _b_")), "k1")
    (call,) = fake.sent()
    assert (call.method, call.chat, call.fields["text"]) == ("sendMessage", 7, "<b>1 < 2</b> *a* _b_")
    assert "parse_mode" not in call.fields
    assert id_ == f"tg:{call.message_id}"
    assert channel.account == TOKEN.split(":")[0]


async def test_a_file_beyond_what_telegram_takes_is_a_link_to_it(
    fake: FakeTelegram, surroundings: Surroundings
) -> None:
    signed = dataclasses.replace(surroundings, link=lambda media, channel, to: f"https://x/{channel}/{to}/{media.name}")
    made = TelegramConnector(TelegramSettings(token=TOKEN, api=fake.url), signed)
    path = surroundings.media("media/film.mp4")
    assert isinstance(path, Path)
    path.touch()
    os.truncate(path, 50_000_001)
    film = Media(type="video", ref="media/film.mp4", name="film.mp4")
    await made.channel.send("7", bot_says(Prompt(text="So geht es:", attach=film)), "k1")
    await made.close()
    (call,) = fake.sent()
    assert (call.method, call.fields["text"]) == ("sendMessage", "So geht es:\nfilm.mp4 https://x/telegram/7/film.mp4")


async def test_short_buttons_share_rows_and_long_ones_do_not(fake: FakeTelegram, channel: TelegramChannel) -> None:
    short = tuple(Button(payload=f"p{n}", label=f"Nr. {n}") for n in range(3))
    long = (Button(payload="a", label="Ich habe kein Internet"), Button(payload="b", label="Ja"))
    await channel.send("7", bot_says(Prompt(text="?", buttons=short)), "k1")
    await channel.send("7", bot_says(Prompt(text="?", buttons=long)), "k2")
    first, second = (keys(call.fields["reply_markup"]) for call in fake.sent())
    assert first == [[("Nr. 0", "p0"), ("Nr. 1", "p1")], [("Nr. 2", "p2")]]
    assert second == [[("Ich habe kein Internet", "a")], [("Ja", "b")]]


async def test_photo_of_the_bot_folder_is_uploaded(fake: FakeTelegram, channel: TelegramChannel) -> None:
    photo = Media(type="photo", ref="media/router.jpg")
    await channel.send(
        "7", bot_says(Prompt(text="So?", buttons=(Button(payload="y", label="Ja"),), attach=photo)), "k1"
    )
    (call,) = fake.sent()
    assert call.method == "sendPhoto"
    assert list(call.files.values()) == [b"\xff\xd8 a router"]
    assert call.fields["caption"] == "So?"
    assert keys(call.fields["reply_markup"]) == [[("Ja", "y")]]


@pytest.mark.parametrize(
    ("type_", "method"),
    [
        ("file", "sendDocument"),
        ("audio", "sendAudio"),
        ("video", "sendVideo"),
        ("voice", "sendVoice"),
        ("sticker", "sendSticker"),
    ],
)
async def test_other_files_use_their_own_method(
    fake: FakeTelegram, connector: TelegramConnector, type_: str, method: str
) -> None:
    media = msgspec.convert({"type": type_, "ref": "AgACx"}, Media)
    await connector.channel.send("7", bot_says(media), "k1")
    (call,) = fake.sent()
    assert call.method == method
    assert "AgACx" in call.fields.values()


async def test_media_given_as_bytes_are_uploaded(fake: FakeTelegram) -> None:
    channel = TelegramChannel(BotApi(TOKEN, fake.url), lambda ref: b"%PDF " + ref.encode())
    try:
        await channel.send("7", bot_says(Media(type="file", ref="media/a.pdf")), "k1")
    finally:
        await channel.close()
    assert list(fake.sent()[0].files.values()) == [b"%PDF media/a.pdf"]


async def test_file_that_the_bot_folder_lacks_is_refused(fake: FakeTelegram, channel: TelegramChannel) -> None:
    with pytest.raises(RefusedError, match=r"media/gone\.jpg"):
        await channel.send("7", bot_says(Media(type="photo", ref="media/gone.jpg")), "k1")
    assert fake.calls == []


async def test_file_outside_of_the_media_folder_is_refused(
    fake: FakeTelegram, channel: TelegramChannel, media: Path
) -> None:
    (media / "secret.env").write_bytes(b"token")
    with pytest.raises(RefusedError, match="leads out"):
        await channel.send("7", bot_says(Media(type="file", ref="media/../secret.env")), "k1")
    assert fake.calls == []


async def test_place_and_card_are_sent_as_such(fake: FakeTelegram, channel: TelegramChannel) -> None:
    await channel.send("7", bot_says(Location(latitude=53.55, longitude=10.0)), "k1")
    await channel.send("7", bot_says(Contact(phone="+4940", name="Nordnetz")), "k2")
    assert [call.method for call in fake.sent()] == ["sendLocation", "sendContact"]
    assert float(fake.sent()[0].fields["latitude"]) == 53.55


async def test_long_text_arrives_whole_in_order(fake: FakeTelegram, channel: TelegramChannel) -> None:
    text = " ".join(f"слово{n}👍🏽" for n in range(900))
    await channel.send("7", bot_says(Text(text=text)), "k1")
    assert len(fake.sent()) > 1
    assert "".join(call.fields["text"] for call in fake.sent()) == text


# ── what goes wrong ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 403, "description": "Forbidden: bot was blocked by the user"}, RecipientGoneError),
        ({"status": 403, "description": "Forbidden: user is deactivated"}, RecipientGoneError),
        ({"status": 400, "description": "Bad Request: chat not found"}, RecipientGoneError),
        ({"status": 400, "description": "Bad Request: can't parse entities"}, RefusedError),
        ({"status": 413, "description": "Request Entity Too Large"}, RefusedError),
        ({"status": 401, "description": "Unauthorized"}, AccountDownError),
        ({"status": 404, "description": "Not Found"}, AccountDownError),
        ({"status": 500, "description": "Internal Server Error"}, TransientError),
        ({"status": 502, "description": "Bad Gateway"}, TransientError),
        ({"status": 502, "raw": "<html>Bad Gateway</html>"}, TransientError),
        ({"status": 403, "raw": "<html>a proxy says no</html>"}, TransientError),
        ({"status": 413, "raw": "<html>too large</html>"}, RefusedError),
        ({"status": 504, "raw": "<html>Gateway Time-out</html>"}, AmbiguousError),
        ({"raw": "<html>welcome to the hotel's network</html>"}, AmbiguousError),
        ({"raw": '{"ok":true,"result":{}}'}, AmbiguousError),
        ({"cut": "before"}, AmbiguousError),
        ({"cut": "after"}, AmbiguousError),
    ],
)
async def test_failure_is_told_as_what_follows_from_it(
    fake: FakeTelegram, channel: TelegramChannel, fault: dict[str, object], error: type[SendError]
) -> None:
    fake.fault(method="sendMessage", **fault)
    with pytest.raises(SendError) as caught:
        await channel.send("7", HELLO, "k1")
    assert type(caught.value) is error
    assert TOKEN not in str(caught.value)
    await channel.send("7", HELLO, "k1")
    assert fake.sent()[-1].fields["text"] == "Hallo"


async def test_cut_after_acceptance_left_the_message_there(fake: FakeTelegram, channel: TelegramChannel) -> None:
    fake.fault(method="sendMessage", cut="after")
    with pytest.raises(AmbiguousError):
        await channel.send("7", HELLO, "k1")
    assert len(fake.sent()) == 1


async def test_rate_limit_says_how_long_to_wait(fake: FakeTelegram, channel: TelegramChannel) -> None:
    fake.fault(status=429, description="Too Many Requests: retry after 7", retry_after=7)
    with pytest.raises(RetryLaterError) as caught:
        await channel.send("7", HELLO, "k1")
    assert (caught.value.seconds, caught.value.account_wide) == (7, False)


async def test_rate_limit_of_two_chats_in_a_row_is_the_accounts(fake: FakeTelegram, channel: TelegramChannel) -> None:
    async def limited(chat: str) -> bool:
        fake.fault(status=429, description="Too Many Requests: retry after 7", retry_after=7)
        with pytest.raises(RetryLaterError) as caught:
            await channel.send(chat, HELLO, f"k{chat}")
        return caught.value.account_wide

    assert [await limited("7"), await limited("7"), await limited("8")] == [False, False, True]
    await channel.send("7", HELLO, "k9")
    assert not await limited("8")


async def test_moved_chat_tells_its_new_address(fake: FakeTelegram, channel: TelegramChannel) -> None:
    fake.fault(status=400, description="Bad Request: group chat was upgraded to a supergroup chat", migrate_to=-1001)
    with pytest.raises(MigratedError) as caught:
        await channel.send("-5", HELLO, "k1")
    assert caught.value.address == "-1001"


async def test_refused_connection_surely_sent_nothing(surroundings: Surroundings) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    channel = TelegramChannel(BotApi(TOKEN, f"http://127.0.0.1:{port}"), surroundings.media)
    try:
        with pytest.raises(TransientError):
            await channel.send("7", HELLO, "k1")
    finally:
        await channel.close()


async def test_answer_that_comes_too_late_is_ambiguous(fake: FakeTelegram) -> None:
    channel = TelegramChannel(BotApi(TOKEN, fake.url, seconds=0.05), Path)
    fake.fault(method="sendMessage", hold=5)
    try:
        with pytest.raises(AmbiguousError):
            await channel.send("7", HELLO, "k1")
    finally:
        await channel.close()


async def test_wrong_token_is_the_accounts_trouble(fake: FakeTelegram) -> None:
    channel = TelegramChannel(BotApi("43:another-token-another-token", fake.url), Path)
    try:
        with pytest.raises(AccountDownError):
            await channel.send("7", HELLO, "k1")
    finally:
        await channel.close()


async def test_half_a_character_is_refused(fake: FakeTelegram, channel: TelegramChannel) -> None:
    with pytest.raises(RefusedError):
        await channel.send("7", bot_says(Text(text="half \ud83d")), "k1")
    assert fake.sent() == []


async def test_garbage_on_the_line_is_ambiguous_and_shows_no_token() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    channel = TelegramChannel(BotApi(TOKEN, f"http://127.0.0.1:{port}"), Path)
    try:
        with pytest.raises(AmbiguousError) as caught:
            await channel.send("7", HELLO, "k1")
    finally:
        await channel.close()
        server.close()
        await server.wait_closed()
    assert TOKEN.partition(":")[2] not in f"{caught.value} {caught.value.__cause__}"


async def test_address_of_another_channel_is_refused(channel: TelegramChannel) -> None:
    with pytest.raises(RefusedError, match="mail@example"):
        await channel.send("mail@example.org", HELLO, "k1")


async def test_retry_goes_on_from_the_part_that_failed(fake: FakeTelegram, channel: TelegramChannel) -> None:
    fake.fault(method="sendMessage", skip=1, status=500, description="Internal Server Error")
    with pytest.raises(TransientError):
        await channel.send("7", LONG, "k1")
    assert len(fake.sent()) == 1
    last = await channel.send("7", LONG, "k1")
    assert [len(call.fields["text"]) for call in fake.sent()] == [4096, 4096, 808]
    assert last == f"tg:{fake.sent()[-1].message_id}"


async def test_retry_that_fails_at_its_first_call_keeps_its_place(fake: FakeTelegram, channel: TelegramChannel) -> None:
    fake.fault(method="sendMessage", skip=1, times=3, status=500, description="Internal Server Error")
    for _ in range(3):
        with pytest.raises(TransientError):
            await channel.send("7", LONG, "k1")
    await channel.send("7", LONG, "k1")
    assert [len(call.fields["text"]) for call in fake.sent()] == [4096, 4096, 808]


async def test_another_message_starts_with_its_own_first_part(fake: FakeTelegram, channel: TelegramChannel) -> None:
    fake.fault(method="sendMessage", skip=1, status=500, description="Internal Server Error")
    with pytest.raises(TransientError):
        await channel.send("7", LONG, "k1")
    await channel.send("7", LONG, "k2")
    assert [len(call.fields["text"]) for call in fake.sent()] == [4096, 4096, 4096, 808]


# ── typing, presses, files ───────────────────────────────────────────────────────────────────────────────────────────


async def test_typing_is_shown_and_never_raises(fake: FakeTelegram, channel: TelegramChannel) -> None:
    fake.fault(method="sendChatAction", status=500, description="Internal Server Error")
    for address in ("7", "7", "not a chat"):
        await channel.typing(address)
    assert [call.fields["action"] for call in fake.called("sendChatAction")] == ["typing", "typing"]


async def test_press_is_answered_in_the_background_and_never_raises(
    fake: FakeTelegram, channel: TelegramChannel
) -> None:
    fake.fault(method="answerCallbackQuery", status=400, description="Bad Request: query is too old")
    channel.pressed("q1")
    channel.pressed("q2")
    await channel.close()
    assert {call.fields["callback_query_id"] for call in fake.called("answerCallbackQuery")} == {"q1", "q2"}


async def test_customers_file_is_fetched_with_its_type(fake: FakeTelegram, channel: TelegramChannel) -> None:
    fake.files = {"AgACx": ("photos/file_3.jpg", b"\xff\xd8"), "AwAC1": ("voice/file_4.oga", b"OggS")}
    assert await channel.fetch(Media(type="photo", ref="AgACx")) == ("image/jpeg", b"\xff\xd8")
    assert await channel.fetch(Media(type="voice", ref="AwAC1", mime="audio/ogg")) == ("audio/ogg", b"OggS")


async def test_file_that_is_gone_or_too_large_is_refused(fake: FakeTelegram, channel: TelegramChannel) -> None:
    with pytest.raises(RefusedError):
        await channel.fetch(Media(type="photo", ref="gone"))
    with pytest.raises(RefusedError, match="20971520"):
        await channel.fetch(Media(type="video", ref="film", size=30_000_000))
    fake.files["film"] = ("videos/film.mp4", bytes(20 * 1024 * 1024 + 1))
    with pytest.raises(RefusedError):
        await channel.fetch(Media(type="video", ref="film"))


@pytest.mark.parametrize("fault", [{"status": 502, "raw": "<html>"}, {"cut": "before", "times": 2}])
async def test_broken_download_can_be_tried_again(
    fake: FakeTelegram, channel: TelegramChannel, fault: dict[str, object]
) -> None:
    fake.files["AgACx"] = ("photos/file_3.jpg", b"\xff\xd8")
    fake.fault(method="download", **fault)
    with pytest.raises(TransientError) as caught:
        await channel.fetch(Media(type="photo", ref="AgACx"))
    assert TOKEN not in str(caught.value)
    assert (await channel.fetch(Media(type="photo", ref="AgACx")))[1] == b"\xff\xd8"


async def test_chats_are_sent_to_side_by_side(fake: FakeTelegram, channel: TelegramChannel) -> None:
    await asyncio.gather(*(channel.send(str(chat), HELLO, f"k{chat}") for chat in range(1, 30)))
    assert {call.chat for call in fake.sent()} == set(range(1, 30))


async def test_answer_to_a_press_that_hangs_is_given_up_at_the_end() -> None:
    hanging = asyncio.create_task(asyncio.Event().wait())
    done = asyncio.create_task(asyncio.sleep(0))
    await settle((hanging, done), 0.01)
    assert hanging.cancelled()
    assert not done.cancelled()


async def with_upload(fake: FakeTelegram, body: bytes | StoreError | None) -> TelegramChannel:
    async def upload(_: str) -> bytes | None:
        if isinstance(body, StoreError):
            raise body
        return body

    return TelegramChannel(BotApi(TOKEN, fake.url), lambda ref: b"bot folder " + ref.encode(), upload=upload)


@pytest.mark.parametrize(("type_", "method"), [("photo", "sendPhoto"), ("file", "sendDocument")])
async def test_a_file_of_an_operator_goes_out_with_its_bytes_and_name(
    fake: FakeTelegram, type_: str, method: str
) -> None:
    media = msgspec.convert({"type": type_, "ref": "upload/u1", "name": "Plan.png", "caption": "Bitte"}, Media)
    channel = await with_upload(fake, b"bytes")
    try:
        await channel.send("7", bot_says(media), "k1")
    finally:
        await channel.close()
    (call,) = fake.sent()
    assert (call.method, call.fields["caption"], list(call.files.values())) == (method, "Bitte", [b"bytes"])


@pytest.mark.parametrize(
    ("body", "error"), [(None, RefusedError), (StoreError("the database restarts"), TransientError)]
)
async def test_a_file_of_an_operator_that_can_not_be_read_is_not_sent(
    fake: FakeTelegram, body: StoreError | None, error: type[SendError]
) -> None:
    channel = await with_upload(fake, body)
    try:
        with pytest.raises(error):
            await channel.send("7", bot_says(Media(type="file", ref="upload/u1")), "k1")
    finally:
        await channel.close()
    assert fake.sent() == []
