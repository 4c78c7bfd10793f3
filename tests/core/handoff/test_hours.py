"""Opening hours and call-back slots, against a slow oracle that walks every minute of the clock."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.policy import Callbacks, Holidays, Span, Team
from handoff.hours import instant, is_open, next_open, slots
from tests.support.wall_clock import Oracle, offset, transitions

BERLIN = "Europe/Berlin"
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def span(start: str, end: str) -> Span:
    return Span(start=time.fromisoformat(start), end=time.fromisoformat(end))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NIGHT = Team(name="night", hours={5: (span("22:00", "02:00"),)})
OFFICE = Team(
    name="office",
    hours=dict.fromkeys(range(5), (span("08:00", "12:30"), span("13:00", "18:00"))),
    holidays=Holidays(
        country="DE", region="HH", also={date(2026, 12, 24): (), date(2026, 12, 31): (span("08:00", "12:00"),)}
    ),
    callbacks=Callbacks(slot=1800, each=2, ahead=5 * 86400, notice=3600),
)


def always(**callbacks: int) -> Team:
    rules = Callbacks(**{"slot": 1800, "each": 1, "ahead": 86400, "notice": 0, **callbacks})
    return Team(name="always", hours=dict.fromkeys(range(7), (span("00:00", "00:00"),)), callbacks=rules)


# ── examples ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-11T06:59", False),
        ("2026-03-11T07:00", True),
        ("2026-03-11T11:29", True),
        ("2026-03-11T11:30", False),
        ("2026-03-11T12:00", True),
        ("2026-03-11T17:00", False),
        ("2026-03-14T10:00", False),
        ("2026-10-31T10:00", False),
        ("2026-12-24T10:00", False),
        ("2026-12-25T10:00", False),
        ("2026-12-31T10:00", True),
        ("2026-12-31T11:00", False),
    ],
)
def test_office_works_in_its_hours_and_not_on_holidays(at: str, expected: bool) -> None:
    assert is_open(OFFICE, BERLIN, utc(at)) is expected


def test_night_shift_goes_on_after_midnight() -> None:
    assert [is_open(NIGHT, BERLIN, utc(f"2026-03-{at}")) for at in ("14T20:59", "14T21:00", "15T00:59", "15T01:00")] == [
        False, True, True, False,
    ]  # fmt: skip


def test_holiday_does_not_cut_off_the_night_shift_of_the_day_before() -> None:
    team = Team(
        name="n", hours={3: (span("22:00", "02:00"),), 4: (span("08:00", "12:00"),)}, holidays=Holidays(country="DE")
    )
    assert is_open(team, BERLIN, utc("2026-12-24T23:30"))  # Thursday's shift, on Christmas Day
    assert not is_open(team, BERLIN, utc("2026-12-25T09:00"))


def test_day_of_the_companys_own_outranks_the_public_holiday() -> None:
    team = Team(name="x", holidays=Holidays(country="DE", also={date(2026, 12, 25): (span("10:00", "12:00"),)}))
    assert is_open(team, BERLIN, utc("2026-12-25T09:00"))


def test_next_open_skips_the_weekend_and_holidays() -> None:
    assert next_open(OFFICE, BERLIN, utc("2026-12-23T18:00")) == utc("2026-12-28T07:00")
    assert next_open(OFFICE, BERLIN, utc("2026-12-23T10:00")) == utc("2026-12-23T10:00")
    assert next_open(OFFICE, BERLIN, utc("2026-12-23T11:45")) == utc("2026-12-23T12:00")


def test_team_that_never_works_has_no_next_opening() -> None:
    assert next_open(Team(name="none"), BERLIN, utc("2026-03-11T10:00")) is None


def test_next_opening_is_at_most_sixty_days_away() -> None:
    at = utc("2026-03-11T10:00")
    once = Team(name="once", holidays=Holidays(also={date(2026, 5, 10): (span("12:00", "13:00"),)}))
    assert next_open(once, BERLIN, at) == utc("2026-05-10T10:00")
    assert next_open(once, BERLIN, at - MINUTE) is None


def test_slots_keep_notice_lunch_and_the_end_of_the_day() -> None:
    found = slots(OFFICE, BERLIN, utc("2026-03-11T09:40"), limit=5)
    assert [f"{slot:%d %H:%M}" for slot in found] == ["11 11:00", "11 12:00", "11 12:30", "11 13:00", "11 13:30"]
    assert slots(OFFICE, BERLIN, utc("2026-03-11T15:45"), limit=1) == (utc("2026-03-12T07:00"),)


def test_slots_that_are_full_are_left_out() -> None:
    at = utc("2026-03-11T07:00")
    taken = {utc("2026-03-11T08:00"): 2, utc("2026-03-11T08:30"): 1}
    assert slots(OFFICE, BERLIN, at, taken, 2) == (utc("2026-03-11T08:30"), utc("2026-03-11T09:00"))


def test_call_back_booked_under_other_hours_takes_room_too() -> None:
    at = utc("2026-03-11T07:00")
    assert slots(OFFICE, BERLIN, at, {utc("2026-03-11T08:15"): 2}, 1) == (utc("2026-03-11T09:00"),)


def test_team_without_call_backs_offers_none() -> None:
    assert slots(NIGHT, BERLIN, utc("2026-03-11T10:00")) == ()
    assert slots(OFFICE, BERLIN, utc("2026-03-11T10:00"), limit=0) == ()


def local(found: Sequence[datetime], zone: str = BERLIN) -> list[str]:
    return [f"{slot.astimezone(ZoneInfo(zone)):%H:%M}" for slot in found]


def test_skipped_hour_has_no_slots() -> None:
    found = slots(always(), BERLIN, utc("2026-03-29T00:00"), limit=4)
    assert local(found) == ["01:00", "01:30", "03:00", "03:30"]


def test_hour_that_comes_twice_has_its_slots_once() -> None:
    found = slots(always(), BERLIN, utc("2026-10-24T23:00"), limit=6)
    assert local(found) == ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]
    assert found[3:5] == (utc("2026-10-25T00:30"), utc("2026-10-25T02:00"))


# ── every zone's gaps and folds ──────────────────────────────────────────────────────────────────────────────────────


def test_local_times_in_every_gap_and_fold_become_the_right_moment() -> None:
    zones = 0
    for zone in sorted(available_timezones() - {"localtime", "build/etc/localtime"}):
        tz = ZoneInfo(zone)
        changes = transitions(tz)
        zones += bool(changes)
        for change in changes:
            before, after = offset(change - MINUTE, tz), offset(change, tz)
            low, high = sorted((change + before, change + after))
            for wall in (low, low + MINUTE, high - MINUTE):
                first = change if after > before else wall - before
                assert instant(wall.replace(tzinfo=None), zone) == first, (zone, wall)
            for wall, moment in ((low - MINUTE, low - MINUTE - before), (high, high - after)):
                assert instant(wall.replace(tzinfo=None), zone) == moment, (zone, wall)
    assert zones >= 200


def test_day_that_a_zone_skipped_has_no_hours() -> None:
    team = Team(name="a", hours=dict.fromkeys(range(7), (span("08:00", "16:00"),)))
    assert instant(datetime.fromisoformat("2011-12-30T08:00"), "Pacific/Apia") == utc("2011-12-30T10:00")
    assert next_open(team, "Pacific/Apia", utc("2011-12-30T03:00")) == utc("2011-12-30T18:00")


# ── the oracle ───────────────────────────────────────────────────────────────────────────────────────────────────────

ZONES_AND_DAYS = [
    (BERLIN, date(2026, 3, 29)),
    (BERLIN, date(2026, 10, 25)),
    (BERLIN, date(2026, 12, 25)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Asia/Kathmandu", date(2026, 5, 1)),
    ("Pacific/Chatham", date(2026, 4, 5)),
    ("Pacific/Apia", date(2011, 12, 30)),
]
SPANS = st.sampled_from(
    [
        (),
        (span("08:00", "16:00"),),
        (span("08:00", "12:30"), span("13:00", "18:00")),
        (span("22:00", "02:00"),),
        (span("22:15", "02:30"),),
        (span("01:00", "05:00"),),
        (span("02:30", "03:15"), span("03:45", "04:00")),
        (span("00:00", "00:00"),),
        (span("00:00", "00:30"), span("23:00", "00:00")),
        (span("23:30", "06:10"),),
    ]
)


@st.composite
def teams(draw: st.DrawFn, middle: date) -> Team:
    nearby = st.integers(-2, 2).map(lambda shift: middle + shift * DAY)
    return Team(
        name="any",
        hours=draw(st.dictionaries(st.integers(0, 6), SPANS, min_size=3)),
        holidays=Holidays(
            country=draw(st.sampled_from(["", "DE", "UA"])), also=draw(st.dictionaries(nearby, SPANS, max_size=1))
        ),
        callbacks=Callbacks(
            slot=60 * draw(st.sampled_from([10, 30, 45, 60, 240])),
            each=draw(st.integers(1, 2)),
            ahead=3600 * draw(st.integers(3, 48)),
            notice=60 * draw(st.sampled_from([0, 7, 120])),
        ),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Team, str, date, list[datetime]]:
    zone, middle = draw(st.sampled_from(ZONES_AND_DAYS))
    start = datetime.combine(middle - DAY, time(), tzinfo=UTC)
    moments = draw(
        st.lists(st.integers(0, 3 * 1440).map(lambda number: start + MINUTE * number), min_size=1, max_size=4)
    )
    return draw(teams(middle)), zone, middle, moments


@settings(max_examples=120, deadline=None)
@given(case=cases(), booked=st.lists(st.tuples(st.integers(0, 12), st.integers(1, 2)), max_size=4))
def test_hours_and_slots_are_those_of_the_minute_by_minute_oracle(
    case: tuple[Team, str, date, list[datetime]], booked: list[tuple[int, int]]
) -> None:
    team, zone, middle, moments = case
    oracle = Oracle(team, zone, middle)
    edges = {number for begin, end, _ in oracle.shifts for number in (begin - 1, begin, end - 1, end)}
    inner = {number for number in edges if 2 * 1440 < number < 9 * 1440}
    for number in inner | {oracle.minutes.index(moment) for moment in moments}:
        assert is_open(team, zone, oracle.minutes[number]) is oracle.open[number]
    for at in moments:
        here = oracle.minutes.index(at)
        ahead = next((number for number in range(here, 9 * 1440) if oracle.open[number]), None)
        found = next_open(team, zone, at)
        if ahead is None:
            assert found is None or found >= oracle.minutes[9 * 1440]
        else:
            assert found == oracle.minutes[ahead]
        free = oracle.slots(at, {}, 13)
        taken = {free[number]: count for number, count in booked if number < len(free)}
        assert slots(team, zone, at, taken, 6) == oracle.slots(at, taken, 6)
