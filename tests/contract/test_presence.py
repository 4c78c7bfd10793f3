"""Who is there: one suite for both implementations, and what a Redis that is away costs."""

import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from conversation.errors import LotseError
from conversation.ports import Presence
from store.presence import STAYS, MemoryPresence
from store.redis_presence import KEY, RedisPresence
from tests.support.hand_clock import HandClock
from tests.support.servers import Server, redis

Open = Callable[[], Awaitable[Presence]]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with redis() as started:
        yield started


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def shared(server: Server, clock: HandClock) -> AsyncIterator[list[RedisPresence]]:
    """Two processes' own."""
    opened = [RedisPresence.open(server.url, clock=clock) for _ in range(2)]
    await opened[0]._redis.delete(KEY)
    yield opened
    for presence in opened:
        await presence.close()


@pytest.fixture(params=["memory", "redis"])
def presence(request: pytest.FixtureRequest, clock: HandClock) -> Presence:
    if request.param == "memory":
        return MemoryPresence(clock)
    made: Presence = request.getfixturevalue("shared")[0]
    return made


async def test_who_came_is_there_until_they_leave(presence: Presence) -> None:
    await presence.here("olga")
    await presence.here("ben")
    await presence.here("olga")
    assert await presence.who() == ["ben", "olga"]
    await presence.left("olga")
    assert await presence.who() == ["ben"]


async def test_who_leaves_without_having_come_changes_nothing(presence: Presence) -> None:
    await presence.left("olga")
    assert await presence.who() == []


async def test_who_does_not_say_it_again_is_forgotten(clock: HandClock) -> None:
    presence = MemoryPresence(clock)
    await presence.here("olga")
    clock.turn(STAYS.total_seconds() - 1)
    await presence.here("ben")
    assert await presence.who() == ["ben", "olga"]
    clock.turn(1)
    assert await presence.who() == ["ben"]


async def test_processes_see_each_others(shared: list[RedisPresence]) -> None:
    one, two = shared
    await one.here("olga")
    await two.here("ben")
    assert await one.who() == await two.who() == ["ben", "olga"]


async def test_redis_forgets_who_does_not_say_it_again(shared: list[RedisPresence]) -> None:
    one, two = shared
    await one.here("olga")
    await one._redis.zadd(KEY, {"olga": 1})
    assert await two.who() == []


async def test_emptied_redis_knows_them_when_they_say_it_again(shared: list[RedisPresence]) -> None:
    one, two = shared
    await one.here("olga")
    await one._redis.flushall()
    assert await two.who() == []
    assert await one.who() == ["olga"]
    await one.here("olga")
    assert await two.who() == ["olga"]


async def test_without_redis_a_process_knows_its_own(clock: HandClock) -> None:
    with redis() as server:
        presence = RedisPresence.open(server.url, clock=clock)
        await presence.here("olga")
        server.stop(signal.SIGKILL)
        await presence.here("ben")
        await presence.left("olga")
        assert await presence.who() == ["ben"]
        server.start()
        await presence.here("ben")
        assert await presence.who() == ["ben"]
        await presence.close()


def test_address_that_names_no_redis_is_refused_without_its_password(clock: HandClock) -> None:
    with pytest.raises(LotseError, match="LOTSE_REDIS__URL") as caught:
        RedisPresence.open("http://user:hush@host", clock=clock)
    assert "hush" not in str(caught.value)
