"""Sending to Telegram's customers."""

import asyncio
import mimetypes
from collections import OrderedDict
from pathlib import Path
from typing import Any

import msgspec
import structlog
from aiogram.methods import (
    GetFile,
    SendAudio,
    SendContact,
    SendDocument,
    SendLocation,
    SendPhoto,
    SendSticker,
    SendVideo,
    SendVoice,
    TelegramMethod,
)
from aiogram.types import BufferedInputFile, FSInputFile, InlineKeyboardMarkup, InputFile

from bots.connector import MediaLink, MediaSource, UploadSource, no_link, no_upload, sized
from bots.limits import limits_of
from bots.shape import ContactPart, LocationPart, MediaPart, Part, TextPart, shape_content
from bots.telegram.answers import Sent, StoredFile
from bots.telegram.api import MAX_DOWNLOAD, AnyCall, BotApi, settle
from bots.telegram.requests import AnswerPress, SendText, ShowAction, keyboard
from bots.telegram.translate import CHANNEL, message_id
from bots.telegram.updates import Keyboard
from conversation.content import UPLOAD, Media, MediaType
from conversation.errors import RefusedError, RetryLaterError, SendError, StoreError, TransientError
from conversation.message import Message

_log = structlog.get_logger("telegram")

_REMEMBERED = 10_000
"""Half-sent messages whose progress is kept."""
_NOTHING_DONE = (0, "")


