"""The bus: live, bounded, and never waiting for a slow listener."""

import asyncio

from conversation.ports import Bus, Subscription
from store.bus import LIMIT, MemoryBus


async def take(subscription: Subscription, count: int) -> list[bytes]:
    got = []
    async for payload in subscription:
        got.append(payload)
        if len(got) == count:
            break
    return got


async def ended(subscription: Subscription) -> list[bytes]:
    """What still came until the iteration ended."""
    async with asyncio.timeout(1):
        return [payload async for payload in subscription]


async def test_subscriber_hears_what_is_published_in_order() -> None:
    bus: Bus = MemoryBus()
    subscription = await bus.subscribe("desk")
    for number in range(5):
        await bus.publish("desk", b"%d" % number)
    assert await take(subscription, 5) == [b"0", b"1", b"2", b"3", b"4"]


async def test_subscriber_that_waits_is_woken() -> None:
    bus = MemoryBus()
    subscription = await bus.subscribe("desk")
    waiting = asyncio.create_task(take(subscription, 1))
    await asyncio.sleep(0)
    await bus.publish("desk", b"news")
    assert await waiting == [b"news"]


async def test_what_was_published_before_is_not_heard() -> None:
    bus = MemoryBus()
    await bus.publish("desk", b"old")
    subscription = await bus.subscribe("desk")
    await bus.publish("desk", b"new")
    assert await take(subscription, 1) == [b"new"]


async def test_every_subscriber_of_a_topic_hears_it_and_no_other() -> None:
    bus = MemoryBus()
    one, two, other = await bus.subscribe("a"), await bus.subscribe("a"), await bus.subscribe("b")
    await bus.publish("a", b"x")
    await bus.publish("b", b"y")
    assert await take(one, 1) == [b"x"]
    assert await take(two, 1) == [b"x"]
    assert await take(other, 1) == [b"y"]


async def test_closed_subscription_ends_at_once() -> None:
    bus = MemoryBus()
    subscription = await bus.subscribe("desk")
    await bus.publish("desk", b"unread")
    await subscription.close()
    assert await ended(subscription) == []
    await subscription.close()


async def test_closing_wakes_the_one_that_waits() -> None:
    bus = MemoryBus()
    subscription = await bus.subscribe("desk")
    waiting = asyncio.create_task(ended(subscription))
    await asyncio.sleep(0)
    await subscription.close()
    assert await waiting == []


async def test_subscriber_that_falls_behind_is_dropped() -> None:
    bus = MemoryBus(limit=3)
    slow, fast = await bus.subscribe("desk"), await bus.subscribe("desk")
    for number in range(4):
        await bus.publish("desk", b"%d" % number)
        assert await take(fast, 1) == [b"%d" % number]
    assert await ended(slow) == []
    await bus.publish("desk", b"after")
    assert await take(fast, 1) == [b"after"]


async def test_subscriber_with_a_full_queue_is_kept() -> None:
    bus = MemoryBus()
    subscription = await bus.subscribe("desk")
    for _ in range(LIMIT):
        await bus.publish("desk", b"x")
    assert len(await take(subscription, LIMIT)) == LIMIT


async def test_topic_without_listeners_is_forgotten() -> None:
    bus = MemoryBus(limit=1)
    closed, dropped = await bus.subscribe("a"), await bus.subscribe("b")
    await closed.close()
    for _ in range(2):
        await bus.publish("b", b"x")
    assert await ended(dropped) == []
    assert bus._topics == {}


async def test_iteration_left_and_taken_up_again_misses_nothing() -> None:
    bus = MemoryBus()
    subscription = await bus.subscribe("desk")
    await bus.publish("desk", b"1")
    assert await take(subscription, 1) == [b"1"]
    await bus.publish("desk", b"2")
    assert await take(subscription, 1) == [b"2"]
