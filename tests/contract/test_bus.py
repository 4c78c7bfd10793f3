"""The bus: live, bounded, and never waiting for a slow listener. One suite for the bus in a process and the one over Redis."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest

from app.clock import SystemClock
from conversation.errors import LotseError
from conversation.ports import Bus, Clock, Subscription
from store import redis_bus
from store.bus import LIMIT, MemoryBus
from store.redis_bus import BACKLOG, PATIENCE, RedisBus
from tests.support.customers import until
from tests.support.process import free_port
from tests.support.servers import Server, redis


class Hurry:
    """A clock that waits a hundredth of what it is asked for: back-off is a matter of seconds."""

    now = SystemClock.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 100)


HURRY = Hurry()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Who publishes and who listens; the same one, or two on different machines."""

    speaker: Bus
    listener: Bus


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    with redis() as server:
        yield server


@pytest.fixture
def own() -> Iterator[Server]:
    """One to kill."""
    with redis() as server:
        yield server


@asynccontextmanager
async def over(url: str, name: str = "here", limit: int = LIMIT, *, clock: Clock = HURRY) -> AsyncIterator[RedisBus]:
    bus = await RedisBus.open(url, clock=clock, name=name, limit=limit)
    try:
        yield bus
    finally:
        await bus.close()


@pytest.fixture
def limit() -> int:
    return LIMIT


@pytest.fixture(params=["memory", "redis", "redis between two"])
async def pair(request: pytest.FixtureRequest, shared: Server, limit: int) -> AsyncIterator[Pair]:
    if request.param == "memory":
        bus = MemoryBus(limit=limit)
        yield Pair(speaker=bus, listener=bus)
        return
    async with over(shared.url, limit=limit) as near, over(shared.url, "there", limit) as far:
        yield Pair(speaker=near, listener=near if request.param == "redis" else far)


async def arrived(pair: Pair) -> None:
    """Until all that was published is there: what is published last comes last."""
    last = await pair.listener.subscribe("last")
    await pair.speaker.publish("last", b"")
    await take(last, 1)
    await last.close()


async def take(subscription: Subscription, count: int) -> list[bytes]:
    got = []
    async with asyncio.timeout(5):
        async for payload in subscription:
            got.append(payload)
            if len(got) == count:
                break
    return got


async def ended(subscription: Subscription, *, seconds: float = 1) -> list[bytes]:
    """What still came until the iteration ended."""
    async with asyncio.timeout(seconds):
        return [payload async for payload in subscription]


async def test_subscriber_hears_what_is_published_in_order(pair: Pair) -> None:
    subscription = await pair.listener.subscribe("desk")
    for number in range(5):
        await pair.speaker.publish("desk", b"%d" % number)
    assert await take(subscription, 5) == [b"0", b"1", b"2", b"3", b"4"]


async def test_subscriber_that_gave_up_waiting_misses_nothing(pair: Pair) -> None:
    subscription = await pair.listener.subscribe("desk")
    waiting = asyncio.create_task(take(subscription, 1))
    await asyncio.sleep(0)
    waiting.cancel()
    await pair.speaker.publish("desk", b"0")
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    await pair.speaker.publish("desk", b"1")
    assert await take(subscription, 2) == [b"0", b"1"]


async def test_subscriber_that_waits_is_woken(pair: Pair) -> None:
    subscription = await pair.listener.subscribe("desk")
    waiting = asyncio.create_task(take(subscription, 1))
    await asyncio.sleep(0)
    await pair.speaker.publish("desk", b"news")
    assert await waiting == [b"news"]


async def test_what_was_published_before_is_not_heard(pair: Pair) -> None:
    early = await pair.listener.subscribe("desk")
    await pair.speaker.publish("desk", b"old")
    assert await take(early, 1) == [b"old"]
    subscription = await pair.listener.subscribe("desk")
    await pair.speaker.publish("desk", b"new")
    assert await take(subscription, 1) == [b"new"]


async def test_every_subscriber_of_a_topic_hears_it_and_no_other(pair: Pair) -> None:
    one, two, other = (
        await pair.listener.subscribe("a"),
        await pair.listener.subscribe("a"),
        await pair.listener.subscribe("b"),
    )
    await pair.speaker.publish("a", b"x")
    await pair.speaker.publish("b", b"y")
    assert await take(one, 1) == [b"x"]
    assert await take(two, 1) == [b"x"]
    assert await take(other, 1) == [b"y"]


