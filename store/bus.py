"""The bus inside one process. Its stand-in between machines has the same port."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Self

from conversation.ports import Subscription

LIMIT = 256
"""Messages that may wait for one subscriber; with one more it is dropped."""


class MemorySubscription:
    """One subscriber's queue. It ends when closed, and at once when it fell behind: what it missed is in the store."""

    def __init__(self, limit: int, leave: Callable[["MemorySubscription"], None]) -> None:
        self._limit = limit
        self._leave = leave
        self._waiting: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._open = True

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while self._open:
            if self._waiting:
                return self._waiting.popleft()
            self._news.clear()
            await self._news.wait()
        raise StopAsyncIteration

    async def close(self) -> None:
        self.end()

    def push(self, payload: bytes) -> None:
        if len(self._waiting) >= self._limit:
            self.end()
            return
        self._waiting.append(payload)
        self._news.set()

    def end(self) -> None:
        self._open = False
        self._waiting.clear()
        self._news.set()
        self._leave(self)


class MemoryBus:
    """Publishing never waits. Topics exist while somebody listens. There is nothing to be down."""

    up = True

    def __init__(self, *, limit: int = LIMIT) -> None:
        self._limit = limit
        self._topics: dict[str, set[MemorySubscription]] = {}

    async def publish(self, topic: str, payload: bytes) -> None:
        for subscription in tuple(self._topics.get(topic, ())):
            subscription.push(payload)

    async def subscribe(self, topic: str) -> Subscription:
        def leave(subscription: MemorySubscription) -> None:
            listeners = self._topics.get(topic, set())
            listeners.discard(subscription)
            if not listeners:
                self._topics.pop(topic, None)

        subscription = MemorySubscription(self._limit, leave)
        self._topics.setdefault(topic, set()).add(subscription)
        return subscription
