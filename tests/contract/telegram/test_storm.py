"""A Bot API in its worst hour: nearly every third call goes wrong, in every way there is; nothing is lost or out of order."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bots.telegram.api import BotApi
from bots.telegram.channel import TelegramChannel
from tests.support.connector_surroundings import NOON
from tests.support.customers import until
from tests.support.fake_telegram import TOKEN, FakeTelegram
from tests.support.fake_telegram_answers import Call, cut, error
from tests.support.hand_clock import HandClock
from tests.support.posting import Post

CHATS = 250
LIMIT = 0.5
"""Seconds after which the connector gives a call up."""
KINDS = ("limited", "broken", "gateway", "slow", "cut before", "cut in mid body", "html", "no result", "empty")


class Hurried(HandClock):
    """A hundred seconds of its own in each second."""

    def __init__(self) -> None:
        super().__init__(NOON)
        self._began = asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=100 * (asyncio.get_running_loop().time() - self._began))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 100)


class Stormy(FakeTelegram):
    """``until``: chat to when it may be sent to again; ``hasty``: sends before that."""

    def __init__(self, chance: random.Random, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._chance = chance
        self._now = now
        self.until: dict[int, datetime] = {}
        self.hasty: list[Call] = []
        self.kinds: Counter[str] = Counter()

    async def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        if self._now() < self.until.get(call.chat, NOON):
            self.hasty.append(call)
        if self._chance.random() > 0.3:
            return await super()._answer(request, call)
        kind = self._chance.choice(KINDS)
        self.kinds[kind] += 1
        match kind:
            case "limited":
                seconds = self._chance.randint(1, 5)
                self.until[call.chat] = self._now() + timedelta(seconds=seconds)
                return error(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
            case "broken":
                return error(500, "Internal Server Error")
            case "gateway":
                return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
            case "cut before":
                return cut(request)
        answer = await super()._answer(request, call)
        match kind:
            case "slow":
                await asyncio.sleep(1.6 * LIMIT)
                return answer
            case "cut in mid body":
                return await half(request)
            case "html":
                return web.Response(text="<html>Welcome to this hotel</html>", content_type="text/html")
            case "no result":
                return web.json_response({"ok": False, "error_code": 500, "description": "Internal Server Error"})
            case _:
                return web.Response(body=b"")


async def half(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"ok":true,"resu')
    return cut(request)


async def test_in_a_storm_of_every_fault_nothing_is_lost_out_of_order_or_sent_while_told_to_wait(
    request: pytest.FixtureRequest,
) -> None:
    sends = 5000 if request.config.getoption("--deep") else 1000
    seed = request.config.getoption("--seed") or random.randrange(1 << 30)
    clock = Hurried()
    async with Stormy(random.Random(seed), clock.now) as fake:
        channel = TelegramChannel(BotApi(TOKEN, fake.url, seconds=LIMIT), Path)
        post = Post(channel=channel, clock=clock, chance=random.Random(seed).random)
        for number in range(sends):
            post.add(f"{1 + number % CHATS}", f"{number}")
        await until(post.settled, seconds=120, what=f"all was sent (seed {seed})")
        await channel.close()
    arrived = {chat: [int(call.fields["text"]) for call in fake.sent(chat)] for chat in range(1, CHATS + 1)}
    lost = set(range(sends)) - {number for numbers in arrived.values() for number in numbers}
    assert not lost, seed
    assert set(post.notes.states.values()) == {"sent"}, seed
    for chat, numbers in arrived.items():
        assert numbers == sorted(numbers), (seed, chat)
    assert not fake.hasty, seed
    assert fake.counts["sendMessage"] <= 2 * sends, seed
    assert set(fake.kinds) == set(KINDS), seed
    print({"sends": sends, "calls": fake.counts["sendMessage"], "taken": len(fake.sent()), **fake.kinds})  # noqa: T201 - shown when it fails
