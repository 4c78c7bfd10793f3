"""Work in order inside a chat, side by side between chats."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class Lanes(Generic[T]):
    """One worker task for each chat that has work; it ends with its work."""

    def __init__(self, work: Callable[[T], Awaitable[None]], *, at_once: int) -> None:
        """``at_once``: how many chats are worked on at the same time."""
        self._work = work
        self._lanes: dict[str, deque[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(at_once)

    def add(self, chat: str, item: T) -> None:
        lane = self._lanes.get(chat)
        if lane is not None:
            lane.append(item)
            return
        self._lanes[chat] = lane = deque([item])
        task = asyncio.create_task(self._run(chat, lane), name=f"lane {chat}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, chat: str, lane: deque[T]) -> None:
        try:
            while lane:
                item = lane.popleft()
                async with self._room:
                    await self._guarded(chat, item)
        finally:
            self._lanes.pop(chat, None)

    async def _guarded(self, chat: str, item: T) -> None:
        """A lane outlives an unforeseen error: the item stays in the store and is taken up at the next start."""
        try:
            await self._work(item)
        except Exception:
            _log.exception("lane_item_failed", chat=chat)

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    async def drain(self, seconds: float) -> None:
        """Let the work that is there finish, for at most ``seconds``; then stop."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
