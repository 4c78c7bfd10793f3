"""What customers and operators do in their browsers, against the whole service inside a test."""

import asyncio
import io
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec

if TYPE_CHECKING:
    from tests.support.service import Running

PATIENCE = 5.0
"""Seconds until a frame that does not come fails the test."""

Frame = dict[str, Any]


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

    def __init__(self, running: "Running", origin: str | None) -> None:
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


async def raw(lotse: "Running", request: bytes) -> tuple[int, bytes]:
    """Bytes to the service's port; status and the rest of the answer."""
    host, port = lotse.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body
