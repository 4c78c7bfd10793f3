"""The bus inside one process. Its stand-in between machines has the same port."""

import asyncio
from collections.abc import Callable
from typing import Self

from conversation.ports import Subscription

LIMIT = 256
"""Messages that may wait for one subscriber; with one more it is dropped."""


class MemorySubscription:
    """One subscriber's queue. It ends when closed, and at once when it fell behind: what it missed is in the store.

    One task reads it. There are as many as open sockets, and nearly all of them have nothing to read.
    """

    __slots__ = ("_call", "_leave", "_limit", "_open", "_waiter", "_waiting", "topic")

    def __init__(self, topic: str, limit: int, leave: Callable[["MemorySubscription"], None]) -> None:
        self.topic = topic
        self._limit = limit
        self._leave = leave
        self._waiting: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None
        self._call: Callable[[], None] | None = None
        self._open = True

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while self._open:
            if self._waiting:
                return self._waiting.pop(0)
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        raise StopAsyncIteration

    @property
    def pending(self) -> bool:
        return bool(self._waiting) or not self._open

    def watch(self, call: Callable[[], None]) -> None:
        self._call = call

    async def close(self) -> None:
        self._call = None
        self.end()

    def push(self, payload: bytes) -> None:
        if len(self._waiting) >= self._limit:
            self.end()
            return
        self._waiting.append(payload)
        self._wake()

    def end(self) -> None:
        self._open = False
        self._waiting.clear()
        self._wake()
        self._leave(self)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        if self._call is not None:
            self._call()


class MemoryBus:
    """Publishing never waits. Topics exist while somebody listens. There is nothing to be down."""

    up = True

    def __init__(self, *, limit: int = LIMIT) -> None:
        self._limit = limit
        self._topics: dict[str, set[MemorySubscription]] = {}
        self._forget = self._leave  # one for all subscriptions

    async def publish(self, topic: str, payload: bytes) -> None:
        for subscription in tuple(self._topics.get(topic, ())):
            subscription.push(payload)

    async def subscribe(self, topic: str) -> Subscription:
        subscription = MemorySubscription(topic, self._limit, self._forget)
        self._topics.setdefault(topic, set()).add(subscription)
        return subscription

    def _leave(self, subscription: MemorySubscription) -> None:
        listeners = self._topics.get(subscription.topic, set())
        listeners.discard(subscription)
        if not listeners:
            self._topics.pop(subscription.topic, None)
