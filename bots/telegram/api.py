"""Calls to the Bot API, over aiogram's session: our errors come out, and say whether a broken request had left."""

import asyncio
from collections.abc import Collection
from contextvars import ContextVar
from typing import Any, TypeAlias, TypeVar

import msgspec
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import TelegramMethod
from aiogram.utils.token import TokenValidationError
from aiohttp import ClientError, ClientRequest, ClientSession, ClientTimeout, TCPConnector
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from bots.bot_api import Answer
from bots.connector import SettingsError
from bots.telegram.answers import result_of
from bots.telegram.posting import Posting
from bots.telegram.requests import Request
from conversation.errors import AmbiguousError, RefusedError, SendError, TransientError

T = TypeVar("T")

MAX_DOWNLOAD = 20 * 1024 * 1024
"""Bytes; what the Bot API gives out at most."""


AnyCall: TypeAlias = Request | TelegramMethod[Any]


def name_of(call: AnyCall) -> str:
    """The Bot API's name of a method."""
    return call.method if isinstance(call, Request) else call.__api_method__


class _Progress:
    """``sent``: the request may have begun to leave this machine: its outcome is unknown until it is answered."""

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent = False


_progress: ContextVar[_Progress] = ContextVar("progress of the request that is being made")


class _Connector(TCPConnector):
    """Marks a request when it has a connection to leave by. aiohttp's tracing could tell it too, for 50 µs a request."""

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout) -> Connection:  # noqa: ASYNC109 - aiohttp's signature
        connection = await super().connect(req, traces, timeout)
        _progress.get().sent = True
        return connection


class _Session(AiohttpSession):
    """aiogram's session that tells whether a broken request had left, and closes without a pause."""

    _posting: Posting
    """For what is frequent, over the same connections."""

    async def create_session(self) -> ClientSession:
        if self._session is None or self._session.closed:
            connector = _Connector(**self._connector_init)
            self._session = ClientSession(connector=connector)
            self._posting = Posting(connector, self.api.base)
            self._should_reset_connector = False
        return self._session

    async def close(self) -> None:
        if self._session is not None and not self._session.closed:
            await self._session.close()

    async def post(self, bot: Bot, call: AnyCall, limit: ClientTimeout) -> Answer:
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=name_of(call))
        if isinstance(call, Request):
            return await self._posting.post(url, msgspec.json.encode(call), limit)
        async with session.post(url, data=self.build_form_data(bot, call), timeout=limit) as response:
            return Answer(status=response.status, body=await response.read())

    async def get_file(self, bot: Bot, path: str, limit: ClientTimeout) -> Answer:
        session = await self.create_session()
        url = self.api.file_url(bot.token, path)
        async with session.get(url, timeout=limit) as response:
            body = bytearray()
            async for chunk in response.content.iter_chunked(65536):
                body += chunk
                if len(body) > MAX_DOWNLOAD:
                    raise RefusedError(f"the file is larger than {MAX_DOWNLOAD} bytes")
            return Answer(status=response.status, body=bytes(body))


class BotApi:
    """One bot's access to the Bot API at ``base`` (``https://api.telegram.org`` or an own server)."""

    def __init__(self, token: str, base: str, *, seconds: float = 30.0) -> None:
        self._session = _Session(api=TelegramAPIServer.from_base(base))
        try:
            self._bot = Bot(token=token, session=self._session)
        except TokenValidationError:
            raise SettingsError(
                "channel telegram: the token is not of the form 123456:ABC…; BotFather gives it"
            ) from None
        self._seconds = seconds

    @property
    def account(self) -> str:
        """The bot's own id at Telegram."""
        return str(self._bot.id)

    async def call(self, call: AnyCall, type_: type[T], *, wait: float = 0.0) -> T:
        """The ``result`` of a call. ``wait``: seconds that the server may hold the answer back. Raises SendError."""
        name = name_of(call)
        progress = _Progress()
        _progress.set(progress)
        try:
            answer = await self._session.post(self._bot, call, self._timeout(wait))
        except (ClientError, TimeoutError, OSError) as error:
            raise self._broken(name, error, progress) from None
        except UnicodeEncodeError as error:
            raise RefusedError(f"{name}: the words hold half a character: {error}") from None
        return result_of(answer, name, type_)

    async def download(self, path: str) -> bytes:
        """The bytes of a file that ``getFile`` told the path of. Raises SendError."""
        _progress.set(_Progress())
        try:
            answer = await self._session.get_file(self._bot, path, self._timeout())
        except (ClientError, TimeoutError, OSError) as error:
            raise TransientError(self._words("download", error)) from None
        if answer.status == 200:
            return answer.body
        if answer.status >= 500 or answer.status == 429:
            raise TransientError(f"download: HTTP {answer.status}")
        raise RefusedError(f"download: HTTP {answer.status}: the file is gone")

    async def close(self) -> None:
        await self._session.close()

    def _timeout(self, wait: float = 0.0) -> ClientTimeout:
        return ClientTimeout(total=self._seconds + wait, connect=min(10.0, self._seconds))

    def _broken(self, name: str, error: Exception, progress: _Progress) -> SendError:
        words = self._words(name, error)
        return AmbiguousError(words) if progress.sent else TransientError(words)

    def _words(self, name: str, error: Exception) -> str:
        """The error's own words may hold the address, and the address the token."""
        return f"{name}: {type(error).__name__}: {error}".replace(self._bot.token.partition(":")[2], "<token>")


async def settle(tasks: Collection[asyncio.Task[Any]], seconds: float) -> None:
    """Give tasks ``seconds`` to end, then cancel them."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