async def test_closed_subscription_ends_at_once(pair: Pair) -> None:
    subscription, other = await pair.listener.subscribe("desk"), await pair.listener.subscribe("desk")
    await pair.speaker.publish("desk", b"unread")
    assert await take(other, 1) == [b"unread"]
    await subscription.close()
    assert await ended(subscription) == []
    await subscription.close()


async def test_closing_wakes_the_one_that_waits(pair: Pair) -> None:
    subscription = await pair.listener.subscribe("desk")
    waiting = asyncio.create_task(ended(subscription))
    await asyncio.sleep(0)
    await subscription.close()
    assert await waiting == []


@pytest.mark.parametrize("limit", [3])
async def test_subscriber_that_falls_behind_is_dropped(pair: Pair) -> None:
    slow, fast = await pair.listener.subscribe("desk"), await pair.listener.subscribe("desk")
    for number in range(4):
        await pair.speaker.publish("desk", b"%d" % number)
        assert await take(fast, 1) == [b"%d" % number]
    assert await ended(slow) == []
    await pair.speaker.publish("desk", b"after")
    assert await take(fast, 1) == [b"after"]


async def test_subscriber_with_a_full_queue_is_kept(pair: Pair) -> None:
    subscription = await pair.listener.subscribe("desk")
    for _ in range(LIMIT):
        await pair.speaker.publish("desk", b"x")
    await arrived(pair)
    assert len(await take(subscription, LIMIT)) == LIMIT


@pytest.mark.parametrize("limit", [1])
async def test_topic_without_listeners_is_forgotten(pair: Pair) -> None:
    closed, dropped = await pair.listener.subscribe("a"), await pair.listener.subscribe("b")
    await closed.close()
    for _ in range(2):
        await pair.speaker.publish("b", b"x")
    await arrived(pair)
    assert await ended(dropped) == []
    assert isinstance(pair.listener, MemoryBus | RedisBus)
    assert pair.listener._topics == {}


async def test_iteration_left_and_taken_up_again_misses_nothing(pair: Pair) -> None:
    subscription = await pair.listener.subscribe("desk")
    await pair.speaker.publish("desk", b"1")
    assert await take(subscription, 1) == [b"1"]
    await pair.speaker.publish("desk", b"2")
    assert await take(subscription, 1) == [b"2"]


# ── over Redis only ──────────────────────────────────────────────────────────────────────────────────────────────────


