"""What both web sockets need: frames in, frames out, and an end with a reason."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Final

import msgspec
import structlog
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from conversation.errors import BadInputError, LotseError, StoreError
from conversation.ports import Subscription

HEARTBEAT: Final = 25.0
"""Seconds between pings: proxies close what is silent for a minute."""
GOODBYE: Final = 1.0
"""Seconds that a page has to answer the end of its socket: one that fell asleep never does."""
_encoder = msgspec.json.Encoder()
_log = structlog.get_logger(__name__)


class TooFastError(LotseError):
    """A page that sends more than it may. ``quiet``: it was told before, in the same flood."""

    def __init__(self, message: str, *, quiet: bool = False) -> None:
        super().__init__(message)
        self.quiet = quiet


class Socket:
    """A web socket that speaks JSON; sends from several tasks keep whole frames."""

    __slots__ = ("ws",)

    def __init__(self, ws: web.WebSocketResponse) -> None:
        self.ws = ws

    async def send(self, frame: msgspec.Struct) -> None:
        """A socket that is gone takes nothing; the page reads what it missed when it is back."""
        if not self.ws.closed:
            try:
                await self.ws.send_str(_encoder.encode(frame).decode())
            except (ConnectionError, RuntimeError):
                return

    async def receive(self) -> str | None:
        """The next text frame; None when the socket has ended. A binary frame ends it."""
        return await self.text_of(await self.ws.receive())

    async def text_of(self, message: WSMessage) -> str | None:
        """See ``receive``."""
        if message.type is WSMsgType.TEXT:
            return str(message.data)
        if message.type is WSMsgType.BINARY:
            await self.ws.close(code=WSCloseCode.UNSUPPORTED_DATA, message=b"text frames only")
        return None

    async def close(self, code: int, reason: str) -> None:
        await self.ws.close(code=code, message=reason.encode())


def web_socket(max_frame: int, *, compress: bool = True) -> web.WebSocketResponse:
    """Frames of at most ``max_frame`` bytes. ``compress`` costs a socket whose browser offers it 100 KB for as long as it is open."""
    return web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=max_frame, timeout=GOODBYE, compress=compress)


async def close_all(sockets: Collection[web.WebSocketResponse]) -> None:
    """Tell the pages to come back, all at once: the service stops."""
    ends = [ws.close(code=WSCloseCode.GOING_AWAY, message=b"the service restarts") for ws in list(sockets)]
    await asyncio.gather(*ends, return_exceptions=True)


async def serve(
    socket: Socket, handle: Callable[[str], Awaitable[None]], refuse: Callable[[str, str, str], Awaitable[None]]
) -> None:
    """Hand each frame to ``handle``; what it raises becomes an error frame, by ``refuse(code, message, raw)``.

    A frame that is right but can't be taken now ends the socket: the page comes back and sends from that one on, so
    that what it sent behind it can't overtake.

    A socket spends its life in here: what is awaited in between it holds in memory, thousands of times.
    """
    while (raw := await socket.text_of(await socket.ws.receive())) is not None:
        try:
            await handle(raw)
        except BadInputError as error:
            await refuse(error.code, str(error), raw)
        except TooFastError as error:
            if not error.quiet:
                await refuse("too_fast", str(error), raw)
            await socket.close(WSCloseCode.TRY_AGAIN_LATER, "too_fast")
            return
        except StoreError:
            await refuse("unavailable", "the service can't store anything right now; keep it and send again", raw)
            await socket.close(WSCloseCode.TRY_AGAIN_LATER, "unavailable")
            return


async def forward(socket: Socket, subscription: Subscription, handle: Callable[[bytes], Awaitable[None]]) -> None:
    """Pass on what is published. A page that falls behind, or whose news can't be read, is cut off: it comes back
    and reads what it missed."""
    try:
        async for payload in subscription:
            await handle(payload)
    except Exception:
        _log.exception("news_not_passed_on")
    await cut_off(socket)


class Forwarding:
    """As ``forward``, with a task only while there is something to pass on: of thousands of sockets nearly all wait."""

    __slots__ = ("_handle", "_socket", "_subscription", "_task")

    def __init__(self, socket: Socket, subscription: Subscription, handle: Callable[[bytes], Awaitable[None]]) -> None:
        self._socket = socket
        self._subscription = subscription
        self._handle = handle
        self._task: asyncio.Task[None] | None = None
        subscription.watch(self._wake)
        self._wake()

    async def stop(self) -> None:
        if self._task is not None:
            await stop(self._task)

    def _wake(self) -> None:
        if self._task is None and self._subscription.pending:
            self._task = asyncio.create_task(self._pass_on())

    async def _pass_on(self) -> None:
        try:
            while self._subscription.pending:
                await self._handle(await anext(aiter(self._subscription)))
        except StopAsyncIteration:
            await cut_off(self._socket)
        except Exception:
            _log.exception("news_not_passed_on")
            await cut_off(self._socket)
        else:
            self._task = None


async def cut_off(socket: Socket) -> None:
    await socket.close(WSCloseCode.TRY_AGAIN_LATER, "connect again")


async def both(reader: Awaitable[None], *writers: asyncio.Task[None]) -> None:
    """Run the reader to its end, then stop the writers."""
    try:
        await reader
    finally:
        await stop(*writers)


async def stop(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class storing:  # noqa: N801 - used like a function
    """A socket that is open already is told when nothing can be read or stored, and closed: the page comes again."""

    __slots__ = ("_refuse", "_socket")

    def __init__(self, socket: Socket, refuse: Callable[[str, str, str], Awaitable[None]]) -> None:
        self._socket = socket
        self._refuse = refuse

    async def __aenter__(self) -> None:
        return

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if not isinstance(error, StoreError):
            return False
        _log.error("store_unavailable", exc_info=error)
        await self._refuse("unavailable", "the service can't read anything right now; come back in a moment", "")
        await self._socket.close(WSCloseCode.TRY_AGAIN_LATER, "unavailable")
        return True


def frame_id(raw: str) -> str:
    """The ``id`` of a frame that could not be used, so that the page knows which one it was."""
    try:
        found = msgspec.json.decode(raw, type=_WithId).id
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ""
    return found if len(found) <= 64 else ""


class _WithId(msgspec.Struct):
    id: str = ""
