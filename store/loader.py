"""Reading many chats at once: loads that come while one query runs share the next."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from conversation.records import Snapshot
from store import reads

T = TypeVar("T")


class Read(Protocol):
    def __call__(self, do: Callable[[Connection], T], /) -> Awaitable[T]: ...


class Loader:
    """A load sees all that was committed before it was asked for."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._waiting: list[tuple[str, asyncio.Future[Snapshot]]] = []
        self._task: asyncio.Task[None] | None = None

    async def load(self, chat: str) -> Snapshot:
        """Raises KeyError for a chat that does not exist, StoreError if it can't be read."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((chat, future))
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name="store loader")
        snapshot: Snapshot = await future
        return snapshot

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            wanted = sorted({chat for chat, _ in batch})
            found: dict[str, Snapshot | Exception]
            try:
                found = {**await self._read(partial(reads.load, wanted=wanted))}
            except Exception as error:
                found = dict.fromkeys(wanted, error)
            for chat, future in batch:
                _settle(future, found.get(chat) or KeyError(chat))
        self._task = None


def _settle(future: asyncio.Future[Snapshot], result: Snapshot | Exception) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
