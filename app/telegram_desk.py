"""The desk in Telegram, put together: its bot comes from the settings, all else from what the service has anyway."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta, tzinfo
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import msgspec

from app.ground import Ground, callbacks_of
from app.settings import Settings
from app.telegram_calendar import TelegramCalendar
from app.telegram_knows import TelegramKnows, topics_of
from bots.telegram_desk.ports import Surroundings
from bots.telegram_desk.words import Words
from conversation.content import UPLOAD, Media, MediaType
from conversation.errors import LotseError, RefusedError
from conversation.ports import Channel, Clock
from conversation.records import Chat, Upload
from conversation.topics import TopicStore
from conversation.value import Data
from dialogs.reading.source import read_source
from engine.shell.engine import Engine
from handoff.rights import at_home, may, sees
from store.sql import SqlStore
from web.desk.choices import OUTCOMES
from web.kinds import OGG
from web.uploads import as_media, keep

if TYPE_CHECKING:
    from bots.telegram_desk.desk import TelegramDesk

CODE_HOLDS: Final = timedelta(minutes=30)
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Those that nobody takes for another."""


def incoming_desk(
    ground: Ground, channels: Mapping[str, Channel], worker: Engine | None
) -> dict[str, Callable[[], Awaitable[None]]]:
    """What must run for it: one worker at a time has the duty. Empty where no such bot is set."""
    if worker is None or not is_set(ground.settings):
        return {}
    desk = open_desk(ground, channels, worker)
    return {"telegram desk": worker.duty("telegram desk", desk.run).run}


def is_set(settings: Settings) -> bool:
    """Raises LotseError for half of it, and for the bot that talks with customers."""
    given = settings.telegram_desk
    token = given.token.get_secret_value()
    if not token and not given.group:
        return False
    if not token or not given.group:
        raise LotseError("the desk in Telegram needs both LOTSE_TELEGRAM_DESK__TOKEN and LOTSE_TELEGRAM_DESK__GROUP")
    if token == settings.telegram.token.get_secret_value():
        raise LotseError("LOTSE_TELEGRAM_DESK__TOKEN is the customers' bot: make a second one with @BotFather")
    return True


def open_desk(ground: Ground, channels: Mapping[str, Channel], worker: Engine) -> "TelegramDesk":
    from bots.telegram_desk.desk import TelegramDesk  # python-telegram-bot costs half a second and 40 MB

    given = ground.settings.telegram_desk
    language = given.language or ground.bot.rules().bot.source
    surroundings = Surroundings(
        takes=worker.intake,
        reads=ground.store,
        topics=ground.store.topics,
        knows=TelegramKnows(ground),
        files=_Files(ground, channels),
        calendar=TelegramCalendar(
            callbacks_of(ground.store, ground.bot, ground.clock), worker.intake, ground.bot.rules, ground.clock
        ),
        content=_Content(ground),
        bus=ground.bus,
        presence=ground.presence,
        rates=ground.rates,
        clock=ground.clock,
        ids=ground.ids,
        words=desk_words(language),
        language=language,
        sees=lambda operator, phase: sees(operator, at_home(ground.bot.rules().policy, phase)),
        over=lambda operator: may(operator, "others"),
    )
    return TelegramDesk(given.token.get_secret_value(), given.api.rstrip("/"), given.group, surroundings)


async def look_at_group(settings: Settings) -> tuple[str, str, str]:
    """The bot's name, the group's, and what is to be done; empty where all is well. Raises LotseError."""
    from bots.telegram_desk.api import ForumApi

    given = settings.telegram_desk
    api = ForumApi(given.token.get_secret_value(), given.api.rstrip("/"), given.group)
    try:
        await api.open()
        found = await api.standing()
    finally:
        await api.close()
    todo = desk_words("en").say("en", f"group.{found.problem}", bot=found.bot) if found.problem else ""
    return found.bot, found.title, todo


def desk_words(usual: str) -> Words:
    """The desk's own texts, with those of the web desk that mean the same."""
    root = package_files("locales")
    texts: dict[str, Data] = {}
    for folder in sorted(root.iterdir(), key=lambda item: item.name):
        if not (folder / "telegram_desk.yaml").is_file():
            continue
        own, pages = (
            dict(read_source(f"{folder.name}/{name}", (folder / name).read_bytes()).data)
            for name in ("telegram_desk.yaml", "pages.yaml")
        )
        shared = {name: pages["desk"].get(name, {}) for name in ("notes", "channels", "media", "why")}
        texts[folder.name] = {**shared, **own}
    return Words(texts, usual)


async def make_code(store: SqlStore, clock: Clock, name: str) -> str:
    """A code by which an operator says who they are, in Telegram, within half an hour. Raises LotseError for one who is none."""
    from bots.telegram_desk.codes import code_hash

    if await store.find_operator(name) is None:
        raise LotseError(f"there is no operator {name}; `lotse user add {name}` makes one")
    code = "".join(secrets.choice(_LETTERS) for _ in range(10))
    topics: TopicStore = store.topics
    await topics.offer(code_hash(code), name, clock.now() + CODE_HOLDS)
    return code


class _Content:
    def __init__(self, ground: Ground) -> None:
        self._bot = ground.bot

    def teams(self) -> Sequence[str]:
        return tuple(self._bot.rules().policy.teams)

    def topics(self) -> Sequence[str]:
        """What a chat can be about: what customers mean."""
        return topics_of(self._bot.rules().bot)

    def outcomes(self) -> Sequence[str]:
        return OUTCOMES

    def zone(self) -> tzinfo:
        return ZoneInfo(self._bot.rules().policy.time_zone)


class _Files:
    def __init__(self, ground: Ground, channels: Mapping[str, Channel]) -> None:
        self._bot = ground.bot
        self._people = ground.store.people
        self._channels = channels

    async def fetch(self, chat: Chat, media: Media) -> tuple[str, bytes]:
        if media.ref.startswith("media/"):
            return await self._of_bot(media)
        if media.ref.startswith(UPLOAD):
            body = await self._people.upload_body(media.ref.removeprefix(UPLOAD))
            if body is None:
                raise RefusedError(f"{media.ref} is not kept any more")
            return media.mime, body
        channel = self._channels.get(chat.channel)
        if channel is None:
            raise RefusedError(f"the channel {chat.channel} is not connected")
        return await channel.fetch(media)

    async def _of_bot(self, media: Media) -> tuple[str, bytes]:
        if ".." in media.ref.split("/"):
            raise RefusedError(f"{media.ref!r} leads out of the bot folder's media")
        path = Path(self._bot.root_of(media.ref)) / media.ref
        try:
            return media.mime, await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            raise RefusedError(f"the bot folder has no {media.ref}") from error

    async def keep(self, upload: Upload, body: bytes, kind: MediaType) -> Media:
        made = await keep(self._people, msgspec.structs.replace(upload, name=upload.name or kind), body)
        if made is None:
            raise RefusedError("nobody should send files of this kind")
        media = as_media(made)
        return msgspec.structs.replace(media, type="voice") if kind == "voice" and made.mime == OGG.mime else media
