"""The whole service inside a test: real engine, real SQLite, real sockets on 127.0.0.1, and time that is turned by hand."""

import asyncio
import functools
import hashlib
import heapq
import io
import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiohttp
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
from bots.connector import Factory, Hook, Surroundings
from conversation.content import Content, Media
from conversation.errors import SendError, StoreError
from conversation.events import CustomerSaid
from conversation.message import Message
from conversation.ports import Channel
from conversation.records import Chat, Inbound, Operator, Turn
from conversation.understanding import Understanding
from conversation.value import Data
from dialogs.checks.material import ChannelLimits
from dialogs.reading.bot import Files
from engine.rules import Rules, compile_rules
from nlu.layers.chain import FLOOR_ONLY, Layers
from store.sql import SqlStore

NORDNETZ = Path(__file__).parents[2] / "examples" / "nordnetz"
MONDAY_NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
"""Noon in Berlin: the example's service is open."""
PASSWORD = "anker-boje-deck"
PATIENCE = 5.0
"""Seconds until a frame that does not come fails the test."""
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

Frame = dict[str, Any]


class HandClock:
    """A ``conversation.ports.Clock``: time stands still until ``turn``."""

    def __init__(self, moment: datetime = MONDAY_NOON) -> None:
        self.moment = moment
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._count = itertools.count()

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.moment + timedelta(seconds=seconds), next(self._count), future))
        self._wake()
        await future

    @property
    def sleeping(self) -> int:
        """How many wait for a moment that has not come."""
        return sum(not future.done() for _, _, future in self._sleepers)

    def turn(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self._wake()

    def _wake(self) -> None:
        while self._sleepers and self._sleepers[0][0] <= self.moment:
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)


class PhotoChannel:
    """A messenger without a messenger: what is sent is kept, and every file that a customer sent is a tiny picture."""

    name, account = "telegram", "bot"

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.sent: list[tuple[str, Message]] = []
        self.typed: list[str] = []
        self.file: tuple[str, bytes] | SendError = ("image/png", b"\x89PNG\r\n\x1a\n")
        self.channel: Channel = self
        self.hook: Hook | None = None

    async def send(self, address: str, message: Message, key: str) -> str:  # noqa: ARG002 - the port's
        self.sent.append((address, message))
        return f"sent-{len(self.sent)}"

    async def typing(self, address: str) -> None:
        self.typed.append(address)

    async def fetch(self, media: Media) -> tuple[str, bytes]:  # noqa: ARG002 - the port's
        if isinstance(self.file, SendError):
            raise self.file
        return self.file

    async def says(self, content: Content, number: str, address: str = "77", name: str = "Ann") -> None:
        """A customer of this channel sends something."""
        at, id_ = self.surroundings.clock.now(), self.surroundings.ids.new()
        event = CustomerSaid(id=id_, at=at, content=content, name=name, language="de")
        inbound = Inbound(channel=self.name, account=self.account, external_id=number, address=address, event=event)
        await self.surroundings.receive(inbound)

    async def run(self) -> None:
        return

    async def close(self) -> None:
        return


class DeafNlu:
    """Understands nothing: buttons, numbers and the words of menus are enough here."""

    async def understand(self, text: str, language: str) -> Understanding:  # noqa: ARG002 - the port's
        return Understanding()


async def _open_nlu(examples: Mapping[str, bytes], cache: Path, *_: object) -> DeafNlu:
    return DeafNlu()


async def _open_layers(*_: object) -> Layers:
    return FLOOR_ONLY


class BreakableStore(SqlStore):
    """A store whose disk can be full: ``broken`` refuses every write of an event or a turn, and every read of a chat."""

    broken = False

    def _check(self) -> None:
        if self.broken:
            raise StoreError("the disk is full; make room")

    async def accept(self, inbound: Inbound, chat: str, worker: str = "") -> Any:
        self._check()
        return await super().accept(inbound, chat, worker)

    async def accept_own(self, chat: str, event: Any, key: str, worker: str = "") -> Any:
        self._check()
        return await super().accept_own(chat, event, key, worker)

    async def save(self, turn: Turn) -> Any:
        self._check()
        return await super().save(turn)

    async def find_chat(self, channel: str, account: str, address: str) -> Chat | None:
        self._check()
        return await super().find_chat(channel, account, address)

    async def find_operator(self, operator: str) -> Operator | None:
        self._check()
        return await super().find_operator(operator)


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


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return msgspec.json.decode(self.body)


