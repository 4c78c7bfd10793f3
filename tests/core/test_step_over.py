"""What somebody may do who may decide over others' chats (``over``), and what stays the holder's alone. A table."""

from typing import Any, Final

import pytest

from conversation.effects import Refuse
from conversation.events import (
    OperatorClosed,
    OperatorConsulted,
    OperatorEvent,
    OperatorHandedBack,
    OperatorRan,
    OperatorReplied,
    OperatorTransferred,
)
from conversation.state import Conversation
from engine.step import step
from tests.core.test_step_table import ANNA, BERT, HELLO, RULES, STALE, at_menu, closed, live, parked

CLOSE, PASS = OperatorClosed, OperatorTransferred
TEAM: Final[dict[str, Any]] = {"team": "care", "reason": ""}
ASK: Final[dict[str, Any]] = {"colleague": "cleo", "colleague_name": "Cleo"}


@pytest.mark.parametrize(
    ("state", "event", "refused"),
    [
        # Anna has the chat
        (live(), CLOSE(**ANNA), None),
        (live(), CLOSE(**BERT), "not_holder"),
        (live(), CLOSE(**BERT, over=True), None),
        (live(), PASS(**ANNA, **TEAM), None),
        (live(), PASS(**BERT, **TEAM), "not_holder"),
        (live(), PASS(**BERT, **TEAM, over=True), None),
        (live(), OperatorConsulted(**ANNA, **ASK), None),
        (live(), OperatorConsulted(**BERT, **ASK), "not_holder"),
        (live(), OperatorConsulted(**BERT, **ASK, over=True), None),
        # answering, handing back and acting are hers
        (live(), OperatorReplied(**BERT, content=HELLO, client_id="r"), "not_holder"),
        (live(), OperatorHandedBack(**BERT), "not_holder"),
        (live(), OperatorRan(**BERT, action="look_up"), "not_holder"),
        # nobody has it: there is nothing to be over
        (parked(), CLOSE(**BERT), "not_holder"),
        (parked(), CLOSE(**BERT, over=True), "not_holder"),
        (parked(), PASS(**BERT, **TEAM), None),
        (parked(), PASS(**BERT, **TEAM, over=True), None),
        (parked(), OperatorConsulted(**BERT, **ASK, over=True), "not_holder"),
        (at_menu(), CLOSE(**BERT, over=True), "not_holder"),
        (at_menu(), PASS(**BERT, **TEAM, over=True), "not_waiting"),
        (at_menu(), OperatorConsulted(**BERT, **ASK, over=True), "not_holder"),
        (closed(), CLOSE(**BERT, over=True), "closed"),
        (closed(), PASS(**BERT, **TEAM, over=True), "closed"),
        (closed(), OperatorConsulted(**BERT, **ASK, over=True), "closed"),
        # and what is wrong stays wrong
        (live(), PASS(**BERT, team="nowhere", reason="", over=True), "unknown"),
        (live(), CLOSE(**STALE, over=True), "closed"),
        (live(), PASS(**STALE, **TEAM, over=True), "closed"),
    ],
)
def test_over_reaches_as_far_as_the_table_says(state: Conversation, event: OperatorEvent, refused: str | None) -> None:
    after, effects = step(state, event, RULES)
    assert [effect.reason for effect in effects if isinstance(effect, Refuse)] == ([refused] if refused else [])
    assert (after == state) is (refused is not None)
