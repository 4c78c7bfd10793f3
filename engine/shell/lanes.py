"""Work in order inside a chat, side by side between chats."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

import structlog

from conversation.ports import Clock

PAUSES: Final = (1.0, 5.0, None)
"""Seconds after each unforeseen error of an item; after the last it is given up."""
_log = structlog.get_logger(__name__)


class Item(Protocol):
    """A row of the store. ``number`` is its own."""

    @property
    def number(self) -> int: ...

    @property
    def chat(self) -> str: ...


T = TypeVar("T", bound=Item)


class Lanes(Generic[T]):
    """One worker task for each chat that has work; it ends with its work.

    How many chats are worked on at a time is up to ``work``: one that only waits need not keep others out.
    """

    def __init__(
        self,
        work: Callable[[T], Awaitable[None]],
        *,
        give_up: Callable[[T, Exception], Awaitable[None]],
        clock: Clock,
    ) -> None:
        """``give_up`` puts an item aside that fails again and again by an error that ``work`` did not foresee."""
        self._work = work
        self._give_up = give_up
        self._clock = clock
        self._lanes: dict[str, deque[T]] = {}
        self._numbers: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, item: T) -> None:
        """Nothing happens if the item is here already."""
        if item.number in self._numbers:
            return
        self._numbers.add(item.number)
        lane = self._lanes.get(item.chat)
        if lane is not None:
            lane.append(item)
            return
        self._lanes[item.chat] = lane = deque([item])
        task = asyncio.create_task(self._run(item.chat, lane), name=f"lane {item.chat}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def numbers(self) -> frozenset[int]:
        """Of the items that wait or are being worked on."""
        return frozenset(self._numbers)

    def items(self, chat: str) -> Sequence[T]:
        """Of one chat: what is being worked on, then what waits, in order."""
        return self._lanes.get(chat, ())

    async def _run(self, chat: str, lane: deque[T]) -> None:
        try:
            while lane:
                await self._guarded(lane[0])
                self._numbers.discard(lane.popleft().number)
        finally:
            self._numbers.difference_update(item.number for item in lane)
            self._lanes.pop(chat, None)

    async def _guarded(self, item: T) -> None:
        """A lane outlives an unforeseen error, and one bad item does not stop its chat for ever."""
        for pause in PAUSES:
            try:
                await self._work(item)
                return
            except Exception as error:
                _log.exception("lane_item_failed", chat=item.chat, number=item.number)
                if pause is None:
                    await self._put_aside(item, error)
                else:
                    await self._clock.sleep(pause)

    async def _put_aside(self, item: T, error: Exception) -> None:
        try:
            await self._give_up(item, error)
        except Exception:
            _log.exception("lane_item_not_put_aside", chat=item.chat, number=item.number)

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    def has(self, chat: str) -> bool:
        """Whether something of this chat waits or is being worked on."""
        return chat in self._lanes

    async def drain(self, seconds: float) -> None:
        """Let the work that is there finish, for at most ``seconds``; then stop."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
