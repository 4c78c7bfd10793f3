"""How long a customer who waits has to wait, where chats are given out: from what operators have now and how long that took lately."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from conversation.ports import Clock
from engine.shell.seating import DeskReads, Seating
from handoff.seats import places
from handoff.waits import foresee

RECENT: Final = 100
"""Chats of the team, the newest ones, whose handle time counts."""
FRESH: Final = timedelta(seconds=3)
"""How old what is known of a team may be: in a rush many ask."""


class HandleTimes(Protocol):
    async def handle_times(self, team: str, last: int = RECENT) -> Sequence[float]: ...


class Foresight:
    """Methods raise StoreError."""

    def __init__(self, *, store: DeskReads, seating: Seating, times: HandleTimes, clock: Clock) -> None:
        self._store = store
        self._seating = seating
        self._times = times
        self._clock = clock
        self._known: dict[str, _Crew] = {}

    async def wait(self, position: int, team: str) -> float | None:
        """Seconds; None where nobody is there, or nobody can know yet."""
        now = self._clock.now()
        crew = self._known.get(team)
        if crew is None or abs(now - crew.at) > FRESH:
            crew = self._known[team] = await self._look(team)
        held = [max(0.0, (now - since).total_seconds()) for since in crew.begun]
        return foresee(position, held, crew.recent, crew.places)

    async def _look(self, team: str) -> "_Crew":
        cards = await self._store.cards()
        seats = [seat for seat in await self._seating.seats(cards) if seat.of(team)]
        there = {seat.operator for seat in seats if seat.present and seat.status != "away"}
        begun = [card.since for card in cards if card.phase == "with_operator" and card.operator in there]
        return _Crew(self._clock.now(), begun, await self._times.handle_times(team, RECENT), places(team, seats))


class _Crew:
    """A team as it was ``at`` a moment: when its operators' chats began, how long chats took lately, and its places."""

    def __init__(self, at: datetime, begun: Sequence[datetime], recent: Sequence[float], places_: int) -> None:
        self.at = at
        self.begun = begun
        self.recent = recent
        self.places = places_
