"""Who waits for whom, and for how long: clocks that a customer's own words must not set back or stretch."""

from conversation.content import Text
from conversation.events import CustomerSaid, OperatorReplied
from conversation.state import Parked, WithOperator
from engine.step import rescue
from tests.support.bots import Talk, main_bot, nordnetz

STEPS = """
  menu: {choose: {one: menu, two: human}, misses: {limit: 3, go: human}, silence: {after: 10m, go: bye}}
  human: {handover: care, go: bye}
  bye: {end: solved}
"""


def with_operator() -> Talk:
    talk = Talk(main_bot(STEPS))
    talk.say("hello", "human")
    talk.claim()
    return talk


def test_a_customer_who_keeps_asking_does_not_keep_the_operator_from_being_replaced() -> None:
    talk = with_operator()
    for _ in range(2):
        talk.silence(2)
        talk.say("hello?")
    assert isinstance(talk.state.phase, WithOperator)
    talk.silence(2)
    assert isinstance(talk.state.phase, Parked)


def test_an_answer_starts_the_operators_clock_anew() -> None:
    talk = with_operator()
    talk.silence(4)
    content = Text(text="one moment")
    talk.take(OperatorReplied(id="r", at=talk.now, operator="anna", name="Anna", content=content, client_id="r"))
    talk.say("thanks")
    talk.silence(4)
    assert isinstance(talk.state.phase, WithOperator)


def test_a_chat_that_its_operator_leaves_alone_keeps_the_place_it_had() -> None:
    talk = Talk(main_bot(STEPS))
    talk.say("hello", "human")
    waiting = talk.state.phase
    assert isinstance(waiting, Parked)
    talk.silence(3)
    talk.claim()
    talk.silence(6)
    again = talk.state.phase
    assert isinstance(again, Parked)
    assert again.since == waiting.since


def test_keeping_the_place_does_not_make_the_next_wait_longer() -> None:
    talk = Talk(main_bot(STEPS))
    talk.say("hello", "human")
    for _ in range(4):
        talk.silence(14)
        assert "waiting.kept" in talk.say("still here")
        phase = talk.state.phase
        assert isinstance(phase, Parked)
        assert (phase.expires - talk.now).total_seconds() == 15 * 60


def test_start_in_the_middle_of_a_conversation_shows_the_menu() -> None:
    talk = Talk(main_bot(STEPS))
    talk.say("hello")
    assert talk.say("/start") == ["menu"]
    assert talk.say("/start campaign-7") == ["menu"]
    assert talk.state.run.lost == 0


def test_a_step_that_breaks_outside_of_hours_offers_what_the_dialogs_offer_then() -> None:
    talk = Talk(nordnetz())
    talk.now = talk.now.replace(hour=20)
    talk.say("hello")
    event = CustomerSaid(id="broken", at=talk.now, content=Text(text="boom"))
    state, _ = rescue(talk.state, event, nordnetz())
    assert not isinstance(state.phase, Parked)
    assert state.run.frames[-1].step == "closed"
