"""Just enough HTTP/1.1 to load a server without being the slower one: keep-alive, Content-Length, nothing else."""

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import cast

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


class _Wire(asyncio.Protocol, ABC):
    """Cuts what arrives into messages: ``taken(head, body)`` is called for each."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(_END)) >= 0:
            head = self._buffer[:end]
            found = _LENGTH.search(head)
            stop = end + len(_END) + (int(found[1]) if found else 0)
            if len(self._buffer) < stop:
                return
            body, self._buffer = self._buffer[end + len(_END) : stop], self._buffer[stop:]
            self.taken(head, body)

    @abstractmethod
    def taken(self, head: bytes, body: bytes) -> None:
        """A whole message came."""


class Answering(_Wire):
    """A connection of a server. ``answer(path, body)`` gives the body of a 200 with JSON."""

    def __init__(self, answer: Callable[[str, bytes], bytes]) -> None:
        super().__init__()
        self._answer = answer

    def taken(self, head: bytes, body: bytes) -> None:
        answer = self._answer(head.split(b" ", 2)[1].decode(), body)
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer)
        )


class Posting(_Wire):
    """A client's connection: one request at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: asyncio.Future[int] | None = None
        self.body = b""
        """Of the last answer."""

    async def post(self, head: bytes, body: bytes) -> int:
        """The status of the answer. ``head``: everything up to Content-Length's number."""
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(b"%b%d\r\n\r\n%b" % (head, len(body), body))
        return await self._waiting

    def taken(self, head: bytes, body: bytes) -> None:
        self.body = body
        if self._waiting:
            self._waiting.set_result(int(head[9:12]))

    def connection_lost(self, _: Exception | None) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the server closed the connection"))


async def connect(host: str, port: int) -> Posting:
    _, made = await asyncio.get_running_loop().create_connection(Posting, host, port)
    return made
