"""JSON to the Bot API over aiohttp's connections and parser, without its client's machinery for all that the Bot API never does.

A request of aiohttp's client is built anew from address, cookies, redirects, proxies and a task for its body: 54 µs of CPU. This is 18.
"""

import asyncio

from aiohttp import ClientPayloadError, ClientRequest, ClientTimeout, TCPConnector
from aiohttp.connector import Connection
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from bots.bot_api import Answer


class Posting:
    """POSTs to one server. What breaks is aiohttp's ClientError, TimeoutError or OSError, as from its client."""

    def __init__(self, connector: TCPConnector, server: str) -> None:
        self._connector = connector
        # Only says which connections fit: the server, and whether it speaks TLS. It is never sent itself.
        self._place = ClientRequest("POST", URL(server), loop=asyncio.get_running_loop())
        self._heads: dict[str, bytes] = {}

    async def post(self, url: str, body: bytes, limit: ClientTimeout) -> Answer:
        """The whole answer, within ``limit.total`` seconds. Addresses are few: what stands before a body is kept."""
        head = self._heads.get(url)
        if head is None:
            head = self._heads[url] = self._head(url)
        async with asyncio.timeout(limit.total):
            connection = await self._connector.connect(self._place, [], limit)
            try:
                answer = await _exchange(connection, b"%b%d\r\n\r\n%b" % (head, len(body), body))
            except BaseException:
                connection.close()
                raise
            # The connector keeps it, unless the answer said that it ends or was not read to its end.
            connection.release()
            return answer

    def _head(self, url: str) -> bytes:
        return (
            f"POST {URL(url).raw_path_qs} HTTP/1.1\r\nHost: {self._place.headers['Host']}\r\nAccept: application/json\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()


async def _exchange(connection: Connection, request: bytes) -> Answer:
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None:
        raise ConnectionResetError("the connection was lost before the request could leave")
    protocol.set_response_params(read_until_eof=True)
    transport.write(request)
    try:
        while True:
            message, payload = await protocol.read()
            if message.code >= 200:
                return Answer(status=message.code, body=await payload.read())
    except HttpProcessingError as error:
        raise ClientPayloadError(f"the answer is not HTTP: {error.message}") from error
