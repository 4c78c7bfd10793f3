"""POSTs to the Bot API over a bare server: what a connection may do, and what must never reach the next request."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientError, ClientTimeout, TCPConnector

from bots.bot_api import Answer
from bots.telegram.posting import Posting

LIMIT = ClientTimeout(total=5.0, connect=5.0)
Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def posting(handle: Handle) -> AsyncIterator[tuple[Posting, str, list[int]]]:
    """A client and the address of a server whose connections are ``handle``'s; their numbers as they came."""
    opened: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(len(opened))
        try:
            await handle(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    connector = TCPConnector()
    try:
        yield Posting(connector, address), f"{address}/bot1/sendMessage", opened
    finally:
        await connector.close()
        server.close()
        await server.wait_closed()


async def asked(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return head, await reader.readexactly(length)


def answer(body: bytes, *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def test_requests_share_a_connection_and_are_well_formed() -> None:
    heads: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head, body = await asked(reader)
            heads.append(head)
            writer.write(answer(body))

    async with posting(handle) as (client, url, opened):
        for number in range(3):
            body = b'{"n":%d}' % number
            assert await client.post(url, body, LIMIT) == Answer(status=200, body=body)
    assert opened == [0]
    host = url.partition("//")[2].partition("/")[0].encode()
    assert heads[0].startswith(b"POST /bot1/sendMessage HTTP/1.1\r\nHost: " + host + b"\r\n")
    assert b"Content-Type: application/json\r\n" in heads[0]


@pytest.mark.parametrize(
    "written",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer(b'{"a":1}'),
        b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"a":1}',
    ],
    ids=["in chunks", "after an early hint", "up to the end of the connection"],
)  # fmt: skip
async def test_answer_is_read_whole_however_it_is_framed(written: bytes) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        for byte in written:
            writer.write(bytes([byte]))
            await writer.drain()

    async with posting(handle) as (client, url, _):
        assert await client.post(url, b"{}", LIMIT) == Answer(status=200, body=b'{"a":1}')


async def test_connection_that_the_server_ends_is_not_used_again() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(answer(b"once", b"Connection: close"))

    async with posting(handle) as (client, url, opened):
        for _ in range(3):
            assert (await client.post(url, b"{}", LIMIT)).body == b"once"
    assert opened == [0, 1, 2]


async def test_late_answer_to_a_request_that_was_given_up_is_not_taken_for_the_next_ones() -> None:
    arrived, over = asyncio.Event(), asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            _, body = await asked(reader)
            if body == b"first":
                arrived.set()
                await over.wait()
            writer.write(answer(body))

    async with posting(handle) as (client, url, opened):
        first = asyncio.create_task(client.post(url, b"first", LIMIT))
        await arrived.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        over.set()
        assert (await client.post(url, b"second", LIMIT)).body == b"second"
    assert opened == [0, 1]


async def test_answer_that_is_cut_is_an_error() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ok":')

    async with posting(handle) as (client, url, _):
        with pytest.raises(ClientError):
            await client.post(url, b"{}", LIMIT)


async def test_silent_server_is_given_up_in_time() -> None:
    async def handle(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with posting(handle) as (client, url, _):
        with pytest.raises(TimeoutError):
            await client.post(url, b"{}", ClientTimeout(total=0.01))