def asked(server: Server, *words: str) -> str:
    """What Redis answers to a command."""
    command = ["redis-cli", "-p", str(server.port), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


async def heard(near: RedisBus, far: RedisBus) -> bytes:
    """Publish until it comes through: Redis is back when it does."""
    async with asyncio.timeout(10):
        while True:
            subscription = await far.subscribe("again")
            await near.publish("again", b"news")
            with suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    async for payload in subscription:
                        return payload
            await subscription.close()


async def test_subscriptions_end_when_redis_dies_and_when_it_is_back(own: Server) -> None:
    async with over(own.url) as near, over(own.url, "there") as far:
        before = await far.subscribe("desk")
        own.stop(signal.SIGKILL)
        assert await ended(before) == []
        away = await far.subscribe("desk")
        own.start()
        assert await ended(away, seconds=5) == []
        assert await heard(near, far) == b"news"


async def test_without_redis_news_of_this_process_still_come(own: Server) -> None:
    async with over(own.url) as bus:
        own.stop(signal.SIGKILL)
        assert await heard(bus, bus) == b"news"


async def test_bus_says_whether_it_hears_redis(own: Server) -> None:
    async with over(own.url) as bus:
        assert bus.up
        own.stop(signal.SIGKILL)
        await until(lambda: not bus.up, what="the loss was noticed")
        own.start()
        await until(lambda: bus.up, what="Redis was heard again")


async def test_subscriptions_made_without_redis_end_from_time_to_time() -> None:
    """Other processes may have news by another way: the store is read again."""
    async with over(f"redis://127.0.0.1:{free_port()}") as bus:
        subscription = await bus.subscribe("desk")
        assert await ended(subscription, seconds=5) == []


async def test_publishing_without_redis_neither_waits_nor_raises() -> None:
    async with over(f"redis://127.0.0.1:{free_port()}") as bus:
        async with asyncio.timeout(1):
            for _ in range(3 * BACKLOG):
                await bus.publish("desk", b"news")
        assert len(bus._voice._waiting) <= BACKLOG


async def test_news_that_were_lost_end_the_subscriptions_of_the_others(shared: Server) -> None:
    async with over(shared.url) as near, over(shared.url, "there") as far:
        assert await heard(near, far) == b"news"
        subscription = await far.subscribe("desk")
        asked(shared, "CLIENT", "KILL", "TYPE", "normal")
        await near.publish("desk", b"lost")
        assert await ended(subscription, seconds=5) == []
        assert await heard(near, far) == b"news"


async def test_redis_that_hangs_holds_nobody_up(own: Server) -> None:
    async with over(own.url) as near, over(own.url, "there") as far:
        assert await heard(near, far) == b"news"
        own.process.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(2 * PATIENCE):
            await near.publish("desk", b"news")
            subscription = await far.subscribe("desk")
        assert await ended(subscription) == []
        own.process.send_signal(signal.SIGCONT)
        assert await heard(near, far) == b"news"


async def test_topic_that_is_not_confirmed_ends_at_once_and_not_with_the_next_look(
    own: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_bus, "PATIENCE", 0.1)
    async with over(own.url, clock=SystemClock()) as bus:
        own.process.send_signal(signal.SIGSTOP)
        subscription = await bus.subscribe("desk")
        assert await ended(subscription) == []


async def test_silent_connection_is_given_up(own: Server) -> None:
    async with over(own.url) as bus:
        subscription = await bus.subscribe("desk")
        own.process.send_signal(signal.SIGSTOP)
        assert await ended(subscription) == []


async def test_redis_brings_only_topics_that_somebody_listens_to(shared: Server) -> None:
    async with over(shared.url) as bus:
        one, two = await bus.subscribe("a"), await bus.subscribe("a")
        assert set(asked(shared, "PUBSUB", "CHANNELS").split()) == {"lotse-gap", "lotse:a"}
        await one.close()
        await two.close()
        again = await bus.subscribe("b")
        assert set(asked(shared, "PUBSUB", "CHANNELS").split()) == {"lotse-gap", "lotse:b"}
        await again.close()


async def test_topic_left_and_taken_up_at_once_is_heard(shared: Server) -> None:
    async with over(shared.url) as near, over(shared.url, "there") as far:
        for number in range(20):
            leaving = asyncio.create_task(far.subscribe("desk"))
            await asyncio.sleep(0)
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)
            subscription = await far.subscribe("desk")
            await near.publish("desk", b"%d" % number)
            assert await take(subscription, 1) == [b"%d" % number]
            await subscription.close()


async def test_news_published_before_the_end_still_go_out(shared: Server) -> None:
    async with over(shared.url, "there") as far:
        subscription = await far.subscribe("desk")
        async with over(shared.url) as near:
            await near.publish("desk", b"goodbye")
        assert await take(subscription, 1) == [b"goodbye"]


@pytest.mark.parametrize("url", ["http://:secret@host", "redis://:secret@host:port"])
async def test_address_that_is_none_is_told_without_its_password(url: str) -> None:
    with pytest.raises(LotseError, match="LOTSE_REDIS__URL") as error:
        await RedisBus.open(url, clock=HURRY, name="here")
    assert "secret" not in str(error.value)


async def test_bus_whose_news_do_not_go_out_is_not_up(own: Server) -> None:
    """Long before a silent connection is given up: pages then look for news in the store."""
    async with over(own.url, clock=SystemClock()) as bus:
        assert bus.up
        own.process.send_signal(signal.SIGSTOP)
        await bus.publish("t", b"for others")
        await until(lambda: not bus.up, seconds=3 * PATIENCE, what="the bus says that it is silent")
        own.process.send_signal(signal.SIGCONT)
        await until(lambda: bus.up, what="the bus is up again")
