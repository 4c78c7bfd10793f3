"""A slow oracle of opening hours: it looks at the clock on the wall once a minute. And when clocks are changed, zone by zone."""

from bisect import bisect_left
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from conversation.policy import Span, Team
from handoff.hours import public_holidays

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def offset(at: datetime, tz: ZoneInfo) -> timedelta:
    return at.astimezone(tz).utcoffset() or timedelta()


def transitions(tz: ZoneInfo) -> list[datetime]:
    """Moments from 2024 to 2030 at which the offset changes; no zone does so twice within five days."""
    days = [
        (day, offset(day, tz)) for day in (datetime(2023, 12, 30, tzinfo=UTC) + 5 * DAY * step for step in range(512))
    ]
    return [
        day + MINUTE * bisect_left(range(7200), True, key=lambda number: offset(day + MINUTE * number, tz) != before)
        for (day, before), (_, after) in pairwise(days)
        if before != after
    ]


class Oracle:
    """Looks at the clock on the wall once a minute, for eleven days around a day.

    ``clock`` has the latest time shown so far: what it shows again, when set back, has been before.
    """

    def __init__(self, team: Team, zone: str, middle: date) -> None:
        self.team = team
        self.minutes, self.clock = wall_clock(zone, middle)
        self.shifts: list[tuple[int, int, datetime]] = []
        for offset_ in range(-4, 6):
            day = middle + offset_ * DAY
            for one in self.spans(day):
                start = datetime.combine(day, one.start)
                length = (datetime.combine(day, one.end) - start) % DAY or DAY
                self.shifts.append((self.first(start), self.first(start + length), start))
        self.shifts.sort(key=lambda shift: shift[2])
        self.open = [False] * len(self.minutes)
        for begin, end, _ in self.shifts:
            self.open[begin:end] = [True] * (end - begin)

    def spans(self, day: date) -> tuple[Span, ...]:
        own = self.team.holidays
        if day in own.also:
            return own.also[day]
        if own.country and day in public_holidays(own.country, own.region, day.year):
            return ()
        return self.team.hours.get(day.weekday(), ())

    def first(self, wall: datetime) -> int:
        """The first minute at which the clock shows this time or a later one."""
        return bisect_left(self.clock, wall)

    def slots(self, at: datetime, taken: dict[datetime, int], limit: int) -> tuple[datetime, ...]:
        rules = self.team.callbacks
        assert rules is not None
        length = rules.slot // 60
        booked: Counter[datetime] = Counter()
        for other, count in taken.items():
            booked.update({other + MINUTE * shift: count for shift in range(1 - length, length)})
        found: list[datetime] = []
        busy_until = 0
        for _, end, start in self.shifts:
            for step in range(24 * 60 // length + 1):
                begin = self.first(start + timedelta(minutes=step * length))
                if begin + length > end or begin < busy_until:
                    continue
                busy_until = begin + length
                moment = self.minutes[begin]
                wait = (moment - at).total_seconds()
                if rules.notice <= wait <= rules.ahead and booked[moment] < rules.each:
                    found.append(moment)
        return tuple(found[:limit])


@lru_cache(maxsize=64)
def wall_clock(zone: str, middle: date) -> tuple[list[datetime], list[datetime]]:
    tz = ZoneInfo(zone)
    start = datetime.combine(middle - 5 * DAY, time(), tzinfo=UTC)
    minutes = [start + MINUTE * number for number in range(11 * 24 * 60)]
    return minutes, list(accumulate((minute.astimezone(tz).replace(tzinfo=None) for minute in minutes), max))
