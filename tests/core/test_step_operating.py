"""What operators do among themselves, in every phase: notes, transfers, consultations, actions of the back-end, assignments."""

from datetime import timedelta
from typing import Any, Final

import msgspec
import pytest

from conversation.content import Note
from conversation.effects import Effect, Post, Refuse, RunAction
from conversation.events import (
    ActionDone,
    ActionFailed,
    CustomerUnreachable,
    OperatorAssigned,
    OperatorConsulted,
    OperatorEvent,
    OperatorHandedBack,
    OperatorJoined,
    OperatorNoted,
    OperatorRan,
    OperatorReplied,
    OperatorTransferred,
)
from conversation.state import Closed, Conversation, Parked, WithBot, WithOperator
from engine.step import step
from tests.core.test_step_table import ANNA, BERT, HELLO, NOW, RULES, STALE, at_menu, closed, live, parked
from tests.support.bots import MONDAY

NOTE: Final[dict[str, Any]] = {"text": "He called twice", "mentions": ("cleo",), "client_id": "n"}
TO_TEAM: Final[dict[str, Any]] = {"team": "care", "reason": "knows it better"}
TO_CLEO: Final[dict[str, Any]] = {"to": "cleo", "to_name": "Cleo", "reason": "knows him"}
ASK: Final[dict[str, Any]] = {"colleague": "cleo", "colleague_name": "Cleo", "question": "A credit?"}
RUN: Final[dict[str, Any]] = {"action": "look_up", "arguments": {"line": "L-7"}}


def refusals(effects: tuple[Effect, ...]) -> list[tuple[str, str]]:
    return [(effect.reason, effect.holder) for effect in effects if isinstance(effect, Refuse)]


def posts(effects: tuple[Effect, ...], author: str = "system") -> list[tuple[str, str]]:
    messages = [effect.message for effect in effects if isinstance(effect, Post)]
    return [
        (message.origin, message.content.text if isinstance(message.content, Note) else "")
        for message in messages
        if message.author == author
    ]


def holder(state: Conversation) -> str:
    return state.phase.operator if isinstance(state.phase, WithOperator) else ""


@pytest.mark.parametrize("state", [at_menu(), parked(), live(), closed()], ids=["bot", "parked", "live", "closed"])
def test_a_note_is_kept_whoever_has_the_chat_and_moves_nothing(state: Conversation) -> None:
    after, effects = step(state, OperatorNoted(**BERT, **NOTE), RULES)
    assert posts(effects) == [("note", "He called twice")]
    assert not posts(effects, "bot")
    assert (after.phase, after.run, after.timers) == (state.phase, state.run, state.timers)


@pytest.mark.parametrize(
    ("state", "event", "refused"),
    [
        (at_menu(), OperatorTransferred(**ANNA, **TO_TEAM), ("not_waiting", "")),
        (closed(), OperatorTransferred(**ANNA, **TO_TEAM), ("closed", "")),
        (live(), OperatorTransferred(**BERT, **TO_TEAM), ("not_holder", "Anna")),
        (live(), OperatorTransferred(**ANNA, team="nowhere", reason=""), ("unknown", "")),
        (at_menu(), OperatorConsulted(**ANNA, **ASK), ("not_holder", "")),
        (parked(), OperatorConsulted(**ANNA, **ASK), ("not_holder", "")),
        (closed(), OperatorConsulted(**ANNA, **ASK), ("closed", "")),
        (live(), OperatorConsulted(**BERT, **ASK), ("not_holder", "Anna")),
        (parked(), OperatorRan(**ANNA, **RUN), ("not_holder", "")),
        (live(), OperatorRan(**BERT, **RUN), ("not_holder", "Anna")),
        (live(), OperatorRan(**ANNA, action="blow_up"), ("unknown", "")),
        (closed(), OperatorRan(**ANNA, **RUN), ("closed", "")),
        (live(), OperatorHandedBack(**ANNA, dialog="main", step="nowhere"), ("unknown", "")),
        (live(), OperatorNoted(**STALE, **NOTE), ("closed", "")),
    ],
)
def test_what_may_not_be_done_changes_nothing_and_says_why(
    state: Conversation, event: OperatorEvent, refused: tuple[str, str]
) -> None:
    after, effects = step(state, event, RULES)
    assert refusals(effects) == [refused]
    assert len(effects) == 1
    assert after == state


