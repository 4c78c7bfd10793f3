"""Which operator gets which waiting chat, and why one still waits. Pure: the same input gives the same answer.

Chats are looked at in the order of ``rank``, which time does not change: one step of priority is worth a fixed length of waiting.
So nobody is overtaken by who comes later than that, however many do. Each chat takes the best of the operators who may have it
and have room; only a chat that no such operator is left for goes on waiting.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from conversation.policy import Policy, Team
from conversation.records import Card
from conversation.state import Served
from conversation.value import Value
from handoff.hours import is_open, next_open
from handoff.rights import home
from handoff.seats import Seat

MOST: Final = 10
"""Steps of priority that count, up and down: with any number of them, a wait could be without end."""
_SECOND: Final = timedelta(seconds=1)


class Waiter(Value, frozen=True, kw_only=True):
    """A chat that waits. ``since``: the customer; ``came``: the chat, in this queue, which may be later."""

    conversation: str
    team: str
    language: str = ""
    skills: tuple[str, ...] = ()
    priority: int = 0
    since: datetime
    came: datetime
    prefer: str = ""
    avoid: str = ""


class Assigned(Value, frozen=True, kw_only=True):
    """``why``: ``preferred``, ``only_one``, ``least_loaded``, ``longest_idle``, ``any_language`` or ``any_skill``."""

    conversation: str
    operator: str
    name: str
    why: str


class Routed(Value, frozen=True, kw_only=True):
    """``why``: of the chats that still wait; a key of the pages' texts (``desk.why.<key>``), and after a blank its parameter.

    ``again``: when another answer may come of the time alone; None: never.
    """

    assigned: tuple[Assigned, ...] = ()
    why: Mapping[str, str] = {}
    again: datetime | None = None


def waiter(card: Card, policy: Policy) -> Waiter:
    """A parked conversation as routing sees it."""
    name = home(policy, card.team)
    team = policy.teams.get(name)
    wanted = (*(team.skills if team else ()), *policy.routing.skills.get(card.intent, ()))
    return Waiter(
        conversation=card.conversation,
        team=name,
        language=card.language,
        skills=tuple(dict.fromkeys(wanted)),
        priority=card.priority,
        since=card.queued or card.since,
        came=card.since,
        prefer=card.prefer,
        avoid=card.avoid,
    )


def waiters(cards: Iterable[Card], policy: Policy) -> tuple[Waiter, ...]:
    """Those of the cards that wait."""
    return tuple(waiter(card, policy) for card in cards if card.phase == "parked")


def rank(chat: Waiter, policy: Policy) -> tuple[datetime, datetime, str]:
    """The order in which waiting chats are served: the lowest first."""
    steps = max(-MOST, min(MOST, chat.priority))
    return chat.since - steps * policy.routing.step * _SECOND, chat.since, chat.conversation


def known_to(last: Served | None, team: str, policy: Policy, at: datetime) -> str:
    """The operator whom a customer who comes into the team's queue had last; empty where that is too long ago."""
    if last is None or last.team != team or at - last.at > policy.routing.remember * _SECOND:
        return ""
    return last.operator


def may_claim(seat: Seat, policy: Policy) -> bool:
    """Whether the operator may take one more by hand. Routing never gives more than there is room for."""
    return policy.routing.beyond or seat.room > 0


def explain(waiting: Sequence[Waiter], there: Sequence[Seat], policy: Policy, at: datetime) -> Mapping[str, str]:
    """Why each chat still waits; one that is about to be given to somebody has none."""
    return route(waiting, there, policy, at).why


def route(waiting: Sequence[Waiter], there: Sequence[Seat], policy: Policy, at: datetime) -> Routed:
    """Who gets whom now, and why the others still wait."""
    table = _Table(there, policy, at)
    queue = sorted(waiting, key=lambda chat: rank(chat, policy))
    assigned = {chat.conversation: found for chat in queue if (found := table.serve(chat))}
    left = [chat for chat in queue if chat.conversation not in assigned]
    return Routed(
        assigned=tuple(assigned.values()),
        why={chat.conversation: table.reason(chat) for chat in left},
        again=_again(left, policy, at),
    )


