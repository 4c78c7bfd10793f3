"""Two processes, and random turns at both: whatever a desk's page missed, an old state with the events applied is the fresh one."""

import asyncio
import json
import random
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType

from app.passwords import hash_password
from conversation.records import Operator
from store.sql import SqlStore
from tests.support.cluster import Cluster, cluster
from tests.support.process import ROOT

pytestmark = pytest.mark.timeout(240)
PASSWORD = "anker-boje-deck"
LISTED = ("parked", "with_operator")
PATIENCE = 30.0
STEPS, FULL_STEPS = 60, 600
SECOND_TEAM = '  other: {hours: {mon-sun: ["00:00-24:00"]}}\n'
_ids: Iterator[int] = iter(range(1_000_000_000))


@dataclass(slots=True, kw_only=True)
class Page:
    """What a desk's page does with what it is told (docs/protocols.md)."""

    session: ClientSession
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    seats: dict[str, dict[str, Any]] = field(default_factory=dict)
    event: str = ""
    begun: list[str] = field(default_factory=list)
    """``snapshot`` or ``resumed``, of each socket."""
    _began: asyncio.Event = field(default_factory=asyncio.Event)
    _door: str = ""
    _socket: ClientWebSocketResponse | None = None
    _reader: asyncio.Task[None] | None = None

    async def come(self, door: str) -> None:
        """With the last event that it has. Returns when the socket has begun."""
        self._door = door
        self._began.clear()
        self._socket = await self.session.ws_connect(
            f"{door}/desk/socket?after={self.event}", headers={"Origin": door}, max_msg_size=0
        )
        self._reader = asyncio.create_task(self._read(self._socket))
        async with asyncio.timeout(PATIENCE):
            await self._began.wait()

    async def leave(self) -> None:
        assert self._socket
        assert self._reader
        await self._socket.close()
        await self._reader

    async def stay(self) -> None:
        """A page that was cut off comes again."""
        if self._socket is None or self._socket.closed:
            await self.come(self._door)

    async def send(self, type_: str, **fields: Any) -> None:
        assert self._socket
        if not self._socket.closed:
            await self._socket.send_json({"type": type_, "id": f"do-{next(_ids)}", **fields})

    @property
    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.cards, self.seats

    async def _read(self, socket: ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._take(json.loads(message.data))

    def _take(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "snapshot":
                self.cards = {card["conversation"]: card for card in frame["cards"]}
                self.seats = {seat["operator"]: seat for seat in frame["seats"]}
            case "card":
                card, known = frame["card"], self.cards.get(frame["card"]["conversation"])
                if known is None or card["version"] >= known["version"]:
                    self.cards.pop(card["conversation"], None)
                    if card["phase"] in LISTED:
                        self.cards[card["conversation"]] = card
            case "seat":
                self.seats.pop(frame["seat"]["operator"], None)
                if frame["seat"]["present"]:
                    self.seats[frame["seat"]["operator"]] = frame["seat"]
        if "event" in frame:
            self.event = frame["event"]
        if frame["type"] in ("snapshot", "resumed"):
            self.begun.append(frame["type"])
            self._began.set()


async def signed_in(stack: AsyncExitStack, door: str, operator: str) -> ClientSession:
    """A browser; both doors are one site to it."""
    session = await stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
    who = {"operator": operator, "password": PASSWORD}
    async with session.post(f"{door}/desk/login", json=who, headers={"Origin": door}) as response:
        assert response.status == 200, await response.text()
    return session


@dataclass(slots=True, kw_only=True)
class Customer:
    session: ClientSession
    door: str
    _token: str = ""
    _socket: ClientWebSocketResponse | None = None
    _reader: asyncio.Task[None] | None = None

    async def say(self, text: str) -> None:
        """As often as it takes: a socket can end at any time."""
        frame = {"type": "say", "id": f"say-{next(_ids)}", "text": text}
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await (await self._there()).send_json(frame)
                    return
                except (ClientError, OSError):
                    self._socket = None
                    await asyncio.sleep(0.1)

    async def _there(self) -> ClientWebSocketResponse:
        if self._socket is None or self._socket.closed:
            async with self.session.post(
                f"{self.door}/webchat/session", json={"token": self._token, "language": "en"}
            ) as answer:
                self._token = (await answer.json())["token"]
            self._socket = await self.session.ws_connect(f"{self.door}/webchat/socket")
            await self._socket.send_json({"type": "hello", "token": self._token, "last_seq": 0})
            self._reader = asyncio.create_task(self._read(self._socket))
        return self._socket

    async def _read(self, socket: ClientWebSocketResponse) -> None:
        async for _ in socket:
            pass


async def one_step(
    chance: random.Random, customers: Sequence[Customer], pages: Sequence[Page], doors: Sequence[str]
) -> None:
    """A turn somewhere, or somebody who comes, goes, or is busy for a while."""
    page = chance.choice(pages)
    await page.stay()
    cards = sorted(page.cards)
    here = {"conversation": chance.choice(cards)} if cards else {}
    match chance.choices(("say", "human", "claim", "pass", "end", "note", "status", "back"), (3, 6, 6, 3, 3, 2, 2, 3))[
        0
    ]:
        case "say" | "human" as words:
            await chance.choice(customers).say(words)
        case "claim" if here:
            await page.send("claim", **here)
        case "pass" if here:
            await page.send("transfer", team=chance.choice(("desk", "other")), reason="", **here)
        case "end" if here:
            await page.send(chance.choice(("close", "hand_back")), **here)
        case "note" if here:
            await page.send("note", text="so", mentions=["ben"], **here)
        case "status":
            await page.send("status", status=chance.choice(("available", "busy", "away")))
        case "back":
            await page.leave()
            await page.come(chance.choice(doors))
    await asyncio.sleep(chance.uniform(0, 0.05))


def states(page: Page, fresh: Sequence[Page]) -> str:
    """What the page has that the fresh ones have not, and the other way round; empty: nothing."""
    faults = []
    for other in fresh:
        for mine, theirs in zip(page.state, other.state, strict=True):
            faults += [
                f"{key}: {mine.get(key)} / {theirs.get(key)}"
                for key in {*mine, *theirs}
                if mine.get(key) != theirs.get(key)
            ]
    return "\n".join(faults)


async def put_people(running: Cluster) -> None:
    store = await SqlStore.open(running.database.url)
    try:
        password = hash_password(PASSWORD)
        for name, role, teams in (("ann", "supervisor", ()), ("ben", "operator", ("desk",)), ("cid", "operator", ())):
            await store.put_operator(
                Operator(id=name, name=name.title(), password=password, role=role, teams=teams, capacity=50)  # type: ignore[arg-type]
            )
    finally:
        await store.close()


async def random_turns(
    running: Cluster, doors: Sequence[str], chance: random.Random, steps: int, *, silence: bool
) -> list[Page]:
    """All pages at the end, when nothing happens any more. ``silence``: Redis is away for a while."""
    async with AsyncExitStack() as stack:
        visitors = await stack.enter_async_context(ClientSession())
        customers = [Customer(session=visitors, door=doors[number % 2]) for number in range(8)]
        browsers = {name: await signed_in(stack, doors[0], name) for name in ("ann", "ben", "cid")}
        watching = [Page(session=browsers[name]) for name in ("ann", "ben") for _ in doors]
        moving = [Page(session=browsers[name]) for name in ("ann", "ben", "cid")]
        for number, page in enumerate([*watching, *moving]):
            await page.come(doors[number % 2])
        for number in range(steps):
            if number == steps // 2:
                await watching[0].leave()
            if silence and number == steps // 3:
                running.live.stop(signal.SIGKILL)
            if silence and number == 2 * steps // 3:
                running.live.start()
            await one_step(chance, customers, moving, doors)
        await moving[-1].leave()  # cid goes home
        await watching[0].come(doors[0])
        assert watching[0].begun == ["snapshot", "resumed"], "it was told what it had missed, and no more"
        pages = [*watching, *moving[:-1]]
        await agree(browsers, pages, doors)
        for page in pages:
            await page.leave()
        return pages


async def agree(browsers: dict[str, ClientSession], pages: Sequence[Page], doors: Sequence[str]) -> None:
    """Until each page has what fresh ones of its operator get, at both doors. Raises AssertionError with what differs."""
    faults = ["nothing compared"]
    for _ in range(int(PATIENCE)):
        await asyncio.sleep(1)
        faults = []
        for page in pages:
            await page.stay()
        for session in (browsers["ann"], browsers["ben"]):
            fresh = [Page(session=session) for _ in doors]
            for page, door in zip(fresh, doors, strict=True):
                await page.come(door)
            await asyncio.sleep(0.2)  # what their coming changes is told
            faults += [found for page in pages if page.session is session if (found := states(page, fresh))]
            for page in fresh:
                await page.leave()
        if not faults:
            return
    raise AssertionError("\n".join(faults))


@pytest.mark.parametrize("silence", [False, True], ids=["all is well", "Redis is away for a while"])
async def test_pages_at_two_processes_have_what_a_fresh_page_gets(
    tmp_path: Path, request: pytest.FixtureRequest, silence: bool
) -> None:
    bot = Path(shutil.copytree(ROOT / "tests" / "crash" / "bot", tmp_path / "bot"))
    text = (bot / "bot.yaml").read_text(encoding="utf-8")
    (bot / "bot.yaml").write_text(text.replace("waiting:\n", f"{SECOND_TEAM}waiting:\n"), encoding="utf-8")
    seed = request.config.getoption("--seed") or random.SystemRandom().randrange(1, 1_000_000)
    steps = FULL_STEPS if request.config.getoption("--full") else STEPS
    async with cluster(tmp_path, LOTSE_BOT=str(bot)) as running:
        west, east = await running.start_all(west="serve", east="serve")
        await put_people(running)
        doors = [west.url, east.url]
        try:
            pages = await random_turns(running, doors, random.Random(seed), steps, silence=silence)
        except AssertionError as error:
            raise AssertionError(f"--seed {seed}: {error}\n{running.logs()}") from error
    began = [how for page in pages for how in page.begun]
    print(f'\n{{"seed": {seed}, "steps": {steps}, "resumed": {began.count("resumed")}}}')  # noqa: T201 - the figures of the run
