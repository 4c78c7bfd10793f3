"""When an operator's hold of a chat is over, and what is written down of it."""

from typing import Any

import msgspec
import pytest

from conversation.content import Text
from conversation.events import (
    CustomerSaid,
    CustomerUnreachable,
    Event,
    OperatorClosed,
    OperatorHandedBack,
    OperatorTransferred,
    TimerFired,
)
from conversation.reasons import Reason
from conversation.records import Handled
from conversation.state import Phase, WithBot
from handoff.handled import handled
from tests.support.storing import closed, fresh, held, in_phase, later, parked

HELD = msgspec.structs.replace(
    in_phase(fresh("chat-a"), held(10)), reason=Reason(intent="no_internet", score=0.9, text="", at=later(1))
)
ABOUT: dict[str, Any] = {"id": "e1", "operator": "ann", "name": "Ann"}


def timer(name: str) -> TimerFired:
    return TimerFired(id="t", at=later(99), name=name, due=later(99))


@pytest.mark.parametrize(
    ("event", "phase", "outcome"),
    [
        (OperatorClosed(at=later(99), **ABOUT), WithBot(), "closed"),
        (OperatorClosed(at=later(99), outcome="solved", **ABOUT), WithBot(), "solved"),
        (OperatorHandedBack(at=later(99), **ABOUT), WithBot(), "handed_back"),
        (OperatorTransferred(at=later(99), team="sales", reason="", **ABOUT), parked(team="sales"), "transferred"),
        (OperatorTransferred(at=later(99), to="ben", reason="", **ABOUT), held(99, operator="ben"), "transferred"),
        (timer("operator_reassign"), parked(10), "reassigned"),
        (timer("customer_close"), closed(99), "silent"),
        (CustomerUnreachable(id="u", at=later(99), reason="blocked"), closed(99), "unreachable"),
        (timer("something_new"), WithBot(), "other"),
    ],
)
def test_each_way_to_lose_a_chat_is_told_apart(event: Event, phase: Phase, outcome: str) -> None:
    assert handled(HELD, event, in_phase(HELD, phase)) == Handled(
        conversation="talk-chat-a",
        chat="chat-a",
        team="support",
        operator="olga",
        intent="no_internet",
        began=later(10),
        ended=later(99),
        outcome=outcome,
    )


@pytest.mark.parametrize("before", [WithBot(), parked(), closed()])
def test_what_nobody_had_ends_for_nobody(before: Phase) -> None:
    event = OperatorClosed(at=later(99), **ABOUT)
    assert handled(in_phase(HELD, before), event, in_phase(HELD, closed())) is None


def test_who_has_the_chat_still_goes_on() -> None:
    said = CustomerSaid(id="s", at=later(99), content=Text(text="?"))
    asked_in = msgspec.structs.replace(held(10), consulted=("ben",))
    assert handled(HELD, said, HELD) is None
    assert handled(HELD, said, in_phase(HELD, asked_in)) is None


def test_a_clock_that_went_back_makes_no_time_below_zero() -> None:
    event = OperatorClosed(at=later(5), **ABOUT)
    found = handled(HELD, event, in_phase(HELD, WithBot()))
    assert found
    assert found.ended == found.began
