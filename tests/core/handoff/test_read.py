"""The policy in bot.yaml: what good data means, and that bad data is complained about in place."""

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.policy import Callbacks, Holidays, Live, Policy, Span, Team, Waiting
from handoff.read import Complaint, read_policy

GOOD: dict[str, Any] = {
    "title": "somebody else's key",
    "time_zone": "Europe/Berlin",
    "teams": {
        "support": {
            "hours": {"mon-thu": ["08:00-12:30", "13:00-18:00"], "fri": ["08:00-16:00"], "sat": ["22:00-02:00"]},
            "holidays": {
                "country": "DE",
                "region": "HH",
                "also": {"2026-12-24": "closed", "2026-12-31": "08:00-12:00"},
            },
            "callbacks": {"slot": "30m", "each": 2, "ahead": "5d", "notice": "1h"},
        },
        "billing": {"hours": {"mon-fri": ["09:00-17:00"]}},
    },
    "waiting": {"remind": ["2m", "5m"], "expires": "15m", "then": "closed"},
    "live": {
        "customer_silent": {"remind": "5m", "close": "15m"},
        "operator_silent": {"remind": "2m", "reassign": "5m"},
        "handle_time": {"default": "90s", "order_status": "40s"},
    },
}


def span(start: str, end: str) -> Span:
    return Span(start=time.fromisoformat(start), end=time.fromisoformat(end))


def test_example_of_a_company_is_read_without_complaints() -> None:
    day = (span("08:00", "12:30"), span("13:00", "18:00"))
    policy, complaints = read_policy(GOOD)
    assert complaints == []
    assert policy == Policy(
        time_zone="Europe/Berlin",
        teams={
            "support": Team(
                name="support",
                hours={0: day, 1: day, 2: day, 3: day, 4: (span("08:00", "16:00"),), 5: (span("22:00", "02:00"),)},
                holidays=Holidays(
                    country="DE",
                    region="HH",
                    also={date(2026, 12, 24): (), date(2026, 12, 31): (span("08:00", "12:00"),)},
                ),
                callbacks=Callbacks(slot=1800, each=2, ahead=432000, notice=3600),
            ),
            "billing": Team(name="billing", hours=dict.fromkeys(range(5), (span("09:00", "17:00"),))),
        },
        waiting=Waiting(remind=(120, 300), expires=900, then="closed"),
        live=Live(
            customer_remind=300,
            customer_close=900,
            operator_remind=120,
            operator_reassign=300,
            handle_time={"default": 90, "order_status": 40},
        ),
    )


def hours_of(week: Any) -> tuple[dict[int, tuple[Span, ...]], list[Complaint]]:
    policy, complaints = read_policy({"time_zone": "UTC", "teams": {"a": {"hours": week}}})
    return policy.teams["a"].hours, complaints


def test_range_over_the_end_of_the_week_wraps() -> None:
    hours, complaints = hours_of({"sat-mon": "10:00-12:00"})
    assert (sorted(hours), complaints) == ([0, 5, 6], [])


def test_whole_days_touch_without_overlapping() -> None:
    hours, complaints = hours_of({"mon-sun": "00:00-24:00"})
    assert (len(hours), hours[0], complaints) == (7, (span("00:00", "00:00"),), [])


