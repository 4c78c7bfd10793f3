"""Hours and slots over three years in twenty zones against the oracle, and slots around every change of the clocks there is."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from time import perf_counter
from zoneinfo import ZoneInfo, available_timezones

import pytest

from conversation.policy import Callbacks, Holidays, Span, Team
from handoff.hours import is_open, next_open, slots
from tests.support.wall_clock import DAY, MINUTE, Oracle, offset, transitions

ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "Europe/Kyiv",
    "Europe/Moscow",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Gaza",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Antarctica/Troll",
    "Pacific/Chatham",
    "Pacific/Apia",
)
FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)
STEP = 5
"""Days that a window of the oracle is good for."""


def _span(start: str, end: str) -> Span:
    return Span(start=time.fromisoformat(start), end=time.fromisoformat(end))


def _team(name: str, hours: dict[int, tuple[Span, ...]], country: str = "", **callbacks: int) -> Team:
    also = {
        date(2026, 12, 24): (),
        date(2026, 12, 31): (_span("08:00", "12:00"),),
        date(2026, 3, 29): (_span("01:30", "04:10"),),
    }
    rules = Callbacks(**{"slot": 1800, "each": 1, "ahead": 2 * 86400, "notice": 3600, **callbacks})
    return Team(name=name, hours=hours, holidays=Holidays(country=country, also=also), callbacks=rules)


TEAMS = (
    _team("office", dict.fromkeys(range(5), (_span("08:00", "12:30"), _span("13:00", "18:00"))), "DE"),
    _team("night", dict.fromkeys(range(7), (_span("22:15", "02:30"),)), "UA", slot=2700),
    _team("early", {**dict.fromkeys(range(6), (_span("01:00", "05:00"),)), 6: (_span("02:30", "03:15"),)}, slot=600),
    _team("round", dict.fromkeys(range(7), (_span("00:00", "00:00"),)), slot=3600, notice=0),
    _team("weekend", {5: (_span("22:00", "06:10"),), 6: (_span("23:30", "00:00"),)}, "US"),
)


def windows(zone: str, full: bool) -> Iterator[tuple[int, Team, date]]:
    """All of them, or one around a change of the clocks and one by chance."""
    number, dice = ZONES.index(zone), random.Random(zone)
    everything = [FIRST + STEP * DAY * count for count in range((LAST - FIRST).days // STEP + 1)]
    changes = [at.date() for at in transitions(ZoneInfo(zone)) if FIRST <= at.date() <= LAST]
    some = [*([dice.choice(changes)] if changes else []), dice.choice(everything)]
    for count, middle in enumerate(everything if full else some):
        yield count, TEAMS[(number + count) % len(TEAMS)], middle


@pytest.mark.timeout(900)
@pytest.mark.parametrize("zone", ZONES)
def test_hours_and_slots_of_three_years_are_the_oracles(zone: str, request: pytest.FixtureRequest) -> None:
    full, began, looked = bool(request.config.getoption("--full")), perf_counter(), 0
    for count, team, middle in windows(zone, full):
        oracle = Oracle(team, zone, middle)
        begin = (len(oracle.minutes) - STEP * 1440) // 2
        inner = range(begin, begin + STEP * 1440)
        tz = ZoneInfo(zone)
        changes = offset(oracle.minutes[begin], tz) != offset(oracle.minutes[inner[-1]], tz)
        edges = {edge + shift for first, last, _ in oracle.shifts for edge in (first, last) for shift in (-1, 0, 1)}
        numbers = edges.intersection(inner) | set(inner[:: (1 if changes else 5) if full else 15])
        looked += len(numbers)
        for number in numbers:
            assert is_open(team, zone, oracle.minutes[number]) is oracle.open[number], (zone, oracle.minutes[number])
        for day in range(STEP if full else 2):
            here = begin + day * 1440 + (count * 397 + day * 631) % 1440
            at = oracle.minutes[here]
            assert slots(team, zone, at, {}, 8) == oracle.slots(at, {}, 8), (zone, at)
            opens = next((number for number in range(here, len(oracle.open) - 1440) if oracle.open[number]), None)
            if opens is not None:
                assert next_open(team, zone, at) == oracle.minutes[opens], (zone, at)
    figures = {"zone": zone, "minutes_looked_at": looked, "full": full, "seconds": round(perf_counter() - began, 1)}
    print(json.dumps(figures))  # noqa: T201 - the figures of the run


# ── every change of the clocks from 2024 to 2030 ─────────────────────────────────────────────────────────────────────

ROUND_THE_CLOCK = Team(
    name="always",
    hours=dict.fromkeys(range(7), (_span("00:00", "00:00"),)),
    callbacks=Callbacks(slot=1800, each=1, ahead=3 * 86400, notice=0),
)


def kinds_of_zones() -> dict[tuple[tuple[datetime, timedelta, timedelta], ...], str]:
    """Zones that are the same from 2024 to 2030 but for their name need be looked at once."""
    found: dict[tuple[tuple[datetime, timedelta, timedelta], ...], str] = {}
    for zone in sorted(available_timezones() - {"localtime", "build/etc/localtime"}):
        tz = ZoneInfo(zone)
        changes = tuple((at, offset(at - MINUTE, tz), offset(at, tz)) for at in transitions(tz))
        if changes:
            found.setdefault(changes, zone)
    return found


def test_around_every_change_of_the_clocks_each_local_time_has_one_slot_and_none_is_wrong() -> None:
    kinds = kinds_of_zones()
    assert len(kinds) >= 30
    assert any(abs(after - before) == timedelta(minutes=30) for changes in kinds for _, before, after in changes)
    for changes, zone in kinds.items():
        tz = ZoneInfo(zone)
        for change, before, after in changes:
            found = slots(ROUND_THE_CLOCK, zone, change - DAY, limit=96)
            shown = [slot.astimezone(tz) for slot in found]
            walls = [moment.replace(tzinfo=None, fold=0) for moment in shown]
            assert len(set(walls)) == len(walls), (zone, change)  # none twice
            assert all(later - earlier >= timedelta(minutes=30) for earlier, later in pairwise(found))
            low, high = sorted((change + before, change + after))
            gap = (low.replace(tzinfo=None), high.replace(tzinfo=None)) if after > before else None
            for moment, wall in zip(shown, walls, strict=True):
                assert moment.fold == 0, (zone, wall)  # what comes twice is its first occurrence
                assert wall.minute in (0, 30) or (gap and wall == gap[1]), (zone, wall)
            wanted = walls[0]
            while wanted <= walls[-1]:
                skipped = gap is not None and gap[0] <= wanted < gap[1]
                beside = gap is not None and gap[1] < wanted < gap[1] + timedelta(
                    minutes=30
                )  # the one after the gap is on
                assert wanted in walls or skipped or beside, (zone, wanted)
                assert wanted not in walls or not skipped, (zone, wanted)
                wanted += timedelta(minutes=30)


@pytest.mark.parametrize(
    ("zone", "gone"), [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21))]
)
def test_a_day_that_the_date_line_swallowed_has_no_slot(zone: str, gone: date) -> None:
    at = datetime.combine(gone - 2 * DAY, time(), tzinfo=UTC)
    found = [slot.astimezone(ZoneInfo(zone)) for slot in slots(ROUND_THE_CLOCK, zone, at, limit=200)]
    assert len({moment.replace(tzinfo=None) for moment in found}) == len(found)
    days = {moment.date() for moment in found}
    assert gone not in days
    assert {gone - DAY, gone + DAY} <= days
