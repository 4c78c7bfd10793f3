"""When a team is there, and when it can call back.

A shift belongs to the local day on which it begins. Its begin and end are local times made into instants: a time that the
clocks skip is the first valid moment after the gap, a time that comes twice is its first occurrence.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import holidays

from conversation.policy import Callbacks, Span, Team

HORIZON = timedelta(days=60)
"""How far ahead ``next_open`` looks."""

_DAY = timedelta(days=1)
_REACH = 2
"""Days: a shift may have begun yesterday, and a date line that moved swallows one more."""
_NONE_TAKEN: Mapping[datetime, int] = MappingProxyType({})


# ── local time to instants ───────────────────────────────────────────────────────────────────────────────────────────


def instant(wall: datetime, zone: str) -> datetime:
    """The moment (UTC) of a naive local time. Raises ZoneInfoNotFoundError for an unknown zone."""
    tz = ZoneInfo(zone)
    early = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if early.astimezone(tz).replace(tzinfo=None) == wall:
        return early
    return _end_of_gap(wall.replace(tzinfo=tz, fold=1).astimezone(UTC), early, tz)


def _end_of_gap(before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    """The first second with another offset than ``before`` has, up to ``after``."""
    start, offset = before.replace(microsecond=0), before.astimezone(tz).utcoffset()
    low, high = 0, int((after - start).total_seconds()) + 1
    while low < high:
        middle = (low + high) // 2
        if (start + timedelta(seconds=middle)).astimezone(tz).utcoffset() == offset:
            low = middle + 1
        else:
            high = middle
    return start + timedelta(seconds=low)


# ── shifts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=256)
def public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """Raises NotImplementedError for a country or region that nobody keeps a table of."""
    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))


def _spans(team: Team, day: date) -> tuple[Span, ...]:
    """The company's own days come first, then public holidays, then the week."""
    own = team.holidays
    if day in own.also:
        return own.also[day]
    if own.country and day in public_holidays(own.country, own.region, day.year):
        return ()
    return team.hours.get(day.weekday(), ())


def _walls(span: Span, day: date) -> tuple[datetime, datetime]:
    end = day if span.end > span.start else day + _DAY
    return datetime.combine(day, span.start), datetime.combine(end, span.end)


def _shifts(team: Team, zone: str, first: date, last: date) -> Iterator[tuple[datetime, datetime, datetime]]:
    """(begin as local time, begin, end) of each shift that begins on these days; empty ones are left out."""
    day = first
    while day <= last:
        for span in sorted(_spans(team, day), key=lambda span: span.start):
            wall_begin, wall_end = _walls(span, day)
            begin, end = instant(wall_begin, zone), instant(wall_end, zone)
            if begin < end:
                yield wall_begin, begin, end
        day += _DAY


def _local_day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def is_open(team: Team, zone: str, at: datetime) -> bool:
    """Whether the team works at this moment. The end of a shift is not part of it."""
    today = _local_day(at, zone)
    return any(begin <= at < end for _, begin, end in _shifts(team, zone, today - _REACH * _DAY, today + _DAY))


def next_open(team: Team, zone: str, at: datetime) -> datetime | None:
    """The first moment (UTC) from ``at`` on when the team works: ``at`` itself if it does now. None: not within 60 days."""
    today = _local_day(at, zone)
    for _, begin, end in _shifts(team, zone, today - _REACH * _DAY, today + HORIZON + _DAY):
        if at < end:
            found = max(begin, at.astimezone(UTC))
            return found if found <= at + HORIZON else None
    return None


# ── call-backs ───────────────────────────────────────────────────────────────────────────────────────────────────────


def slots(
    team: Team, zone: str, at: datetime, taken: Mapping[datetime, int] = _NONE_TAKEN, limit: int = 6
) -> tuple[datetime, ...]:
    """The first ``limit`` call-back slots (UTC) with room left, each wholly inside a shift.

    ``taken`` says how many call-backs are booked, by their begin in UTC.
    """
    rules = team.callbacks
    if rules is None or limit < 1:
        return ()
    earliest, latest = at + timedelta(seconds=rules.notice), at + timedelta(seconds=rules.ahead)
    found: list[datetime] = []
    for begin in _grid(team, zone, rules, _local_day(earliest, zone), _local_day(latest, zone)):
        if begin > latest or len(found) == limit:
            break
        if begin >= earliest and _booked(begin, rules, taken) < rules.each:
            found.append(begin)
    return tuple(found)


def is_slot(team: Team, zone: str, begin: datetime) -> bool:
    """Whether a call-back slot begins at this moment, free or not."""
    day = _local_day(begin, zone)
    return team.callbacks is not None and begin in _grid(team, zone, team.callbacks, day, day)


def _grid(team: Team, zone: str, rules: Callbacks, first: date, last: date) -> Iterator[datetime]:
    """Slots at even local times from the begin of each shift, none overlapping the one before."""
    length = timedelta(seconds=rules.slot)
    free_from: datetime | None = None
    for wall_begin, _, end in _shifts(team, zone, first - _REACH * _DAY, last + _DAY):
        wall = wall_begin
        while (begin := instant(wall, zone)) + length <= end:
            if free_from is None or begin >= free_from:
                yield begin
                free_from = begin + length
            wall += length


def _booked(begin: datetime, rules: Callbacks, taken: Mapping[datetime, int]) -> int:
    """Call-backs that overlap the slot: hours may have changed since they were booked."""
    length = timedelta(seconds=rules.slot)
    return sum(count for other, count in taken.items() if abs(other - begin) < length)
