"""The Bot API for one group, by python-telegram-bot; its errors become ours. Of this folder only this and ``updates.py`` know it."""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any, Final

from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, ReplyParameters, Update
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from bots.bot_api import Answer, ConflictError, result_in
from bots.telegram_desk.updates import KINDS
from conversation.content import Location, MediaType
from conversation.errors import (
    AmbiguousError,
    RecipientGoneError,
    RefusedError,
    RetryLaterError,
    SendError,
    TransientError,
)
from conversation.value import Value

HOLD: Final = 25
"""Seconds that Telegram keeps an empty answer back."""
LARGEST: Final = 50_000_000
"""Bytes of a file that a bot may send; it may fetch 20,000,000."""
FETCHED: Final = 20_000_000
_PATIENCE: Final = 20.0
_GONE: Final = ("thread not found", "topic_deleted", "topic_id_invalid", "topic not found")
_DONE: Final = ("not modified", "not_modified", "topic_closed", "message to delete not found")


class TopicGoneError(RefusedError):
    """Somebody deleted the topic."""


class BusyError(RetryLaterError):
    """Another process fetches this bot's messages."""

    def __init__(self) -> None:
        super().__init__(10.0)


class Standing(Value, frozen=True, kw_only=True):
    """What the bot is in the group. ``problem``: a key of the words, empty where all is well."""

    bot: str
    title: str
    problem: str = ""


class _SaidError(TelegramError):
    """What Telegram said, in our words: python-telegram-bot lets its own errors pass."""

    def __init__(self, error: SendError) -> None:
        super().__init__(str(error))
        self.error = error