class _Table:
    """The seats while chats are given to them."""

    def __init__(self, there: Sequence[Seat], policy: Policy, at: datetime) -> None:
        self._seats = {seat.operator: seat for seat in sorted(there, key=lambda seat: seat.operator)}
        self._policy = policy
        self._at = at
        self._closed: dict[str, bool] = {}
        self._before: Counter[frozenset[str]] = Counter()
        """Of the chats that wait for room: how many there are that the same people could take."""

    def serve(self, chat: Waiter) -> Assigned | None:
        """Somebody who may have the chat and has room."""
        team = self._team(chat)
        fitting = self._fitting(chat, team) if team.routing == "automatic" else ""
        free = [] if isinstance(fitting, str) else [seat for seat in fitting if seat.takes and seat.room]
        return self._give(chat, free) if free else None

    def reason(self, chat: Waiter) -> str:
        """Why nobody has it. Asked in the order of the queue, when all has been given that could be."""
        team = self._team(chat)
        fitting = self._fitting(chat, team)
        if isinstance(fitting, str):
            return fitting
        if team.routing == "by_hand":
            return "manual" if any(seat.room for seat in fitting) else "all_full"
        kept = self._kept_for(chat, team)
        who = frozenset(seat.operator for seat in fitting)
        before = sum(count for others, count in self._before.items() if not who.isdisjoint(others))
        self._before[who] += 1
        if kept:
            return f"kept_for {kept.name or kept.operator}"
        return f"others_first {before}" if before else "all_full"

    def _team(self, chat: Waiter) -> Team:
        return self._policy.teams.get(chat.team, Team(name=chat.team))

    def _waited(self, chat: Waiter) -> timedelta:
        return self._at - chat.came

    def _kept_for(self, chat: Waiter, team: Team) -> Seat | None:
        """The operator for whom the chat is kept for a while: one who is there, if only busy."""
        seat = self._seats.get(chat.prefer)
        if seat is None or not seat.present or seat.status == "away" or seat.operator == chat.avoid:
            return None
        early = team.routing == "automatic" and self._waited(chat) < self._policy.routing.prefer * _SECOND
        return seat if early else None

    def _fitting(self, chat: Waiter, team: Team) -> list[Seat] | str:
        """Who could take the chat, with room or without; or what none of them is or has."""
        if kept := self._kept_for(chat, team):
            return [kept]
        fitting = [seat for seat in self._seats.values() if seat.takes and seat.of(chat.team)]
        fitting = [seat for seat in fitting if seat.operator != chat.avoid]
        if not fitting:
            return "team_closed" if self._is_closed(team) else "nobody_here"
        if team.routing == "automatic" and self._after_hours(chat, team):
            return "team_closed"
        rules, waited = self._policy.routing, self._waited(chat)
        if waited < rules.language * _SECOND:
            fitting = [seat for seat in fitting if _speaks(seat, chat)]
            if not fitting:
                return f"nobody_speaks {chat.language}"
        for skill in chat.skills if waited < rules.skill * _SECOND else ():
            fitting = [seat for seat in fitting if skill in seat.skills]
            if not fitting:
                return f"nobody_with_skill {skill}"
        return fitting

    def _is_closed(self, team: Team) -> bool:
        """A team without hours has none to keep."""
        if team.name not in self._closed:
            self._closed[team.name] = bool(team.hours) and not is_open(team, self._policy.time_zone, self._at)
        return self._closed[team.name]

    def _after_hours(self, chat: Waiter, team: Team) -> bool:
        """Who came while the team was there is still served by those who stayed."""
        return self._is_closed(team) and not is_open(team, self._policy.time_zone, chat.came)

    def _give(self, chat: Waiter, free: Sequence[Seat]) -> Assigned:
        best = min(free, key=lambda seat: (*_lacks(seat, chat), _share(seat), _last(seat), seat.operator))
        why = _why(best, free, chat)
        self._seats[best.operator] = msgspec.structs.replace(best, load=best.load + 1, since=self._at)
        return Assigned(conversation=chat.conversation, operator=best.operator, name=best.name, why=why)


def _speaks(seat: Seat, chat: Waiter) -> bool:
    return not chat.language or not seat.languages or chat.language in seat.languages


def _lacks(seat: Seat, chat: Waiter) -> tuple[bool, bool, int]:
    """What speaks against the operator, the gravest first."""
    missing = sum(skill not in seat.skills for skill in chat.skills)
    unwanted = bool(chat.prefer) and (seat.operator != chat.prefer or seat.operator == chat.avoid)
    return unwanted, not _speaks(seat, chat), missing


def _share(seat: Seat) -> float:
    """How full the operator is."""
    return seat.load / seat.capacity


def _last(seat: Seat) -> float:
    return seat.since.timestamp() if seat.since else 0.0


def _why(best: Seat, free: Sequence[Seat], chat: Waiter) -> str:
    if best.operator == chat.prefer:
        return "preferred"
    if not _speaks(best, chat):
        return "any_language"
    if any(skill not in best.skills for skill in chat.skills):
        return "any_skill"
    equals = [seat for seat in free if _lacks(seat, chat) == _lacks(best, chat)]
    if len(equals) == 1:
        return "only_one"
    return "least_loaded" if sum(_share(seat) == _share(best) for seat in equals) == 1 else "longest_idle"


def _again(waiting: Sequence[Waiter], policy: Policy, at: datetime) -> datetime | None:
    """The next moment at which a rule is relaxed, or a team opens."""
    rules = policy.routing
    moments = {
        chat.came + seconds * _SECOND
        for chat in waiting
        for seconds in (
            rules.prefer * bool(chat.prefer),
            rules.language * bool(chat.language),
            rules.skill * bool(chat.skills),
        )
    }
    for name in {chat.team for chat in waiting} & policy.teams.keys():
        opens = next_open(policy.teams[name], policy.time_zone, at)
        if opens is not None:
            moments.add(opens)
    return min((moment for moment in moments if moment > at), default=None)
