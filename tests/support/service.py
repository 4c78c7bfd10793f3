"""The whole service inside a test: real engine, real SQLite, real sockets on 127.0.0.1, and time that is turned by hand."""

import functools
import hashlib
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from unittest.mock import patch

import msgspec
from aiohttp import web
from argon2 import PasswordHasher
from pydantic import SecretStr

from app.page_texts import page_texts
from app.service import Service, open_service
from app.settings import (
    EventsSettings,
    MetricsSettings,
    Settings,
    TelegramDeskSettings,
    TelegramSettings,
    TracesSettings,
    WebSettings,
)
from bots.connector import Factory, Surroundings
from conversation.message import Message
from conversation.records import Operator
from conversation.value import Data
from dialogs.checks.material import ChannelLimits
from dialogs.reading.bot import Files
from engine.rules import Rules, compile_rules
from tests.support.browsing import PATIENCE, Browser, Visitor
from tests.support.hand_clock import HandClock
from tests.support.played_parts import BreakableStore, PhotoChannel, open_deaf, open_no_layers

NORDNETZ = Path(__file__).parents[2] / "examples" / "nordnetz"
PASSWORD = "anker-boje-deck"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def bot_folder(to: Path, **changed: str) -> Path:
    """A copy of the example. ``changed``: file → text."""
    shutil.copytree(NORDNETZ, to, ignore=shutil.ignore_patterns("nlu", "tests", "__pycache__"))
    for name, text in changed.items():
        (to / name).write_text(text, encoding="utf-8")
    return to


@dataclass(kw_only=True)
class Running:
    service: Service
    store: BreakableStore
    clock: HandClock
    base: str
    messenger: PhotoChannel | None = None
    _browsers: list["Browser"] = field(default_factory=list)

    def browser(self, origin: str | None = None) -> "Browser":
        made = Browser(self, origin)
        self._browsers.append(made)
        return made

    async def operator(self, name: str) -> "Browser":
        """A browser in which the operator is signed in."""
        await self.add_operator(name)
        browser = self.browser()
        answer = await browser.post("/desk/login", {"operator": name, "password": PASSWORD})
        assert answer.status == 200, answer
        return browser

    async def add_operator(self, name: str) -> None:
        await self.store.put_operator(Operator(id=name, name=name.capitalize(), password=_HASH))

    async def visitor(self) -> "Visitor":
        """A new customer with an open, welcomed socket."""
        visitor = Visitor(self.browser())
        await visitor.enter()
        await visitor.connect()
        return visitor

    async def settle(self) -> None:
        """Until every accepted event had its turn and every back-end call its answer."""
        for _ in range(3):
            await self.service.engine.turns.lanes.drain(PATIENCE)
            await self.service.engine.jobs.drain(PATIENCE)

    async def history(self, chat: str) -> list[Message]:
        return list(await self.store.history(chat, 0, 10_000))

    async def close(self) -> None:
        for browser in self._browsers:
            await browser.close()


_rules: dict[bytes, Rules] = {}
_page_texts = functools.cache(page_texts)


def _compile(files: Files, product: Files, channels: Mapping[str, ChannelLimits] | None = None) -> Rules:
    """The limits of channels are always the same ones."""
    key = hashlib.sha256(msgspec.msgpack.encode((files, product))).digest()
    if key not in _rules:
        _rules[key] = compile_rules(files, product, channels)
    return _rules[key]


@asynccontextmanager
async def _made_once(connect: Factory) -> AsyncIterator[None]:
    """What every start makes alike is made by the first one: a start takes milliseconds, not seconds."""
    with (
        patch("app.bot_folder.compile_rules", _compile),
        patch("app.service.page_texts", _page_texts),
        patch("app.channels.connector", lambda _: connect),
        patch("app.live_nlu.open_nlu", open_deaf),
        patch("app.nlu_layers.open_layers", open_no_layers),
        patch("app.passwords.hash_password", lambda _: _HASH),
    ):
        yield


@asynccontextmanager
async def running(
    folder: Path,
    *,
    origins: tuple[str, ...] = (),
    proxies: tuple[str, ...] = (),
    clock: HandClock | None = None,
    public_url: str = "",
    messenger: bool = False,
    metrics_token: str = "",
    events_token: str = "",
    traces: str = "",
    rate: float = 0,
    telegram_desk: TelegramDeskSettings | None = None,
    port: int = 0,
) -> AsyncIterator[Running]:
    """The service with the example bot, listening on a free ``port``; started again in the same ``folder`` it goes on.

    ``messenger``: with a ``PhotoChannel`` in place of Telegram. ``rate``: messages a second to it, 0 = at once, as time stands
    still. ``traces``: where spans go.
    """
    bot = folder / "bot"
    if not bot.exists():
        bot_folder(bot)
    settings = Settings(
        bot=bot,
        var=folder / "var",
        web=WebSettings(port=0, origins=list(origins), proxies=list(map(ip_network, proxies)), public_url=public_url),
        telegram=TelegramSettings(token=SecretStr("42:x" if messenger else ""), rate=rate),
        telegram_desk=telegram_desk or TelegramDeskSettings(),
        events=EventsSettings(token=SecretStr(events_token)),
        metrics=MetricsSettings(token=SecretStr(metrics_token)),
        traces=TracesSettings(endpoint=traces),
        _env_file=None,
    )
    clock = clock or HandClock()
    messengers: list[PhotoChannel] = []

    def connect(given: Mapping[str, Data], surroundings: Surroundings) -> PhotoChannel:
        messengers.append(PhotoChannel(surroundings))
        return messengers[0]

    async with _made_once(connect), open_service(settings, clock=clock, open_store=BreakableStore.open) as service:
        runner = web.AppRunner(service.app, access_log=None, shutdown_timeout=0.1, handle_signals=False)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        assert isinstance(service.store, BreakableStore)
        made = Running(
            service=service, store=service.store, clock=clock, base=base, messenger=next(iter(messengers), None)
        )
        try:
            yield made
        finally:
            made.store.broken = False
            await made.close()
            await runner.cleanup()
