"""Call-backs that were agreed: which times may be booked, when the customer is reminded, and when the team has it in its queue.

Pure: what is booked already comes in.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from conversation.callback import Callback
from conversation.policy import Policy, Team
from conversation.state import Closed, Parked, Phase, WithOperator
from handoff.hours import is_open, is_slot, next_open

REMIND: Final = "callback_remind"
DUE: Final = "callback_due"
TIMERS: Final = "callback_"
"""What the names of a call-back's timers begin with: they outlive the conversation."""
PRIORITY: Final = 5
"""A call-back that is due, among those that wait: somebody was promised a time."""
LATE: Final = timedelta(minutes=10)
"""From here on a call-back comes with an excuse."""
MIND: Final = timedelta(minutes=5)
"""So long customers who are about to be called may take to say another time."""
GRACE: Final = timedelta(minutes=30)
"""So long after it was offered a time may be taken although the notice is shorter by then."""
STAYS: Final = 30 * 86400
"""Seconds that a call-back which is due waits for an operator: it was promised, and nobody takes it back."""


def team_of(policy: Policy, name: str = "") -> Team | None:
    """The team of that name, if it calls back; without a name the first that does."""
    if name:
        found = policy.teams.get(name)
        return found if found and found.callbacks else None
    return next((team for team in policy.teams.values() if team.callbacks), None)


def team_for(policy: Policy, phase: Phase | None, wanted: str = "") -> Team | None:
    """Who shall call: the team that an operator asks for, else the one that has the chat, else any that calls back."""
    if wanted:
        return team_of(policy, wanted)
    own = phase.team if isinstance(phase, Parked | WithOperator | Closed) else ""
    return team_of(policy, own) or team_of(policy)


def may_book(team: Team, zone: str, begin: datetime, now: datetime) -> bool:
    """Whether a call-back may begin then, as far as the team's hours and rules go."""
    rules = team.callbacks
    if rules is None or begin <= now:
        return False
    earliest = now + timedelta(seconds=rules.notice) - GRACE
    return earliest <= begin <= now + timedelta(seconds=rules.ahead) and is_slot(team, zone, begin)


def timers(policy: Policy, callback: Callback, now: datetime) -> Mapping[str, datetime]:
    """``callback_due``, and ``callback_remind`` while there is time for that."""
    team = policy.teams.get(callback.team)
    rules = team.callbacks if team else None
    remind = callback.begin - timedelta(seconds=rules.remind if rules else 0)
    due = {DUE: callback.begin}
    return {REMIND: remind, **due} if now < remind < callback.begin else due


def postponed(policy: Policy, callback: Callback, now: datetime) -> datetime | None:
    """When the team is back, if nobody is there now; None: it goes into the queue at once."""
    team = policy.teams.get(callback.team)
    if team is None or not team.hours or is_open(team, policy.time_zone, now):
        return None
    return next_open(team, policy.time_zone, now)


def is_late(callback: Callback, now: datetime) -> bool:
    return now - callback.begin > LATE


def stays(parked: Parked, now: datetime) -> Parked:
    """A chat in which a call-back is due does not leave the queue without an operator."""
    expires = now + timedelta(seconds=STAYS)
    priority = max(parked.priority, PRIORITY)
    return msgspec.structs.replace(parked, expires=expires, wait=STAYS, priority=priority)


def queued(policy: Policy, callback: Callback, now: datetime) -> Parked:
    """In the queue of its team; of the first one where that is gone."""
    team = callback.team if callback.team in policy.teams else next(iter(policy.teams), callback.team)
    return stays(Parked(team=team, since=now, expires=now, prefer=callback.operator, callback=callback), now)