class Browser:
    """One cookie jar."""

    def __init__(self, running: Running, origin: str | None) -> None:
        self.running = running
        self.headers = {"Origin": origin or running.base}
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.links: list[Link] = []

    async def get(self, path: str, **headers: str) -> Answer:
        async with self.http.get(f"{self.running.base}{path}", headers=headers) as response:
            return Answer(response.status, response.headers, await response.read())

    async def post(self, path: str, data: Any = None, **headers: str) -> Answer:
        """``data`` as JSON; bytes as they are."""
        body = data if isinstance(data, bytes) else msgspec.json.encode(data)
        headers = {"Content-Type": "application/json", **self.headers, **headers}
        async with self.http.post(f"{self.running.base}{path}", data=io.BytesIO(body), headers=headers) as response:
            return Answer(response.status, response.headers, await response.read())

    async def link(self, path: str, **headers: str) -> "Link":
        """A web socket. Raises WSServerHandshakeError where the service refuses it."""
        url = f"{self.running.base}{path}"
        ws = await self.http.ws_connect(url, headers={**self.headers, **headers}, max_msg_size=0)
        link = Link(ws)
        self.links.append(link)
        return link

    async def desk(self) -> "Link":
        """The desk's socket, after its snapshot."""
        link = await self.link("/desk/socket")
        await link.until("snapshot")
        return link

    async def close(self) -> None:
        for link in self.links:
            await link.ws.close()
        await self.http.close()


class Link:
    """A web socket that remembers every frame it got. ``closed_with`` is the code once the service has closed it."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.frames: list[Frame] = []
        self.closed_with: int | None = None
        self._handed: set[int] = set()

    async def send(self, type_: str, **fields: Any) -> None:
        await self.raw(msgspec.json.encode({"type": type_, **fields}).decode())

    async def raw(self, text: str) -> None:
        await self.ws.send_str(text)

    @property
    def first(self) -> Frame:
        return self.frames[0]

    async def next(self) -> Frame | None:
        """The next frame, None once the socket is closed."""
        async with asyncio.timeout(PATIENCE):
            message = await self.ws.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            self.closed_with = message.data if message.type is aiohttp.WSMsgType.CLOSE else self.ws.close_code
            return None
        frame: Frame = msgspec.json.decode(message.data)
        self.frames.append(frame)
        return frame

    async def until(self, type_: str, when: Callable[[Frame], bool] = lambda _: True, **fields: Any) -> Frame:
        """The first frame of that type and with those fields that was not handed out before."""
        looked = 0
        while True:
            for index in range(looked, len(self.frames)):
                frame = self.frames[index]
                right = frame["type"] == type_ and when(frame) and all(frame.get(k) == v for k, v in fields.items())
                if right and index not in self._handed:
                    self._handed.add(index)
                    return frame
            looked = len(self.frames)
            if await self.next() is None:
                raise AssertionError(f"closed with {self.closed_with} before {type_} {fields}; got {self.frames[-5:]}")

    async def ended(self) -> int | None:
        """Read to the end; the close code."""
        while await self.next() is not None:
            pass
        return self.closed_with

    def messages(self) -> list[Frame]:
        return [frame for frame in self.frames if frame["type"] == "message"]


class Visitor:
    """A customer's page: token, socket, and what it has seen."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.token = ""
        self.chat = ""
        self.link: Link
        self._ids = itertools.count(1)

    async def enter(self) -> None:
        answer = await self.browser.post("/webchat/session", {"token": self.token, "language": "de"})
        assert answer.status == 200, answer
        self.token, self.chat = answer.data["token"], answer.data["chat"]

    async def connect(self, last_seq: int = 0, token: str | None = None) -> Link:
        """A further socket of this visitor; the newest is ``link``."""
        link = await self.browser.link("/webchat/socket")
        await link.send("hello", token=self.token if token is None else token, last_seq=last_seq, language="de")
        if token is None:
            await link.until("welcome")
        self.link = link
        return link

    async def say(self, text: str, id_: str = "") -> str:
        """Said and acknowledged; the frame's id."""
        id_ = id_ or f"say-{next(self._ids)}"
        await self.link.send("say", id=id_, text=text)
        await self.link.until("ack", id=id_)
        return id_

    async def hears(self, words: str) -> Frame:
        """The next message of somebody else with these words in it."""
        return await self.link.until(
            "message", lambda frame: frame["author"] != "customer" and words in frame["content"].get("text", "")
        )

    async def wants_a_person(self) -> None:
        """Greeted, then in the queue."""
        await self.say("Hallo")
        await self.hears("Womit kann ich helfen")
        await self.say("Mitarbeiter")
        await self.link.until("phase", phase="parked")


async def raw(lotse: Running, request: bytes) -> tuple[int, bytes]:
    """Bytes to the service's port; status and the rest of the answer."""
    host, port = lotse.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


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
        patch("app.live_nlu.open_nlu", _open_nlu),
        patch("app.nlu_layers.open_layers", _open_layers),
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
