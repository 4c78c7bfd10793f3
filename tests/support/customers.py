"""People over real sockets: a visitor of the web chat who behaves as the page does, and an operator at the desk.

Both outlive the service: they connect again, and repeat under the same id what was not confirmed.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, CookieJar, TCPConnector, WSMsgType

AGAIN = 0.03
"""Seconds between two tries to connect: a page waits longer, a test has less time."""
BURST, RATE = 25, 4.0
"""Messages at once, then a second: a little less than the service takes from one visitor."""
_GONE = (ClientError, OSError, ConnectionError, TimeoutError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A text, and the words to wait for (in any later message to the customer) before the next one. Empty: do not wait."""

    text: str
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message as the page got it."""

    seq: int
    author: str
    text: str
    client_id: str = ""


@dataclass(slots=True, kw_only=True)
class Visitor:
    """``window``: messages under way at a time. ``acknowledged`` is called for each ack.

    ``others``: further doors of the service, tried in turn when a socket ends. ``pause``: seconds between two messages; one
    that is late does not delay those after it. ``client``: the address that a proxy names.
    """

    name: str
    url: str
    script: Sequence[Say]
    window: int = 1
    acknowledged: Callable[[], None] = lambda: None
    others: Sequence[str] = ()
    pause: float = 0.0
    client: str = ""
    token: str = ""
    chat: str = ""
    seen: list[Seen] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Gaps and doubles in what the server sent."""
    confirmed: set[str] = field(default_factory=set)
    """Texts that the service said it had stored."""
    refused: int = 0
    refusals: list[str] = field(default_factory=list)
    """The codes of the service's errors."""
    last_seq: int = 0
    answered: int = 0
    """Messages that the counting bot has answered."""
    waits: list[tuple[float, float]] = field(default_factory=list)
    """Of each ack: when it came, and the seconds since the message was to be said."""
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    _next: int = 0
    _begun: float = 0.0
    _due: dict[str, float] = field(default_factory=dict)
    _door: int = 0
    _waiting: deque[tuple[str, Say]] = field(default_factory=deque)
    _tokens: float = BURST
    _filled: float = 0.0
    _move: asyncio.Event = field(default_factory=asyncio.Event)
    _hold: str = ""
    _heard_from: int = 0

    async def run(self, session: ClientSession) -> None:
        """Until cancelled. ``settled`` is set when all was acknowledged and the last awaited words came."""
        while True:
            try:
                if not self.token:
                    await self._arrive(session)
                async with session.ws_connect(f"{self._at()}/webchat/socket", headers=self._headers()) as socket:
                    await self._visit(socket)
            except _GONE:
                pass
            self._door += 1
            await asyncio.sleep(AGAIN)

    def more(self, say: Say) -> None:
        """To be said after all that was planned."""
        self.script = [*self.script, say]
        self.settled.clear()
        self._move.set()

    def enough(self) -> None:
        """Nothing is said beyond what was begun."""
        self.script = self.script[: self._next]
        self._look()

    def heard(self, text: str) -> bool:
        return any(seen.text == text for seen in self.seen)

    def due(self, now: float) -> int:
        """How many messages should have been said by now."""
        return min(len(self.script), int((now - self._begun) / self.pause) + 1) if self._begun and self.pause else 0

    def _at(self) -> str:
        doors = (self.url, *self.others)
        return doors[self._door % len(doors)]

    def _headers(self) -> dict[str, str]:
        return {"X-Forwarded-For": self.client} if self.client else {}

    async def _arrive(self, session: ClientSession) -> None:
        asking = session.post(f"{self._at()}/webchat/session", json={"language": "en"}, headers=self._headers())
        async with asking as response:
            if response.status == 429:
                await asyncio.sleep(0.2)
            response.raise_for_status()
            known = await response.json()
        self.token, self.chat = known["token"], known["chat"]

    async def _visit(self, socket: ClientWebSocketResponse) -> None:
        self._tokens, self._filled = BURST, time.monotonic()
        await socket.send_json({"type": "hello", "token": self.token, "last_seq": self.last_seq})
        for id_, say in list(self._waiting):
            await self._send(socket, id_, say)
        speaking = asyncio.create_task(self._speak(socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._take(socket, json.loads(message.data))
        finally:
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)

    async def _speak(self, socket: ClientWebSocketResponse) -> None:
        while True:
            self._move.clear()
            while self._next < len(self.script) and len(self._waiting) < self.window and not self._hold:
                if not await self._time_has_come():
                    break
                say = self.script[self._next]
                self._next += 1
                self._hold, self._heard_from = say.until, len(self.seen)
                entry = (f"{self.name}-{self._next}", say)
                self._due[entry[0]] = self._begun + (self._next - 1) * self.pause if self.pause else time.monotonic()
                self._waiting.append(entry)
                await self._send(socket, *entry)
            await self._move.wait()

    async def _time_has_come(self) -> bool:
        """Waits for the next message's time; False if there is none by then."""
        self._begun = self._begun or time.monotonic()
        if self.pause:
            await asyncio.sleep(max(0.0, self._begun + self._next * self.pause - time.monotonic()))
        return self._next < len(self.script)

    async def _send(self, socket: ClientWebSocketResponse, id_: str, say: Say) -> None:
        await self._pace()
        await socket.send_json({"type": "say", "id": id_, "text": say.text})

    async def _pace(self) -> None:
        now = time.monotonic()
        self._tokens = min(BURST, self._tokens + (now - self._filled) * RATE) - 1
        self._filled = now
        if self._tokens < 0:
            await asyncio.sleep(-self._tokens / RATE)

    async def _take(self, socket: ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "message" | "skip":
                self._message(frame)
            case "ack":
                self.confirmed |= {say.text for id_, say in self._waiting if id_ == frame["id"]}
                self._waiting = deque(entry for entry in self._waiting if entry[0] != frame["id"])
                if frame["id"] in self._due:
                    now = time.monotonic()
                    self.waits.append((now, now - self._due.pop(frame["id"])))
                self.acknowledged()
            case "error":
                self.refused += 1
                self.refusals.append(frame["code"])
                await asyncio.sleep(0.5)
                for id_, say in list(self._waiting):
                    await self._send(socket, id_, say)
        self._look()

    def _message(self, frame: dict[str, Any]) -> None:
        seq = frame["seq"]
        if seq != self.last_seq + 1:
            self.faults.append(f"{self.name}: {seq} came after {self.last_seq}")
        self.last_seq = max(seq, self.last_seq)
        if frame["type"] == "message":
            text = frame["content"].get("text", "")
            self.seen.append(Seen(seq=seq, author=frame["author"], text=text, client_id=frame.get("client_id", "")))
            self.answered += frame["author"] == "bot" and " after " in text

    def _look(self) -> None:
        if self._hold and any(self._hold in seen.text for seen in self.seen[self._heard_from :]):
            self._hold = ""
        if self._next == len(self.script) and not self._waiting and not self._hold:
            self.settled.set()
        self._move.set()


@dataclass(slots=True, kw_only=True)
class AtTheDesk:
    """An operator. ``command`` returns when the service confirmed it; ``twice`` sends each command as a double click does.

    ``others``: further doors of the service, tried in turn when a socket ends.
    """

    url: str
    operator: str
    password: str
    twice: bool = False
    others: Sequence[str] = ()
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Chat to its newest card."""
    refusals: list[dict[str, Any]] = field(default_factory=list)
    _open: dict[str, dict[str, Any]] = field(default_factory=dict)
    _done: dict[str, asyncio.Event] = field(default_factory=dict)
    _socket: ClientWebSocketResponse | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _signed_in: bool = False
    _door: int = 0

    async def run(self, session: ClientSession) -> None:
        """Until cancelled; ``session`` keeps the cookie (the jar must be one for addresses)."""
        while True:
            try:
                if not self._signed_in:
                    await self._sign_in(session)
                async with session.ws_connect(f"{self._at()}/desk/socket") as socket:
                    await self._shift(socket)
            except _GONE:
                pass
            self._door += 1
            await asyncio.sleep(AGAIN)

    def _at(self) -> str:
        doors = (self.url, *self.others)
        return doors[self._door % len(doors)]

    async def _sign_in(self, session: ClientSession) -> None:
        who = {"operator": self.operator, "password": self.password}
        async with session.post(f"{self._at()}/desk/login", json=who, headers={"Origin": self._at()}) as response:
            response.raise_for_status()
        self._signed_in = True

    async def _shift(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        try:
            for frame in list(self._open.values()):
                await self._send(frame)
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._take(json.loads(message.data))
        finally:
            self._socket = None

    def _take(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "snapshot":
                for card in frame["cards"]:
                    self.cards[card["chat"]] = card
            case "card":
                card = frame["card"]
                if card["version"] >= self.cards.get(card["chat"], card)["version"]:
                    self.cards[card["chat"]] = card
            case "done":
                self._open.pop(frame["id"], None)
                if frame["id"] in self._done:
                    self._done[frame["id"]].set()
            case "refused":
                self.refusals.append(frame)
        self._news.set()

    async def parked(self, chat: str) -> str:
        """The conversation of a chat, once it is in the queue."""
        while self.cards.get(chat, {}).get("phase") != "parked":
            self._news.clear()
            await self._news.wait()
        return str(self.cards[chat]["conversation"])

    async def command(self, verb: str, id_: str, conversation: str, **more: str) -> None:
        frame = {"type": verb, "id": id_, "conversation": conversation, **more}
        self._open[id_] = frame
        self._done[id_] = asyncio.Event()
        await self._send(frame)
        await self._done[id_].wait()

    async def _send(self, frame: dict[str, Any]) -> None:
        """A socket that is gone takes nothing; what is open is sent again by the next shift."""
        for _ in range(2 if self.twice else 1):
            if self._socket is not None:
                try:
                    await self._socket.send_json(frame)
                except _GONE:
                    return


@asynccontextmanager
async def browsers() -> AsyncIterator[ClientSession]:
    """As many connections as there are people."""
    jar = CookieJar(unsafe=True)
    async with ClientSession(connector=TCPConnector(limit=0), cookie_jar=jar) as session:
        yield session


@asynccontextmanager
async def at_work(*people: Visitor | AtTheDesk) -> AsyncIterator[ClientSession]:
    """All of them do their part until the end of the block; the session is theirs."""
    async with browsers() as session:
        tasks = [asyncio.create_task(one.run(session)) for one in people]
        try:
            yield session
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], bool], *, seconds: float = 10.0, what: str = "") -> None:
    """Look every few milliseconds until it holds. Raises TimeoutError with ``what`` did not happen."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"did not happen in {seconds} s: {what or condition}")
        await asyncio.sleep(0.01)