def test_a_chat_passed_to_a_team_waits_there_with_its_place_in_time() -> None:
    state, effects = step(live(), OperatorTransferred(**ANNA, **TO_TEAM), RULES)
    assert isinstance(state.phase, Parked)
    assert state.phase.since == MONDAY
    assert state.phase.expires > NOW
    assert posts(effects) == [("transferred", "knows it better")]
    assert len(posts(effects, "bot")) == 1
    assert not any(name.startswith(("customer_", "operator_")) for name in state.timers)
    assert "wait_expire" in state.timers
    assert state.unanswered


def test_a_chat_passed_to_a_person_prefers_them() -> None:
    state, effects = step(live(), OperatorTransferred(**ANNA, **TO_CLEO), RULES)
    assert isinstance(state.phase, Parked)
    assert state.phase.prefer == "cleo"
    (note,) = [
        effect.message.content for effect in effects if isinstance(effect, Post) if effect.message.author == "system"
    ]
    assert note == Note(text="knows him", mentions=("cleo",), to="Cleo")


def test_who_waits_goes_to_another_queue_without_hearing_of_it() -> None:
    before = parked()
    state, effects = step(before, OperatorTransferred(**BERT, **TO_TEAM), RULES)
    assert isinstance(before.phase, Parked)
    assert isinstance(state.phase, Parked)
    assert state.phase.since == before.phase.since
    assert not posts(effects, "bot")


def test_a_supervisor_passes_on_what_somebody_else_has() -> None:
    state, effects = step(live(), OperatorTransferred(**BERT, **TO_TEAM, over=True), RULES)
    assert isinstance(state.phase, Parked)
    assert not refusals(effects)


def test_who_is_asked_in_may_write_notes_and_ask_others_in_but_not_answer() -> None:
    state, effects = step(live(), OperatorConsulted(**ANNA, **ASK), RULES)
    assert isinstance(state.phase, WithOperator)
    assert state.phase.consulted == ("cleo",)
    assert posts(effects) == [("consulted", "A credit?")]
    assert not posts(effects, "bot")
    again, _ = step(state, OperatorConsulted(**ANNA, **ASK), RULES)
    assert again.phase == state.phase
    cleo: dict[str, Any] = {**ANNA, "operator": "cleo", "name": "Cleo"}
    _, refused = step(state, OperatorReplied(**cleo, content=HELLO, client_id="r"), RULES)
    assert refusals(refused) == [("not_holder", "Anna")]
    more, _ = step(state, OperatorConsulted(**cleo, colleague="dora", colleague_name="Dora"), RULES)
    assert isinstance(more.phase, WithOperator)
    assert more.phase.consulted == ("cleo", "dora")


def test_an_action_that_an_operator_runs_leaves_the_dialog_where_it_is() -> None:
    state, effects = step(live(), OperatorRan(**ANNA, **RUN), RULES)
    (call,) = [effect for effect in effects if isinstance(effect, RunAction)]
    assert (call.name, call.arguments) == ("look_up", {"line": "L-7"})
    done, told = step(
        state, ActionDone(id="d", at=NOW, request=call.request, result={"ticket": "T-1", "x": None}), RULES
    )
    assert posts(told) == [("run_done", "ticket: T-1")]
    assert (done.phase, done.run, [each.state for each in done.ran]) == (state.phase, live().run, ["done"])
    twice, nothing = step(done, ActionDone(id="d2", at=NOW, request=call.request, result={}), RULES)
    assert (twice, nothing) == (done, ())


