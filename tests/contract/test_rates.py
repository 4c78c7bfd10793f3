"""Token buckets: what may go at once, what waits, and what is turned away. One suite in a process and over Redis."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import redis as redis_client

from app.clock import SystemClock
from conversation.errors import LotseError
from conversation.ports import Clock, Rates
from store import redis_rates
from store.rates import MemoryRates
from store.redis_rates import PATIENCE, RedisRates
from tests.support.hand_clock import HandClock
from tests.support.process import free_port
from tests.support.servers import Server, redis

SLOW = 0.001
"""A second's thousandth of a token: in a test's time nothing grows back."""


@pytest.fixture(autouse=True)
def _a_busy_machine_is_no_dead_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_rates, "PATIENCE", 10.0)


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
async def over(url: str, clock: Clock | None = None) -> AsyncIterator[RedisRates]:
    rates = RedisRates.open(url, clock=clock or SystemClock())
    try:
        yield rates
    finally:
        await rates.close()


@pytest.fixture(params=["memory", "redis"])
async def rates(request: pytest.FixtureRequest, shared: Server) -> AsyncIterator[Rates]:
    if request.param == "memory":
        yield MemoryRates(SystemClock())
        return
    with redis_client.Redis(port=shared.port) as client:
        client.flushall()
    async with over(shared.url) as made:
        yield made


async def taken(rates: Rates, key: str, count: int, **bucket: float) -> list[float | None]:
    return [await rates.take(key, **bucket) for _ in range(count)]


async def test_burst_goes_at_once_and_what_is_more_is_turned_away(rates: Rates) -> None:
    assert await taken(rates, "a", 4, rate=SLOW, burst=3) == [0, 0, 0, None]


async def test_each_key_has_a_bucket_of_its_own(rates: Rates) -> None:
    assert await taken(rates, "a", 2, rate=SLOW, burst=1) == [0, None]
    assert await taken(rates, "ä b:c", 2, rate=SLOW, burst=1) == [0, None]


async def test_those_who_queue_wait_one_after_another(rates: Rates) -> None:
    waits = await taken(rates, "a", 6, rate=0.1, burst=2, queue=3)
    assert waits[:2] == [0, 0]
    assert waits[2:5] == pytest.approx([10, 20, 30], abs=2)
    assert waits[5] is None


async def test_who_was_turned_away_took_nothing(rates: Rates) -> None:
    await taken(rates, "a", 50, rate=0.1, burst=1)
    assert await rates.take("a", rate=0.1, burst=1, queue=1) == pytest.approx(10, abs=2)


async def test_what_was_taken_grows_back(rates: Rates) -> None:
    assert await taken(rates, "a", 2, rate=2, burst=1) == [0, None]
    await asyncio.sleep(0.55)
    assert await taken(rates, "a", 2, rate=2, burst=1) == [0, None]


async def test_bucket_holds_no_more_than_its_burst(rates: Rates) -> None:
    await rates.take("a", rate=50, burst=2)
    await asyncio.sleep(0.1)
    assert (await taken(rates, "a", 3, rate=50, burst=2))[:2] == [0, 0]
    assert await taken(rates, "b", 3, rate=SLOW, burst=2) == [0, 0, None]


# ── in a process ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rate", [0.3, 1, 7, 28, 30])
async def test_no_second_sees_more_than_rate_and_burst(rate: float) -> None:
    clock = HandClock()
    rates, times = MemoryRates(clock), []
    for _ in range(300):
        wait = await rates.take("a", rate=rate, burst=3, queue=1)
        assert wait is not None
        clock.turn(wait)
        times.append(clock.now())
    for first, time_ in enumerate(times):
        assert sum(at < time_ + timedelta(seconds=0.999) for at in times[first:]) <= rate + 3
    assert (times[-1] - times[0]).total_seconds() == pytest.approx(297 / rate, rel=0.02)


async def test_clock_that_was_set_back_shuts_no_bucket() -> None:
    clock = HandClock()
    rates = MemoryRates(clock)
    assert await taken(rates, "a", 3, rate=1, burst=2) == [0, 0, None]
    clock.turn(-3600)
    assert await taken(rates, "a", 1, rate=1, burst=2) == [None]
    clock.turn(1)
    assert await taken(rates, "a", 2, rate=1, burst=2) == [0, None]


async def test_keys_that_nobody_uses_are_forgotten() -> None:
    rates = MemoryRates(HandClock(), keys=10)
    for number in range(100):
        await rates.take(f"{number}", rate=1, burst=1)
    assert len(rates._full) == 10


# ── over Redis ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_processes_share_a_limit(shared: Server) -> None:
    async with over(shared.url) as one, over(shared.url) as other:
        assert await taken(one, "shared", 2, rate=SLOW, burst=3) == [0, 0]
        assert await taken(other, "shared", 2, rate=SLOW, burst=3) == [0, None]


async def test_processes_at_once_take_no_more_than_there_is(shared: Server) -> None:
    async with over(shared.url) as one, over(shared.url) as other:
        waits = await asyncio.gather(
            *(each.take("rush", rate=SLOW, burst=30) for _ in range(50) for each in (one, other))
        )
    assert sorted(waits, key=str) == [0.0] * 30 + [None] * 70


async def test_unused_bucket_leaves_redis_by_itself(shared: Server) -> None:
    async with over(shared.url) as rates:
        await rates.take("short", rate=100, burst=2)
        await asyncio.sleep(0.05)
    with redis_client.Redis(port=shared.port) as client:
        assert not client.exists("lotse:rate:short")


async def test_limit_that_was_changed_holds_for_the_next_process(shared: Server) -> None:
    async with over(shared.url) as before, over(shared.url) as after:
        await taken(before, "changed", 100, rate=SLOW, burst=1, queue=99)
        assert await after.take("changed", rate=10, burst=1, queue=2) is None
        await asyncio.sleep(0.15)
        wait = await after.take("changed", rate=10, burst=1, queue=2)
        assert wait is not None
        assert wait <= 0.3


async def test_without_redis_the_limit_is_kept_by_each_process() -> None:
    async with over(f"redis://127.0.0.1:{free_port()}") as rates:
        assert await taken(rates, "a", 4, rate=SLOW, burst=3) == [0, 0, 0, None]


async def test_redis_that_dies_and_comes_back_is_bridged(own: Server) -> None:
    clock = HandClock()
    async with over(own.url, clock) as one, over(own.url, clock) as other:
        assert await taken(one, "a", 2, rate=SLOW, burst=3) == [0, 0]
        own.stop(signal.SIGKILL)
        assert await taken(one, "a", 2, rate=SLOW, burst=3) == [0, None]
        own.start()
        clock.turn(redis_rates.REST)
        assert await taken(one, "b", 2, rate=SLOW, burst=3) == [0, 0]
        assert await taken(other, "b", 2, rate=SLOW, burst=3) == [0, None]


async def test_redis_that_was_emptied_opens_no_gate(own: Server) -> None:
    async with over(own.url) as rates:
        assert await taken(rates, "a", 3, rate=SLOW, burst=3) == [0, 0, 0]
        with redis_client.Redis(port=own.port) as client:
            client.flushall()
            client.script_flush()
        assert await taken(rates, "a", 1, rate=SLOW, burst=3) == [None]
        assert await taken(rates, "b", 4, rate=SLOW, burst=3) == [0, 0, 0, None]


async def test_redis_that_hangs_holds_nobody_up_and_is_understood_again_afterwards(
    own: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HandClock()
    async with over(own.url, clock) as rates, over(own.url, clock) as other:
        assert await taken(rates, "a", 1, rate=SLOW, burst=3) == [0]
        monkeypatch.setattr(redis_rates, "PATIENCE", PATIENCE)
        own.process.send_signal(signal.SIGSTOP)
        begin = time.monotonic()
        assert await taken(rates, "a", 20, rate=SLOW, burst=3) == [0, 0] + [None] * 18
        assert time.monotonic() - begin < 2
        own.process.send_signal(signal.SIGCONT)
        monkeypatch.setattr(redis_rates, "PATIENCE", 10.0)
        clock.turn(redis_rates.REST)
        assert await taken(other, "b", 3, rate=SLOW, burst=3) == [0, 0, 0]
        assert await taken(rates, "b", 2, rate=SLOW, burst=3) == [None, None]
        assert await taken(rates, "c", 4, rate=SLOW, burst=3) == [0, 0, 0, None]


@pytest.mark.parametrize("url", ["http://:secret@host", "redis://:secret@host:port"])
async def test_address_that_is_none_is_told_without_its_password(url: str) -> None:
    with pytest.raises(LotseError, match="LOTSE_REDIS__URL") as error:
        RedisRates.open(url, clock=SystemClock())
    assert "secret" not in str(error.value)
