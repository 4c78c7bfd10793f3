"""Takes up again what is open in the store but in nobody's hands: a commit whose answer was lost, a caller who was cut off."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

import structlog

from conversation.errors import StoreError
from conversation.ports import Clock
from engine.shell.lanes import Item

EVERY: Final = 10.0
"""Seconds between two looks. What two of them find is taken up: by then it is nobody's."""
LOOKED_AT: Final = 10_000
"""Rows, the oldest: what is left alone is old."""

T = TypeVar("T", bound=Item)
T_contra = TypeVar("T_contra", bound=Item, contravariant=True)
_log = structlog.get_logger(__name__)


class Hands(Protocol[T_contra]):
    """Who works on such rows."""

    def add(self, item: T_contra, /) -> None: ...

    def numbers(self) -> frozenset[int]: ...


class Left(Generic[T]):
    """Rows of one kind that may have been left."""

    def __init__(self, what: str, read: Callable[[int], Awaitable[Sequence[T]]], hands: Hands[T]) -> None:
        self._what = what
        self._read = read
        self._hands = hands
        self._before: frozenset[int] = frozenset()

    async def look(self) -> None:
        """A row that is finished while it is read still looks open: only one that was nobody's a look ago is taken."""
        held = self._hands.numbers()
        rows = await self._read(LOOKED_AT)
        held |= self._hands.numbers()
        left = [row for row in rows if row.number not in held]
        for row in left:
            if row.number in self._before:
                _log.warning("taken_up_again", what=self._what, chat=row.chat, number=row.number)
                self._hands.add(row)
        self._before = frozenset(row.number for row in left)


class Sweep:
    """All kinds, every ``EVERY`` seconds."""

    def __init__(self, clock: Clock, *looks: Callable[[], Awaitable[None]]) -> None:
        self._clock = clock
        self._looks = looks

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._clock.sleep(EVERY)
            await self.once()

    async def once(self) -> None:
        for look in self._looks:
            try:
                await look()
            except StoreError as error:
                _log.error("not_swept", error=str(error))
            except Exception:
                _log.exception("not_swept")
