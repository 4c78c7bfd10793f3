"""Who is at the desk, read from the store and from whoever knows who is there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from conversation.ports import Clock, Presence
from conversation.records import Card, Operator
from handoff.seats import Seat, active, places, seats

FRESH: Final = timedelta(seconds=2)
"""How old an answer to a question that turns ask may be: none of them should read the store for it again."""


class DeskReads(Protocol):
    """What of ``DeskStore`` this reads."""

    async def cards(self) -> Sequence[Card]: ...

    async def operators(self) -> Sequence[Operator]: ...


class Seating:
    """Raises StoreError where the store can't be read."""

    def __init__(self, *, store: DeskReads, presence: Presence, clock: Clock) -> None:
        self._store = store
        self._presence = presence
        self._clock = clock
        self._known: tuple[Seat, ...] = ()
        self._read: datetime | None = None

    async def seats(self, cards: Sequence[Card]) -> tuple[Seat, ...]:
        """Everybody, as of now, with what they hold of ``cards``."""
        return seats(await self._store.operators(), set(await self._presence.who()), cards)

    async def active(self, team: str) -> int:
        """How many serve the team, for an estimate of waits; a moment old."""
        return active(team, await self._lately())

    async def places(self, team: str) -> int:
        """How many chats these can have at a time; a moment old."""
        return places(team, await self._lately())

    async def _lately(self) -> tuple[Seat, ...]:
        now = self._clock.now()
        if self._read is None or abs(now - self._read) > FRESH:
            self._known = await self.seats(())
            self._read = now
        return self._known