class TelegramChannel:
    """The sending half of the connector: a ``conversation.ports.Channel``.

    A message that needs several parts is sent part by part. When a later one fails, the next try with the same ``key``
    goes on from it: parts that Telegram confirmed are not sent twice. This is remembered by the process only; after a
    restart the message begins again from its first part (at least once, as for every message).
    """

    def __init__(
        self, api: BotApi, media: MediaSource, link: MediaLink = no_link, upload: UploadSource = no_upload
    ) -> None:
        self._api = api
        self._media = media
        self._link = link
        self._upload = upload
        self._limits = limits_of(CHANNEL)
        self._progress: OrderedDict[str, tuple[int, str]] = OrderedDict()
        self._limited: set[str] = set()
        self._background: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        return CHANNEL

    @property
    def account(self) -> str:
        return self._api.account

    async def send(self, address: str, message: Message, key: str) -> str:
        """Deliver one message; the id of its last part, ``tg:<message id>``. Raises SendError."""
        chat = _chat(address)
        content = sized(message.content, self._media)
        parts = shape_content(content, self._limits, lambda media: self._link(media, CHANNEL, address))
        done, last = self._progress.pop(key, _NOTHING_DONE)
        try:
            for part in parts[done:]:
                sent = await self._api.call(self._request(chat, part, await self._body(part)), Sent)
                done, last = done + 1, message_id(sent.message_id)
        except RetryLaterError as error:
            raise self._limit(address, error) from None
        finally:
            if 0 < done < len(parts):
                self._remember(key, done, last)
        self._limited.clear()
        return last

    async def typing(self, address: str) -> None:
        """Dots for about five seconds; never raises."""
        try:
            await self._api.call(ShowAction(chat_id=_chat(address), action="typing"), bool)
        except SendError as error:
            _log.debug("typing not shown", error=str(error))

    async def fetch(self, media: Media) -> tuple[str, bytes]:
        """A file that the customer sent, at most 20 MB. Raises SendError."""
        if media.size > MAX_DOWNLOAD:
            raise RefusedError(f"Telegram gives out files of at most {MAX_DOWNLOAD} bytes; this one has {media.size}")
        stored = await self._api.call(GetFile(file_id=media.ref), StoredFile)
        if not stored.file_path:
            raise RefusedError("Telegram does not give out this file")
        content = await self._api.download(stored.file_path)
        return media.mime or mimetypes.guess_type(stored.file_path)[0] or "application/octet-stream", content

    def pressed(self, callback_id: str) -> None:
        """Stop the spinner of a pressed button, in the background: the acknowledgement must not wait for it."""
        task = asyncio.get_running_loop().create_task(self._answer(callback_id))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        """Let answers to presses go out (for a second at most), then end the connections."""
        await settle(self._background, 1.0)
        await self._api.close()

    async def _answer(self, callback_id: str) -> None:
        try:
            await self._api.call(AnswerPress(callback_query_id=callback_id), bool)
        except SendError as error:
            _log.debug("press not answered", error=str(error))

    def _remember(self, key: str, done: int, last: str) -> None:
        self._progress[key] = (done, last)
        while len(self._progress) > _REMEMBERED:
            self._progress.popitem(last=False)

    def _limit(self, address: str, error: RetryLaterError) -> RetryLaterError:
        """One chat's limit, or the account's where two chats were told to wait with no success between."""
        self._limited.add(address)
        return RetryLaterError(error.seconds, account_wide=len(self._limited) > 1)

    async def _body(self, part: Part) -> bytes:
        """An operator's file, from the store. Raises SendError."""
        if not isinstance(part, MediaPart) or not part.media.ref.startswith(UPLOAD):
            return b""
        try:
            body = await self._upload(part.media.ref.removeprefix(UPLOAD))
        except StoreError as error:
            raise TransientError(f"the operator's file could not be read: {error}") from error
        if body is None:
            raise RefusedError("the operator's file is not there any more: send it again")
        return body

    def _request(self, chat: int, part: Part, body: bytes = b"") -> AnyCall:
        match part:
            case TextPart(text=text, buttons=buttons):
                return SendText(chat_id=chat, text=text, reply_markup=keyboard(buttons))
            case MediaPart(media=media, buttons=buttons):
                return _send_file(chat, media, self._file(media, body), keyboard(buttons))
            case LocationPart(location=point):
                return SendLocation(chat_id=chat, latitude=point.latitude, longitude=point.longitude)
            case ContactPart(contact=card):
                return SendContact(chat_id=chat, phone_number=card.phone, first_name=card.name or card.phone)

    def _file(self, media: Media, body: bytes) -> InputFile | str:
        """A file of the bot folder or of an operator (``body``) is uploaded; anything else is an id or address that Telegram knows."""
        if media.ref.startswith(UPLOAD):
            return BufferedInputFile(body, filename=media.name or "file")
        if not media.ref.startswith("media/"):
            return media.ref
        if ".." in media.ref.split("/"):
            raise RefusedError(f"{media.ref!r} leads out of the bot folder's media")
        try:
            source = self._media(media.ref)
        except (OSError, KeyError) as error:
            raise RefusedError(f"the bot folder has no {media.ref}: put it there or change the text") from error
        name = media.name or media.ref.rpartition("/")[2]
        if isinstance(source, Path):
            if not source.is_file():
                raise RefusedError(f"the bot folder has no {media.ref}: put it there or change the text")
            return FSInputFile(source, filename=name)
        return BufferedInputFile(source, filename=name)


def _chat(address: str) -> int:
    try:
        return int(address)
    except ValueError:
        raise RefusedError(f"{address!r} is not the id of a Telegram chat") from None


_SEND: dict[MediaType, tuple[type[TelegramMethod[Any]], str]] = {
    "photo": (SendPhoto, "photo"),
    "file": (SendDocument, "document"),
    "audio": (SendAudio, "audio"),
    "video": (SendVideo, "video"),
    "voice": (SendVoice, "voice"),
    "sticker": (SendSticker, "sticker"),
}


def _send_file(chat: int, media: Media, file: InputFile | str, keys: Keyboard | None) -> TelegramMethod[Any]:
    method, field = _SEND[media.type]
    fields: dict[str, Any] = {"chat_id": chat, field: file}
    if keys:
        fields["reply_markup"] = InlineKeyboardMarkup.model_validate(msgspec.to_builtins(keys))
    if media.caption:
        fields |= {"caption": media.caption, "parse_mode": None}
    return method(**fields)
