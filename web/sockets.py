"""What both web sockets need: frames in, frames out, and an end with a reason."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import Final

import msgspec
import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from conversation.errors import BadInputError, LotseError, StoreError
from conversation.ports import Subscription

HEARTBEAT: Final = 25.0
"""Seconds between pings: proxies close what is silent for a minute."""
GOODBYE: Final = 1.0
"""Seconds that a page has to answer the end of its socket: one that fell asleep never does."""
_encoder = msgspec.json.Encoder()
_log = structlog.get_logger(__name__)


class TooFastError(LotseError):
    """A page that sends more than it may. ``told``: it was told before, in the same flood."""

    def __init__(self, message: str, *, told: bool = False) -> None:
        super().__init__(message)
        self.told = told


class Socket:
    """A web socket that speaks JSON; sends from several tasks keep whole frames."""

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
        message = await self.ws.receive()
        if message.type is WSMsgType.TEXT:
            return str(message.data)
        if message.type is WSMsgType.BINARY:
            await self.ws.close(code=WSCloseCode.UNSUPPORTED_DATA, message=b"text frames only")
        return None

    async def close(self, code: int, reason: str) -> None:
        await self.ws.close(code=code, message=reason.encode())


def web_socket(max_frame: int) -> web.WebSocketResponse:
    """Frames of at most ``max_frame`` bytes."""
    return web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=max_frame, timeout=GOODBYE)


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
    """
    while (raw := await socket.receive()) is not None:
        try:
            await handle(raw)
        except BadInputError as error:
            await refuse(error.code, str(error), raw)
        except TooFastError as error:
            if not error.told:
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
    await socket.close(WSCloseCode.TRY_AGAIN_LATER, "connect again")


async def both(reader: Awaitable[None], *writers: asyncio.Task[None]) -> None:
    """Run the reader to its end, then stop the writers."""
    try:
        await reader
    finally:
        for task in writers:
            task.cancel()
        await asyncio.gather(*writers, return_exceptions=True)


@asynccontextmanager
async def storing(socket: Socket, refuse: Callable[[str, str, str], Awaitable[None]]) -> AsyncIterator[None]:
    """A socket that is open already is told when nothing can be read or stored, and closed: the page comes again."""
    try:
        yield
    except StoreError:
        _log.exception("store_unavailable")
        await refuse("unavailable", "the service can't read anything right now; come back in a moment", "")
        await socket.close(WSCloseCode.TRY_AGAIN_LATER, "unavailable")


def frame_id(raw: str) -> str:
    """The ``id`` of a frame that could not be used, so that the page knows which one it was."""
    try:
        found = msgspec.json.decode(raw, type=_WithId).id
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ""
    return found if len(found) <= 64 else ""


class _WithId(msgspec.Struct):
    id: str = ""
