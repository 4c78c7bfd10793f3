"""The composition root: every part is made here and handed to those that need it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.resources import files as package_files
from pathlib import Path
from typing import Final

import msgspec
import structlog
from aiohttp import web

from actions.runner import RasaActions
from app.bot_folder import LiveBot
from app.clock import RandomIds, SystemClock
from app.passwords import first_operator, verify
from app.settings import Settings
from bots.connector import Connector, Surroundings
from bots.registry import connector
from conversation.news import TypingNews
from conversation.ports import Channel, Chat, Clock, Ids, Inbound
from conversation.value import Data
from dialogs.source import read_source
from engine.shell.engine import Engine
from engine.shell.outbox import AmbiguousPolicy, no_point
from nlu.service import open_nlu
from store.bus import MemoryBus
from store.sql import SqlStore
from web.deps import Deps
from web.server import make_app

SECRET_BYTES: Final = 32
_log = structlog.get_logger(__name__)


class Service:
    """A running service. ``app`` is its HTTP side, not yet listening."""

    def __init__(
        self, *, app: web.Application, engine: Engine, store: SqlStore, bot: LiveBot, stop: Callable[[], None]
    ) -> None:
        self.app = app
        self.engine = engine
        self.store = store
        self.bot = bot
        self.stop = stop
        """Say that no more work should come: ``/readyz`` answers 503 from here on."""


class _Takes:
    """The engine as the web layer sees it."""

    def __init__(self, engine: Engine) -> None:
        self.operate = engine.operate
        self._engine = engine

    async def receive(self, inbound: Inbound, chat: str = "") -> bool:
        return await self._engine.receive(inbound, chat)

    async def typing(self, news: TypingNews, chat: Chat | None = None) -> None:
        await self._engine.feed.typing(news, chat)


@asynccontextmanager
async def open_service(
    settings: Settings,
    *,
    clock: Clock | None = None,
    at: Callable[[str], None] = no_point,
    open_store: Callable[[str], Awaitable[SqlStore]] | None = None,
) -> AsyncIterator[Service]:
    """Everything up and working; on leaving, what is in hand is finished. Raises LotseError with what to do."""
    clock = clock or SystemClock()
    ids = RandomIds(clock)
    settings.var.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        bot = LiveBot(settings.bot, clock)
        store = await (open_store(settings.database_url) if open_store else SqlStore.open(settings.database_url, at=at))
        stack.push_async_callback(store.close)
        await first_operator(store, settings.var)
        connectors = await _connectors(settings, store=store, bot=bot, clock=clock, ids=ids, engine=lambda: engine)
        for made in connectors.values():
            stack.push_async_callback(made.close)
        channels: dict[str, Channel] = {name: made.channel for name, made in connectors.items()}
        bus = MemoryBus()
        actions = RasaActions(settings.bot, settings.var)
        engine = Engine(
            store=store,
            rules=bot.rules,
            nlu=await open_nlu(nlu_examples(settings.bot), settings.var / "nlu"),
            actions=actions,
            repeatable=lambda name: name in actions.catalogue.actions and actions.catalogue.actions[name].repeat_safe,
            bus=bus,
            channels=channels,
            policies=_policies(settings),
            clock=clock,
            ids=ids,
            at=at,
        )
        running = True

        def stop() -> None:
            nonlocal running
            running = False

        app = make_app(
            Deps(
                engine=_Takes(engine),
                store=store,
                bus=bus,
                channels=channels,
                hooks={name: made.hook for name, made in connectors.items() if made.hook},
                rules=bot.rules,
                problems=lambda: bot.problems,
                loaded_at=lambda: bot.loaded_at,
                verify=verify,
                clock=clock,
                ids=ids,
                media=settings.bot,
                pages=Path(str(package_files("web"))) / "static",
                texts=_page_texts(),
                origins=tuple(settings.web.origins),
                secure_cookies=settings.web.public_url.startswith("https:"),
                webchat_secret=await store.secret("webchat", secrets.token_bytes(SECRET_BYTES)),
                ready=lambda: running,
            )
        )
        await engine.start()
        stack.push_async_callback(engine.stop)
        stack.push_async_callback(_cancel, [asyncio.create_task(made.run()) for made in connectors.values()])
        stack.push_async_callback(_cancel, [asyncio.create_task(bot.watch())])
        yield Service(app=app, engine=engine, store=store, bot=bot, stop=stop)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _connectors(
    settings: Settings, *, store: SqlStore, bot: LiveBot, clock: Clock, ids: Ids, engine: Callable[[], Engine]
) -> dict[str, Connector]:
    """The channels that are configured."""

    async def receive(inbound: Inbound) -> bool:
        return await engine().receive(inbound)

    surroundings = Surroundings(receive=receive, ids=ids, clock=clock, media=lambda ref: bot.folder / ref)
    wanted: dict[str, Mapping[str, Data]] = {}
    if settings.telegram.token.get_secret_value():
        wanted["telegram"] = await _telegram(settings, store)
    return {name: connector(name)(given, surroundings) for name, given in wanted.items()}


async def _telegram(settings: Settings, store: SqlStore) -> dict[str, Data]:
    given = settings.telegram
    made = await store.secret("telegram_hook", secrets.token_hex(SECRET_BYTES).encode())
    public = settings.web.public_url.rstrip("/")
    return {
        "token": given.token.get_secret_value(),
        "api": given.api,
        "public_url": f"{public}/hooks/telegram" if public else "",
        "secret": given.secret.get_secret_value() or made.decode(),
    }


def _policies(settings: Settings) -> dict[str, AmbiguousPolicy]:
    return {"telegram": settings.telegram.ambiguous}


def nlu_examples(folder: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted((folder / "nlu").glob("*.yaml"))}


def _page_texts() -> dict[str, bytes]:
    """Language → the labels of the pages, with English where one is missing."""
    root = package_files("locales")
    found = {}
    for folder in sorted(root.iterdir(), key=lambda item: item.name):
        file = folder / "pages.yaml"
        if folder.is_dir() and file.is_file():
            data = read_source(f"{folder.name}/pages.yaml", file.read_bytes()).data
            found[folder.name] = dict(data)
    return {
        language: msgspec.json.encode({"language": language, **_filled(data, found["en"])})
        for language, data in found.items()
    }


def _filled(data: Data, english: Data) -> Data:
    if not isinstance(english, dict) or not isinstance(data, dict):
        return data if data is not None else english
    if "other" in english or "other" in data or "many" in data:
        return data
    return {key: _filled(data.get(key), english[key]) for key in english}