BAD: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("time_zone",), None, "missing"),
    (("time_zone",), "Europe/Berlln", "not a time zone"),
    (("time_zone",), "../etc", "not a time zone"),
    (("time_zone",), ["UTC"], "not a time zone"),
    (("time_zone",), "Europe", "not a time zone"),
    (("teams",), ["support"], "names and values"),
    (("teams", "support", "hurs"), {}, "not known here"),
    (("teams", "support", "hours"), {}, "never works"),
    (("teams", "support", "hours", "mon-thx"), ["08:00-12:00"], "not a day"),
    (("teams", "support", "hours", "thu"), ["08:00-12:00"], "also in"),
    (("teams", "support", "hours", "fri", 0), "8-16", "span of hours"),
    (("teams", "support", "hours", "fri", 0), "08:00-25:00", "no day has"),
    (("teams", "support", "hours", "fri", 0), "08:00-08:00", "ends when it begins"),
    (("teams", "support", "hours", "fri"), {"a": 1}, "not a list"),
    (("teams", "support", "hours", "fri"), None, "no hours"),
    (("teams", "support", "hours", "mon-thu", 1), "12:00-18:00", "overlap"),
    (("teams", "support", "hours", "sun"), "01:00-03:00", "overlap"),
    (("teams", "support", "holidays", "country"), "Germany", "no table"),
    (("teams", "support", "holidays", "country"), "XX", "no table"),
    (("teams", "support", "holidays", "region"), "ZZ", "not a region of DE"),
    (("teams", "support", "holidays", "also", "24.12."), "closed", "not a day"),
    (("teams", "support", "holidays", "also", "2026-12-24"), ["08:00-12:00", "11:00-13:00"], "overlap"),
    (("teams", "support", "callbacks", "slot"), "30", "length of time"),
    (("teams", "support", "callbacks", "slot"), "10s", "too short"),
    (("teams", "support", "callbacks", "slot"), "9h", "fits"),
    (("teams", "support", "callbacks", "each"), 0, "whole number"),
    (("teams", "support", "callbacks", "each"), True, "whole number"),
    (("teams", "support", "callbacks", "ahead"), "90d", "far ahead"),
    (("teams", "support", "callbacks", "ahead"), "1h", "no slot is left"),
    (("waiting", "remind", 0), -5, "length of time"),
    (("waiting", "remind"), ["5m", "2m"], "later than"),
    (("waiting", "expires"), "5m", "before the last reminder"),
    (("waiting", "then"), 7, "not a name"),
    (("live", "customer_silent", "close"), "5m", "before the reminder"),
    (("live", "operator_silent", "close"), "5m", "not known"),
    (("live", "handle_time", "default"), "soon", "length of time"),
    (("live", "handle_time", "default"), "999999d", "longer than a year"),
]


def changed(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    head, *rest = path
    copy[head] = changed(copy.get(head, {}) if isinstance(copy, dict) else copy[head], tuple(rest), value)  # type: ignore[index]
    return copy


@pytest.mark.parametrize(("path", "value", "message"), BAD)
def test_bad_data_is_complained_about_in_its_place(path: tuple[str | int, ...], value: Any, message: str) -> None:
    policy, complaints = read_policy(changed(GOOD, path, value))
    assert [message in complaint.message for complaint in complaints] == [True], complaints
    place = complaints[0].path
    assert place == path[: len(place)]
    assert complaints[0].todo
    assert isinstance(policy, Policy)


def test_night_shift_may_not_run_into_the_next_morning() -> None:
    _, complaints = hours_of({"sun": "22:00-09:00", "mon": "08:00-12:00"})
    assert [complaint.path for complaint in complaints] == [("teams", "a", "hours", "mon")]


def test_region_without_country_is_complained_about() -> None:
    _, complaints = read_policy(
        {"time_zone": "UTC", "teams": {"a": {"hours": {"mon": "08:00-09:00"}, "holidays": {"region": "HH"}}}}
    )
    assert [complaint.path for complaint in complaints] == [("teams", "a", "holidays", "region")]


WORDS = st.sampled_from(
    ["mon", "sat-mon", "22:00-02:00", "30m", "closed", "DE", "HH", "hours", "country", "region", "also", "2026-12-24", "callbacks",
     "holidays", "slot", "each", "remind", "expires", "then", "customer_silent", "close", "handle_time", "\ud800", "99:99-00:00"]
) | st.text(max_size=6)  # fmt: skip
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.dates() | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.integers() | st.dates(), inner, max_size=4),
    max_leaves=20,
)
SECTIONS = st.fixed_dictionaries(
    {}, optional={"time_zone": PLAIN, "teams": PLAIN | st.dictionaries(WORDS, PLAIN), "waiting": PLAIN, "live": PLAIN}
)


@given(section=SECTIONS | PLAIN)
def test_no_data_makes_reading_raise(section: Any) -> None:
    policy, complaints = read_policy(section)
    assert isinstance(policy, Policy)
    assert all(complaint.message and complaint.todo for complaint in complaints)
