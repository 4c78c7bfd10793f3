"""Each (phase, event) of a parked or live conversation, and its timers."""

from datetime import UTC, datetime, timedelta

import pytest

from conversation.content import Text
from conversation.effects import Refuse
from conversation.events import OperatorClaimed, OperatorClosed, OperatorHandedBack, OperatorReplied
from conversation.policy import Live, Policy, Waiting
from conversation.state import Closed, Parked, Phase, WithBot, WithOperator
from handoff import desk

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
POLICY = Policy(
    time_zone="Europe/Berlin",
    waiting=Waiting(remind=(120, 300), expires=900, then="closed"),
    live=Live(customer_remind=300, customer_close=900, operator_remind=120, operator_reassign=300),
)
BOT = WithBot()
PARKED = Parked(team="support", since=AT, expires=AT + timedelta(minutes=15))
ANNA = WithOperator(team="support", operator="anna", name="Anna", since=AT)
OVER = Closed(outcome="solved", at=AT)

CLAIM = OperatorClaimed(id="e1", at=LATER, operator="ben", name="Ben")
ANNA_CLAIMS = OperatorClaimed(id="e1", at=LATER, operator="anna", name="Anna")


def refusal(reason: str, holder: str = "") -> Refuse:
    return Refuse(operator="ben", event="e1", reason=reason, holder=holder)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("phase", "event", "expected"),
    [
        (BOT, CLAIM, refusal("not_waiting")),
        (
            PARKED,
            CLAIM,
            WithOperator(team="support", operator="ben", name="Ben", since=LATER, queued=PARKED.since),
        ),
        (ANNA, CLAIM, refusal("held_by_other", "Anna")),
        (ANNA, ANNA_CLAIMS, ANNA),
        (OVER, CLAIM, refusal("closed")),
    ],
)
def test_claim_is_won_by_the_first(phase: Phase, event: OperatorClaimed, expected: object) -> None:
    assert desk.claim(phase, event) == expected


OTHERS = [
    (BOT, refusal("not_holder")),
    (PARKED, refusal("not_holder")),
    (ANNA, refusal("not_holder", "Anna")),
    (OVER, refusal("closed")),
]


@pytest.mark.parametrize(("phase", "expected"), OTHERS)
def test_who_does_not_hold_the_chat_can_do_nothing(phase: Phase, expected: Refuse) -> None:
    reply = OperatorReplied(id="e1", at=LATER, operator="ben", name="Ben", content=Text(text="Hi"), client_id="c1")
    assert desk.may_reply(phase, reply) == expected
    assert desk.release(phase, OperatorHandedBack(id="e1", at=LATER, operator="ben", name="Ben")) == expected
    assert desk.close(phase, OperatorClosed(id="e1", at=LATER, operator="ben", name="Ben")) == expected


def test_holder_replies_hands_back_and_closes() -> None:
    reply = OperatorReplied(id="e1", at=LATER, operator="anna", name="Anna", content=Text(text="Hi"), client_id="c1")
    assert desk.may_reply(ANNA, reply) is None
    assert desk.release(ANNA, OperatorHandedBack(id="e1", at=LATER, operator="anna", name="Anna")) == BOT
    assert desk.close(ANNA, OperatorClosed(id="e1", at=LATER, operator="anna", name="Anna")) == BOT


def test_holder_without_a_name_is_named_by_id() -> None:
    nameless = WithOperator(team="support", operator="anna", name="", since=AT)
    assert desk.claim(nameless, CLAIM) == refusal("held_by_other", "anna")


def test_parking_waits_as_the_step_or_the_company_says() -> None:
    assert desk.park(POLICY, "support", AT) == PARKED
    assert desk.park(POLICY, "support", AT, 300).expires == AT + timedelta(minutes=5)


def test_reassigned_chat_keeps_its_place_and_waits_anew() -> None:
    parked = desk.requeue(POLICY, ANNA, AT + timedelta(hours=1), avoid="anna")
    assert parked == Parked(
        team="support",
        since=AT,
        expires=AT + timedelta(hours=1, minutes=15),
        came=AT + timedelta(hours=1),
        avoid="anna",
    )
    timers = desk.waiting_timers(POLICY, parked, AT + timedelta(hours=1))
    assert timers["wait_remind_1"] == AT + timedelta(hours=1, minutes=2)


def minutes(timers: dict[str, datetime]) -> dict[str, float]:
    return {name: (due - AT).total_seconds() / 60 for name, due in timers.items()}


@pytest.mark.parametrize(
    ("expires", "expected"),
    [
        (900, {"wait_remind_1": 2, "wait_remind_2": 5, "wait_warn": 13, "wait_expire": 15}),
        (300, {"wait_remind_1": 2, "wait_warn": 3, "wait_expire": 5}),
        (240, {"wait_warn": 2, "wait_expire": 4}),
        (121, {"wait_remind_1": 2, "wait_warn": 1 / 60, "wait_expire": 121 / 60}),
        (120, {"wait_expire": 2}),
        (60, {"wait_expire": 1}),
    ],
)
def test_wait_reminds_warns_and_ends(expires: int, expected: dict[str, float]) -> None:
    assert minutes(desk.waiting_timers(POLICY, desk.park(POLICY, "support", AT, expires))) == pytest.approx(expected)


def test_live_timers_watch_the_side_whose_turn_it_is() -> None:
    assert minutes(desk.live_timers(POLICY, AT, None)) == {"customer_remind": 5, "customer_close": 15}
    assert minutes(desk.live_timers(POLICY, None, AT)) == {"operator_remind": 2, "operator_reassign": 5}
    assert desk.live_timers(POLICY, None, None) == {}
    assert desk.live_timers(Policy(time_zone="UTC"), AT, AT) == {}


@pytest.mark.parametrize(
    ("position", "operators", "mean", "expected"),
    [
        (1, 1, 90, 90),
        (2, 1, 90, 180),
        (3, 2, 90, 180),
        (4, 2, 90, 180),
        (5, 2, 90, 270),
        (1, 0, 90, None),
        (0, 1, 90, 90),
    ],
)
def test_estimate_counts_rounds_of_operators(position: int, operators: int, mean: float, expected: int | None) -> None:
    assert desk.estimate(position, operators, mean) == expected


def test_a_supervisor_closes_what_another_holds_and_nothing_that_nobody_holds() -> None:
    event = OperatorClosed(id="x", at=LATER, operator="zoe", name="Zoe", over=True)
    assert desk.close(ANNA, event) == BOT
    assert [type(desk.close(phase, event)) for phase in (PARKED, BOT, OVER)] == [Refuse] * 3
    assert isinstance(desk.close(ANNA, OperatorClosed(id="x", at=LATER, operator="zoe", name="Zoe")), Refuse)