class _Request(HTTPXRequest):
    """Reads what went wrong before python-telegram-bot does: codes mean here what they mean to the customers' bot, and a refused
    token stands in no message."""

    async def do_request(self, url: str, *args: Any, **fields: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(url, *args, **fields)
        if status >= 300:
            try:
                result_in(Answer(status=status, body=body), url.rpartition("/")[2])
            except SendError as error:
                raise _SaidError(error) from None
        return status, body


class ForumApi:
    """``group``: the id of the operators' group."""

    def __init__(self, token: str, api: str, group: int) -> None:
        self.group = group
        fetching = _Request(connection_pool_size=1, read_timeout=_PATIENCE, connect_timeout=_PATIENCE)
        sending = _Request(
            connection_pool_size=8, read_timeout=_PATIENCE, write_timeout=_PATIENCE, connect_timeout=_PATIENCE
        )
        self._bot = Bot(
            token,
            base_url=f"{api}/bot",
            base_file_url=f"{api}/file/bot",
            request=sending,
            get_updates_request=fetching,
        )
        self._icons: Mapping[str, str] | None = None

    async def open(self) -> None:
        """Raises SendError."""
        async with _ours():
            await self._bot.initialize()

    async def close(self) -> None:
        try:
            await self._bot.shutdown()
        except TelegramError:
            return

    async def standing(self) -> Standing:
        """Whether the bot can work in the group. Raises SendError."""
        name = self._bot.username
        try:
            async with _ours():
                group = await self._bot.get_chat(self.group)
                member = await self._bot.get_chat_member(self.group, self._bot.id)
        except (RefusedError, RecipientGoneError):
            return Standing(bot=name, title="", problem="not_member")
        title = group.title or ""
        if not group.is_forum:
            return Standing(bot=name, title=title, problem="no_forum")
        if member.status not in ("administrator", "creator"):
            return Standing(bot=name, title=title, problem="no_admin")
        if not getattr(member, "can_manage_topics", False):
            return Standing(bot=name, title=title, problem="no_topics")
        if not getattr(member, "can_pin_messages", False):
            return Standing(bot=name, title=title, problem="no_pins")
        return Standing(bot=name, title=title)

    async def name_commands(self, commands: Mapping[str, str], language: str) -> None:
        """What Telegram offers after a slash; in ``language``, empty for all others."""
        async with _ours():
            listed = [BotCommand(name, told) for name, told in commands.items()]
            await self._bot.set_my_commands(listed, language_code=language or None)

    # ── what comes in ────────────────────────────────────────────────────────────────────────────────────────────────

    async def updates(self, offset: int) -> Sequence[Update]:
        try:
            async with _ours():
                return await self._bot.get_updates(
                    offset=offset or None, timeout=HOLD, read_timeout=HOLD + 5, allowed_updates=list(KINDS)
                )
        except ConflictError as error:
            raise BusyError from error

    async def drop_hook(self) -> None:
        async with _ours():
            await self._bot.delete_webhook()

    async def fetch(self, file: str) -> bytes:
        async with _ours():
            found = await self._bot.get_file(file)
            return bytes(await found.download_as_bytearray())

    async def pressed(self, query: str, text: str = "") -> None:
        async with _ours():
            await self._bot.answer_callback_query(query, text=text or None)

    # ── topics ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def make(self, title: str, icon: str) -> int:
        async with _ours():
            picture = await self._icon(icon)
            made = await self._bot.create_forum_topic(
                self.group, _named(title, icon, picture), icon_custom_emoji_id=picture
            )
            return made.message_thread_id

    async def retitle(self, topic: int, title: str, icon: str) -> None:
        picture = await self._icon(icon)
        await self._change(
            self._bot.edit_forum_topic(self.group, topic, _named(title, icon, picture), icon_custom_emoji_id=picture)
        )

    async def reopen(self, topic: int) -> None:
        await self._change(self._bot.reopen_forum_topic(self.group, topic))

    async def shut(self, topic: int) -> None:
        await self._change(self._bot.close_forum_topic(self.group, topic))

    async def pin(self, message: int) -> None:
        await self._change(self._bot.pin_chat_message(self.group, message, disable_notification=True))

    async def _change(self, call: Awaitable[object]) -> None:
        """What is so already is as good as done."""
        try:
            async with _ours():
                await call
        except RefusedError as error:
            if not any(words in str(error).lower() for words in _DONE):
                raise

    async def _icon(self, emoji: str) -> str | None:
        """Telegram's own picture for it, if there is one."""
        if self._icons is None:
            async with _ours():
                found = await self._bot.get_forum_topic_icon_stickers()
            self._icons = {
                _bare(sticker.emoji): sticker.custom_emoji_id
                for sticker in found
                if sticker.emoji and sticker.custom_emoji_id
            }
        return self._icons.get(_bare(emoji))

    # ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def say(
        self,
        topic: int,
        html: str,
        keys: Sequence[tuple[str, str]] = (),
        *,
        reply_to: int = 0,
        chat: int = 0,
        quiet: bool = False,
    ) -> int:
        """The id of the message. ``chat``: somewhere else than in the group."""
        async with _ours():
            sent = await self._bot.send_message(
                chat or self.group,
                html,
                parse_mode="HTML",
                message_thread_id=topic or None,
                reply_markup=_keyboard(keys),
                reply_parameters=_reply(reply_to),
                disable_notification=quiet,
                disable_web_page_preview=True,
            )
            return sent.message_id

    async def change(self, message: int, html: str, keys: Sequence[tuple[str, str]]) -> None:
        await self._change(
            self._bot.edit_message_text(
                html,
                self.group,
                message,
                parse_mode="HTML",
                reply_markup=_keyboard(keys),
                disable_web_page_preview=True,
            )
        )

    async def place(self, topic: int, point: Location, title: str) -> None:
        async with _ours():
            await self._bot.send_venue(
                self.group,
                point.latitude,
                point.longitude,
                title=title,
                address=f"{point.latitude:.5f}, {point.longitude:.5f}",
                message_thread_id=topic,
            )

    async def file(self, topic: int, kind: MediaType, body: bytes, name: str, caption: str) -> None:
        """``caption`` is plain."""
        file = InputFile(BytesIO(body), filename=name)
        more: dict[str, Any] = {"message_thread_id": topic, "write_timeout": 60.0}
        async with _ours():
            match kind:
                case "photo":
                    await self._bot.send_photo(self.group, file, caption=caption, **more)
                case "video":
                    await self._bot.send_video(self.group, file, caption=caption, **more)
                case "voice":
                    await self._bot.send_voice(self.group, file, caption=caption, **more)
                case "audio":
                    await self._bot.send_audio(self.group, file, caption=caption, **more)
                case "file" | "sticker":
                    await self._bot.send_document(self.group, file, caption=caption, **more)


def _keyboard(keys: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup | None:
    """Two in a row."""
    if not keys:
        return None
    buttons = [InlineKeyboardButton(label, callback_data=payload) for label, payload in keys]
    return InlineKeyboardMarkup([buttons[at : at + 2] for at in range(0, len(buttons), 2)])


def _reply(message: int) -> ReplyParameters | None:
    """An answer to a message that was deleted meanwhile is still said."""
    return ReplyParameters(message, allow_sending_without_reply=True) if message else None


def _named(title: str, icon: str, picture: str | None) -> str:
    """The sign stands in the name where there is no picture for it."""
    return title if picture else f"{icon} {title}"[:128]


def _bare(emoji: str) -> str:
    return emoji.replace("\ufe0f", "")


@asynccontextmanager
async def _ours() -> AsyncIterator[None]:
    """Raises SendError for whatever Telegram or the way there says."""
    try:
        yield
    except _SaidError as said:
        if isinstance(said.error, RefusedError) and any(words in str(said.error).lower() for words in _GONE):
            raise TopicGoneError(str(said.error)) from said
        raise said.error from said
    except TimedOut as error:
        raise AmbiguousError(str(error)) from error
    except NetworkError as error:
        raise TransientError(str(error)) from error
    except TelegramError as error:
        raise SendError(str(error)) from error
