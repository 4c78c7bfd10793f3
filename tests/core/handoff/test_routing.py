"""Who gets a waiting chat, and why one still waits: case by case."""

import sys
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from conversation.policy import Policy, Routing, Span, Team
from conversation.records import Card
from conversation.state import Served
from handoff.routing import MOST, Waiter, explain, known_to, may_claim, route, waiters
from handoff.seats import Seat

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""A Monday."""
DAY = (Span(start=time(8), end=time(18)),)
POLICY = Policy(
    time_zone="UTC",
    teams={
        "support": Team(name="support", hours=dict.fromkeys(range(5), DAY), routing="automatic"),
        "billing": Team(name="billing", hours=dict.fromkeys(range(5), DAY)),
        "lines": Team(name="lines", routing="automatic", skills=("fibre",)),
    },
    routing=Routing(prefer=60, language=180, skill=240, step=300, skills={"report_outage": ("technics",)}),
)


def waits(name: str = "c", minutes: float = 1, **more: Any) -> Waiter:
    since = more.pop("since", AT - timedelta(minutes=minutes))
    about = {"team": "support", "language": "de", "since": since, "came": since} | more
    return Waiter(conversation=name, **about)


def seat(operator: str = "anna", **more: Any) -> Seat:
    return Seat(operator=operator, name=operator.title(), **more)


def had(team: str, days: float) -> Served:
    return Served(team=team, operator="anna", name="Anna", how="closed", at=AT - timedelta(days=days))


def given(*chats: Waiter, there: list[Seat], at: datetime = AT) -> list[tuple[str, str, str]]:
    routed = route(chats, there, POLICY, at)
    return [(each.conversation, each.operator, each.why) for each in routed.assigned]


def why(chat: Waiter, *there: Seat, at: datetime = AT, policy: Policy = POLICY) -> str:
    return explain([chat], there, policy, at).get(chat.conversation, "")


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_operator_there_gets_the_chat() -> None:
    assert given(waits(), there=[seat()]) == [("c", "anna", "only_one")]


def test_least_loaded_by_their_own_capacity_comes_first() -> None:
    there = [seat("anna", load=2, capacity=4), seat("boris", load=2, capacity=6)]

    assert given(waits(), there=there) == [("c", "boris", "least_loaded")]


def test_longest_idle_comes_first_among_equally_loaded() -> None:
    there = [seat("anna", since=AT - timedelta(minutes=1)), seat("boris", since=AT - timedelta(minutes=9))]

    assert given(waits(), there=there) == [("c", "boris", "longest_idle")]


def test_several_chats_are_spread_over_the_operators() -> None:
    chats = [waits(f"c{number}", minutes=9 - number) for number in range(4)]

    assert [operator for _, operator, _ in given(*chats, there=[seat("anna"), seat("boris")])] == [
        "anna", "boris", "anna", "boris",
    ]  # fmt: skip


def test_longest_waiting_is_served_first() -> None:
    chats = [waits("young", minutes=1), waits("old", minutes=5)]

    assert given(*chats, there=[seat(capacity=1)]) == [("old", "anna", "only_one")]


def test_urgent_chat_goes_before_those_who_wait_a_little_longer() -> None:
    chats = [waits("old", minutes=5), waits("urgent", minutes=1, priority=1)]

    assert given(*chats, there=[seat(capacity=1)]) == [("urgent", "anna", "only_one")]


def test_long_wait_outweighs_priority() -> None:
    chats = [waits("old", minutes=7), waits("urgent", minutes=1, priority=1)]

    assert given(*chats, there=[seat(capacity=1)]) == [("old", "anna", "only_one")]


def test_no_priority_counts_for_more_than_the_most() -> None:
    old = waits("old", minutes=MOST * 5 + 2)

    assert given(old, waits("now", priority=1_000_000), there=[seat(capacity=1)]) == [("old", "anna", "only_one")]


# ── the operator it is meant for ─────────────────────────────────────────────────────────────────────────────────────


def test_operator_it_is_meant_for_gets_it_though_others_are_freer() -> None:
    there = [seat("anna", load=3), seat("boris")]

    assert given(waits(minutes=0.5, prefer="anna"), there=there) == [("c", "anna", "preferred")]


@pytest.mark.parametrize("full", [seat("anna", load=4), seat("anna", status="busy")])
def test_chat_is_kept_for_a_while_for_an_operator_who_is_there_without_room(full: Seat) -> None:
    chat = waits(minutes=0.5, prefer="anna")

    assert given(chat, there=[full, seat("boris")]) == []
    assert why(chat, full, seat("boris")) == "kept_for Anna"
    assert given(chat, there=[full, seat("boris")], at=AT + timedelta(seconds=30)) == [("c", "boris", "only_one")]


@pytest.mark.parametrize("gone", [seat("anna", present=False), seat("anna", status="away")])
def test_nobody_waits_for_an_operator_who_is_not_there(gone: Seat) -> None:
    assert given(waits(minutes=0.5, prefer="anna"), there=[gone, seat("boris")]) == [("c", "boris", "only_one")]


def test_chat_moved_just_now_is_kept_though_its_customer_waits_long() -> None:
    chat = waits(minutes=30, prefer="anna", came=AT - timedelta(seconds=10))

    assert why(chat, seat("anna", load=4), seat("boris")) == "kept_for Anna"


def test_operator_it_is_meant_for_needs_no_team_language_or_skill() -> None:
    anna = seat("anna", teams=("billing",), languages=("en",))
    chat = waits(minutes=0.5, prefer="anna", skills=("fibre",))

    assert given(chat, there=[anna, seat("boris")]) == [("c", "anna", "preferred")]


def test_operator_who_left_the_customer_waiting_does_not_get_it_again() -> None:
    chat = waits(avoid="anna", prefer="anna", minutes=600)

    assert given(chat, there=[seat("anna"), seat("boris", load=3)]) == [("c", "boris", "only_one")]
    assert why(waits(avoid="anna"), seat("anna")) == "nobody_here"


# ── languages and skills ─────────────────────────────────────────────────────────────────────────────────────────────


def test_only_who_speaks_the_language_gets_the_chat() -> None:
    there = [seat("anna", languages=("de", "en")), seat("boris", languages=("en", "uk"), capacity=9)]

    assert given(waits(language="uk"), there=there) == [("c", "boris", "only_one")]
    assert why(waits(language="ru"), *there) == "nobody_speaks ru"


def test_after_a_while_somebody_who_does_not_speak_it_is_better_than_nobody() -> None:
    anna = seat("anna", languages=("de",))

    assert given(waits(language="ru", minutes=3), there=[anna]) == [("c", "anna", "any_language")]
    assert given(waits(language="ru", minutes=3), there=[anna, seat("boris", load=3)]) == [("c", "boris", "only_one")]


def test_only_who_has_the_skills_gets_the_chat() -> None:
    there = [seat("anna", skills=("fibre",)), seat("boris", skills=("fibre", "technics"), load=3)]

    assert given(waits(skills=("fibre", "technics")), there=there) == [("c", "boris", "only_one")]
    assert why(waits(skills=("fibre", "sales")), *there) == "nobody_with_skill sales"
    assert given(waits(skills=("fibre", "sales"), minutes=4), there=there) == [("c", "anna", "any_skill")]


def test_skills_follow_from_the_team_and_from_what_the_customer_wants() -> None:
    card = Card(
        conversation="c", chat="x", channel="webchat", name="", language="de", phase="parked", team="lines", operator="",
        operator_name="", since=AT, preview="", unanswered=True, version=3, intent="report_outage", priority=2, prefer="anna",
        queued=AT - timedelta(minutes=4), avoid="boris",
    )  # fmt: skip

    assert waiters([card], POLICY) == (
        waits(
            team="lines", skills=("fibre", "technics"), priority=2, prefer="anna", avoid="boris", minutes=4, came=AT
        ),
    )  # fmt: skip


# ── why not yet ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "nobody",
    [
        [],
        [seat(present=False)],
        [seat(status="away")],
        [seat(status="busy")],
        [seat(teams=("billing", "lines"))],
    ],
)
def test_without_anybody_available_in_the_team_nobody_is_here(nobody: list[Seat]) -> None:
    assert why(waits(), *nobody) == "nobody_here"
    assert why(waits(team="billing"), seat(teams=("support",))) == "nobody_here"


def test_team_that_is_closed_and_gone_is_closed() -> None:
    assert why(waits(since=AT), at=AT.replace(hour=19)) == "team_closed"


def test_who_came_in_time_is_served_by_those_who_stayed_and_who_came_later_is_not() -> None:
    late = AT.replace(hour=18, minute=5)
    in_time, too_late = waits("in", since=late - timedelta(minutes=6)), waits("late", since=late - timedelta(minutes=2))

    assert given(in_time, too_late, there=[seat()], at=late) == [("in", "anna", "only_one")]
    assert why(too_late, seat(), at=late) == "team_closed"


def test_full_operators_are_full_and_those_behind_have_others_first() -> None:
    chats = [waits(f"c{number}", minutes=9 - number) for number in range(4)]

    found = explain(chats, [seat(load=3)], POLICY, AT)

    assert found == {"c1": "all_full", "c2": "others_first 1", "c3": "others_first 2"}


def test_chats_that_wait_for_other_operators_are_not_in_front() -> None:
    there = [seat("anna", languages=("de",), load=4), seat("boris", languages=("uk",), load=4)]
    chats = [waits("german", minutes=2), waits("ukrainian", language="uk")]

    assert explain(chats, there, POLICY, AT) == {"german": "all_full", "ukrainian": "all_full"}


def test_operators_of_a_team_by_hand_take_their_chats_themselves() -> None:
    chat = waits(team="billing", prefer="anna")

    assert given(chat, there=[seat()]) == []
    assert why(chat, seat()) == "manual"
    assert why(chat, seat(load=4)) == "all_full"
    assert why(waits(team="gone"), seat()) == "manual"


# ── when to look again ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("chat", "seconds"),
    [
        (waits(minutes=0, prefer="anna", skills=("fibre",)), 60),
        (waits(minutes=1, prefer="anna", skills=("fibre",)), 120),
        (waits(minutes=3, prefer="anna", skills=("fibre",)), 60),
    ],
)
def test_next_look_is_when_a_rule_is_relaxed(chat: Waiter, seconds: float) -> None:
    again = route([chat], [], POLICY, AT).again

    assert again is not None
    assert (again - AT).total_seconds() == seconds


def test_next_look_is_when_the_team_comes() -> None:
    sunday = AT - timedelta(days=1)

    assert route([waits(since=sunday, language="")], [], POLICY, sunday).again == AT.replace(hour=8)
    assert route([waits(since=AT, language="")], [], POLICY, AT).again is None


# ── who had the customer before ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("last", "operator"),
    [
        (None, ""),
        (had("support", days=1), "anna"),
        (had("support", days=7), "anna"),
        (had("support", days=7.01), ""),
        (had("billing", days=1), ""),
    ],
)
def test_customer_comes_back_to_the_operator_they_had_in_the_team_not_long_ago(
    last: Served | None, operator: str
) -> None:
    assert known_to(last, "support", POLICY, AT) == operator


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_operators_may_take_more_by_hand_than_they_are_given_unless_the_company_forbids_it() -> None:
    strict = Policy(time_zone="UTC", routing=Routing(beyond=False))

    assert may_claim(seat(load=4), POLICY)
    assert not may_claim(seat(load=4), strict)
    assert may_claim(seat(load=3), strict)


def test_who_waits_for_a_team_that_is_no_more_is_served_by_the_first_one() -> None:
    """Their conversation may be older than the bot folder."""
    left = Card(
        conversation="c", chat="c", channel="webchat", name="", language="de", phase="parked", team="gone", operator="",
        operator_name="", since=AT, preview="", unanswered=True, version=1,
    )  # fmt: skip
    (found,) = waiters([left], POLICY)
    assert given(found, there=[seat(teams=("support",)), seat("boris", teams=("billing",))]) == [
        ("c", "anna", "only_one")
    ]


def work(count: int) -> int:
    """Calls that it takes to say why each of so many still waits."""
    there = [seat(f"o{number}", load=4) for number in range(5)]
    waiting = [waits(f"c{number:05}", minutes=number / 60) for number in range(count)]
    calls = 0

    def call(_: object, event: str, __: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(call)
    try:
        explain(waiting, there, POLICY, AT)
    finally:
        sys.setprofile(None)
    return calls


def test_ten_times_as_many_who_wait_are_ten_times_the_work() -> None:
    """Every open desk has it said anew with each chat that comes: squared, ten thousand would stop the service for seconds."""
    assert work(1_000) < 15 * work(100)
