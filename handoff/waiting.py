"""A customer who waits: when the place in the queue is looked at, when it is told, and what ends the wait."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from conversation.events import QueuePlace
from conversation.policy import Policy
from conversation.state import Parked

PLACE: Final = "wait_place"
"""The timer that looks at the place in the queue."""
FIRST: Final = timedelta(seconds=1)
"""The first look: who is served at once is told of no queue."""
LOOK: Final = timedelta(seconds=30)
MORE: Final = 10
"""So many places further behind, so many looks fewer."""
MOST: Final = timedelta(minutes=5)

STAYS: Final = frozenset({"silent", "failed"})
"""Outcomes of a talk with the bot, in the middle of a wait, after which the customer still wants a person."""


def is_news(parked: Parked, place: QueuePlace | None) -> bool:
    """Whether the customer should hear of it: the first time, and whenever it got better."""
    return place is not None and (parked.told == 0 or place.position < parked.told)


def told(parked: Parked, position: int) -> Parked:
    return msgspec.structs.replace(parked, told=position)


def next_look(policy: Policy, at: datetime, place: QueuePlace | None, *, spoke: bool) -> datetime | None:
    """When to look again; None: never, the company wants no updates. Who was told something is left in peace for a while."""
    updates = policy.waiting.updates
    if updates is None:
        return None
    if spoke:
        return at + timedelta(seconds=updates)
    behind = place.position // MORE if place else 0
    return at + min(MOST, LOOK * (1 + behind))


def again(parked: Parked, team: str) -> Parked:
    """The customer asks for a person who waits for one already: the place is the same, also at another team."""
    return msgspec.structs.replace(parked, team=team, meanwhile=False, frames=(), told=0)
