"""Back-end calls of a service that is killed around them: an action is called once for a step at most, and nobody waits for ever."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.crash.lives import Lives
from tests.crash.serve import Life, Place
from tests.support.customers import Say, Visitor, at_work, until
from tests.support.process import free_port

BOT = Path(__file__).parent / "acting"
KILLS = 12
LATEST = 0.5
"""Seconds that a life of the random ones lasts at most, once it answers."""


@dataclass(slots=True, kw_only=True)
class CountingServer:
    """An action server that says what it was asked, and counts. ``hold``: it takes a call and does not answer."""

    url: str = ""
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By the action with the customer's words, and the key."""
    hold: bool = False
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    _never: asyncio.Event = field(default_factory=asyncio.Event)

    def of(self, words: str) -> list[int]:
        """How often each key was called for these words."""
        return [count for (said, _), count in self.calls.items() if said == words]

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_post("/webhook", self._webhook)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield
        finally:
            self._never.set()
            await runner.cleanup()

    async def _webhook(self, request: web.Request) -> web.Response:
        call: dict[str, Any] = await request.json()
        tracker = call["tracker"]
        key = request.headers["Idempotency-Key"]
        assert tracker["latest_message"]["metadata"]["key"] == key
        self.calls[tracker["slots"]["words"], key] += 1
        self.asked.set()
        if self.hold:
            await self._never.wait()
        return web.json_response({"events": [{"event": "slot", "name": "said", "value": call["next_action"]}]})


@pytest.fixture
async def server() -> AsyncIterator[CountingServer]:
    counting = CountingServer()
    async with counting.run():
        yield counting


@pytest.fixture
async def lives(server: CountingServer, tmp_path: Path, seed: int) -> AsyncIterator[Lives]:
    place = Place(var=str(tmp_path / "var"), port=free_port(), actions=server.url, bot=str(BOT))
    made = Lives(places=[place], log=tmp_path / "service.log", seed=seed)
    await made.start()
    yield made
    await made.close()


def visitor_of(lives: Lives, name: str, *words: str) -> Visitor:
    script = [Say(text="hi", until="What shall I do?"), *(Say(text=each, until=f"{each} is over") for each in words)]
    return Visitor(name=name, url=f"http://127.0.0.1:{lives.places[0].port}", script=script)


def ends(visitor: Visitor, words: str) -> list[str]:
    """What became of an action."""
    return [seen.text.removeprefix(f"{words} is over: ") for seen in visitor.seen if f"{words} is over" in seen.text]


@pytest.mark.parametrize(
    ("action", "point", "calls", "end"),
    [
        ("act", "job", [1], "act"),
        ("act", "job_begun", [], "broken"),
        ("act", "held", [1], "broken"),
        ("act", "job_answered", [1], "broken"),
        ("look", "job", [1], "look"),
        ("look", "job_begun", [1], "look"),
        ("look", "held", [2], "look"),
        ("look", "job_answered", [2], "look"),
    ],
)
async def test_action_around_which_the_service_is_killed_is_called_once_at_most_and_a_look_up_again(
    lives: Lives, server: CountingServer, *, action: str, point: str, calls: list[int], end: str
) -> None:
    """``job``: before it is written down that the call begins; ``held``: while the server works on it."""
    server.hold = point == "held"
    await lives.begin(Life() if server.hold else Life(point=point, hits=1))
    visitor = visitor_of(lives, "anna", action)
    async with at_work(visitor):
        if server.hold:
            await asyncio.wait_for(server.asked.wait(), 30)
            assert await lives.end(signal.SIGKILL) == -signal.SIGKILL
            server.hold = False
        else:
            assert await lives.ended(0) == -signal.SIGKILL
        await lives.begin(Life())
        await until(lambda: bool(ends(visitor, action)), what="the dialog went on")
    assert ends(visitor, action) == [end]
    assert server.of(action) == calls, "calls of the one key"
    assert visitor.faults == []
    assert await lives.stop() == 0


@pytest.mark.timeout(240)
async def test_actions_of_many_customers_under_random_kills_are_called_once_at_most(
    lives: Lives, server: CountingServer, seed: int
) -> None:
    random_ = random.Random(seed)
    words = [f"{random_.choice(('act', 'look'))} {number}" for number in range(60)]
    visitors = [visitor_of(lives, f"v{n}", *(f"{each} of {n}" for each in words)) for n in range(6)]
    async with at_work(*visitors):
        for _ in range(KILLS):
            await lives.begin(Life())
            await asyncio.sleep(random_.random() * LATEST)
            assert await lives.end(signal.SIGKILL) == -signal.SIGKILL
        for visitor in visitors:
            visitor.enough()
        await lives.begin(Life())
        done = lambda: all(ends(each, say.text) for each in visitors for say in each.script[1:])  # noqa: E731
        await until(done, seconds=60, what=f"all dialogs went on (seed {seed})")

    said = {say.text: each for each in visitors for say in each.script[1:]}
    assert len(said) >= KILLS
    for text, visitor in said.items():
        counts = server.of(text)
        assert len(counts) <= 1, f"{text}: one step has one key (seed {seed})"
        end = ends(visitor, text)
        if text.startswith("look"):
            assert end == ["look"], f"{text} (seed {seed})"
            assert counts
        else:
            assert end in (["act"], ["broken"]), f"{text} (seed {seed})"
            assert counts in ([[1]] if end == ["act"] else [[], [1]]), f"{text} (seed {seed})"
    assert await lives.stop() == 0
