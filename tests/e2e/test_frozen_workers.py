"""A worker stands still for longer than its claims hold, and goes on without knowing: what it had in hand is another's by then."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from conversation.content import plain_text
from store.sql import SqlStore
from tests.support.cluster import BEAT, at_the_desk, cluster
from tests.support.crowd import account, crowd
from tests.support.customers import until
from tests.support.fake_telegram import TOKEN, FakeTelegram
from tests.support.process import free_port

pytestmark = pytest.mark.timeout(1_800)
RATE = 40.0
LEASE = 5 * BEAT
"""Seconds after which a worker that stands still may be given up; the others look for it as often as it beats."""
STILL = 15.0
"""Seconds until the other worker must have caught up, also where the database first had to end a transaction of the frozen one."""
MESSENGERS = 20


@pytest.fixture
def times(request: pytest.FixtureRequest) -> int:
    return 100 if request.config.getoption("--full") else 5


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """Slow enough that something is always being sent."""
    async with FakeTelegram(latency=0.1) as fake:
        yield fake


async def write(fake: FakeTelegram, written: Counter[int]) -> None:
    """Each chat has one message after the other, without end."""
    random_ = random.Random(7)
    while True:
        chat = 7000 + random_.randrange(MESSENGERS)
        fake.text(chat, f"t{chat} m{written[chat]}")
        written[chat] += 1
        await asyncio.sleep(0.05)


async def all_sent(url: str) -> None:
    """Until nothing waits to be sent. Raises TimeoutError."""
    store = await SqlStore.open(url)
    try:
        for _ in range(600):
            if not await store.unhandled(1) and not await store.open_sends(1):
                return
            await asyncio.sleep(0.1)
        raise TimeoutError("something waits to be sent for a minute")
    finally:
        await store.close()


async def sent_once(fake: FakeTelegram, url: str, written: Counter[int], freezes: int) -> dict[str, Any]:
    """What differs between what the bot said and what the messenger got. ``doubles``: sent twice, as at a freeze it may be.

    A send can't be taken back: what a worker was about to send when it froze may come once more when it goes on, after what
    others sent meanwhile.
    """
    store = await SqlStore.open(url)
    found: dict[str, Any] = {"doubles": 0, "wrong": []}
    try:
        for chat, count in written.items():
            row = await store.find_chat("telegram", TOKEN.partition(":")[0], str(chat))
            history = await store.history(row.id, 0, 100_000) if row else ()
            wrote = [plain_text(line.content) for line in history if line.author == "customer"]
            said = [plain_text(line.content) for line in history if line.author == "bot"]
            got = [str(call.fields["text"]) for call in fake.sent(chat)]
            if wrote != [f"t{chat} m{number}" for number in range(count)]:
                found["wrong"].append(f"{chat} wrote {count}, the history has {len(wrote)}")
            once = list(dict.fromkeys(got))
            if once != said:
                found["wrong"].append(f"{chat} got {once[-3:]} ({len(once)}), said was {said[-3:]} ({len(said)})")
            doubled = Counter(got)
            found["doubles"] += len(got) - len(once)
            found["wrong"] += [f"{text!r} was sent {n} times" for text, n in doubled.items() if n > 1 + freezes]
    finally:
        await store.close()
    return found


async def test_worker_that_was_frozen_writes_nothing_stale(tmp_path: Path, times: int, telegram: FakeTelegram) -> None:
    port = free_port()
    hook = {
        "LOTSE_TELEGRAM__TOKEN": TOKEN,
        "LOTSE_TELEGRAM__API": telegram.url,
        "LOTSE_TELEGRAM__RATE": "0",
        "LOTSE_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    random_ = random.Random(11)
    written: Counter[int] = Counter()
    async with cluster(tmp_path, **hook) as running:
        west = await running.start("west", "web", port=port)
        workers = await running.start_all(one="worker", two="worker")
        await until(lambda: bool(telegram.webhook), what="the web hook was set")
        people_at = crowd([west.url], rate=RATE, talkers=40, nappers=5, held=3)
        async with people_at as people, at_the_desk(running, west.url) as desk:
            await people.parked_and_claimed(desk)
            writing = asyncio.create_task(write(telegram, written))
            await people.keep_up(seconds=30)
            slowest = 0.0
            for number in range(times):
                await asyncio.sleep(random_.random())
                workers[number % 2].freeze()
                await asyncio.sleep(LEASE)
                slowest = max(slowest, await people.keep_up(seconds=STILL))  # the other one answers them
                await asyncio.sleep(1.0)
                workers[number % 2].thaw()
                await people.keep_up(seconds=10)
            writing.cancel()
            await telegram.settled()
            await people.farewell(desk)
            await people.finish(seconds=30)
            await all_sent(running.database.url)
            found = await account(running.database.url, people)
        told = running.logs()
        sends = await sent_once(telegram, running.database.url, written, times)
        print(  # noqa: T201 - figures of the run
            f"{times} freezes, {found.messages} messages, {sum(written.values())} over Telegram, {sends['doubles']} sent"
            f" twice; answered by the other {LEASE + slowest:.1f} s after the freeze at the latest"
        )
        assert told.count("given_up_by_others") == times, told
        assert (found.faults, found.examples, sends["wrong"], telegram.violations) == ({}, [], [], []), told
        assert sends["doubles"] <= times * MESSENGERS