def test_an_action_that_fails_is_noted_with_its_reason_also_after_the_chat_was_handed_back() -> None:
    state, effects = step(live(), OperatorRan(**ANNA, **RUN), RULES)
    (call,) = [effect for effect in effects if isinstance(effect, RunAction)]
    state, _ = step(state, OperatorHandedBack(**ANNA), RULES)
    after, told = step(state, ActionFailed(id="f", at=NOW, request=call.request, reason="no line"), RULES)
    assert posts(told) == [("run_failed", "no line")]
    assert not posts(told, "bot")
    assert after.run == state.run


def test_a_waiting_chat_is_assigned_with_the_reason_and_nobody_else_gets_it() -> None:
    state, effects = step(parked(), OperatorAssigned(**BERT, why="least_loaded"), RULES)
    assert isinstance(state.phase, WithOperator)
    assert (state.phase.operator, state.phase.why, state.phase.queued) == ("bert", "least_loaded", MONDAY)
    assert posts(effects) == [("assigned", "")]
    late, nothing = step(state, OperatorAssigned(**ANNA, why="least_loaded"), RULES)
    assert (late, nothing) == (state, ())


@pytest.mark.parametrize(
    ("changed", "assigned"),
    [({}, True), ({"team": "billing"}, False), ({"prefer": "bert"}, False)],
)
def test_a_chat_that_waits_elsewhere_by_now_than_when_that_was_decided_is_left_there(
    changed: dict[str, str], assigned: bool
) -> None:
    waiting = parked()
    assert isinstance(waiting.phase, Parked)
    moved = msgspec.structs.replace(waiting, phase=msgspec.structs.replace(waiting.phase, **changed))
    state, _ = step(moved, OperatorAssigned(**ANNA, why="only_one", team=waiting.phase.team), RULES)
    assert isinstance(state.phase, WithOperator) is assigned
    assert assigned or state == moved


@pytest.mark.parametrize("state", [at_menu(), live(), closed()], ids=["bot", "live", "closed"])
def test_what_does_not_wait_is_not_assigned_and_nobody_is_told(state: Conversation) -> None:
    assert step(state, OperatorAssigned(**BERT, why="last"), RULES) == (state, ())


def test_a_chat_handed_back_goes_on_at_the_chosen_step() -> None:
    state, effects = step(live(), OperatorHandedBack(**ANNA, dialog="main", step="bye"), RULES)
    assert isinstance(state.phase, Closed | WithBot)
    origins = [origin for origin, _ in posts(effects, "bot")]
    assert origins[0] == "_product/bot_again"
    assert holder(state) == ""


def test_the_wait_of_a_chat_that_was_passed_on_ends_like_any_other() -> None:
    state, _ = step(live(), OperatorTransferred(**ANNA, **TO_TEAM), RULES)
    assert state.timers["wait_expire"] == NOW + timedelta(seconds=RULES.policy.waiting.expires)


@pytest.mark.parametrize("state", [at_menu(), parked(), live(), closed()], ids=["bot", "parked", "live", "closed"])
def test_who_joined_and_parted_customers_is_noted_and_nothing_else_changes(state: Conversation) -> None:
    for joined, origin in ((True, "joined"), (False, "parted")):
        after, effects = step(state, OperatorJoined(**BERT, place="telegram 4711", joined=joined), RULES)
        (note,) = [effect.message for effect in effects if isinstance(effect, Post)]
        assert (note.origin, note.name, note.author) == (origin, "Bert", "system")
        assert note.content == Note(text="", to="telegram 4711")
        assert (after.phase, after.run, after.timers) == (state.phase, state.run, state.timers)


def test_a_chat_whose_customer_is_gone_stays_with_the_team_that_had_it() -> None:
    """What its operator wrote is none of other teams' business."""
    state, _ = step(live(), CustomerUnreachable(id="gone", at=NOW, reason="blocked"), RULES)
    held = live().phase
    assert isinstance(state.phase, Closed)
    assert isinstance(held, WithOperator)
    assert (state.phase.team, state.phase.operator, state.phase.reopen) == (held.team, held.operator, None)
