"""Something else in the middle of a question: an FAQ is answered and the question asked again; what a step says about it."""

from datetime import timedelta
from functools import cache

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversation.content import Example
from conversation.state import Parked, WithBot
from conversation.understanding import Understanding
from dialogs.hearing.asides import MAX_LEFT
from engine.rules import Rules
from tests.support.bots import Talk, entities, means
from tests.support.digressing import MEANINGS, RULES, form_of, rules, talk, understand

# ── an FAQ ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_faq_in_a_form_is_answered_and_the_question_asked_again_with_all_that_was_answered() -> None:
    filling = talk("move", "Main street")
    assert filling.say("?") == ["move.error"]
    before = filling.frame
    assert filling.say("when are you open") == ["hours", "move.number"]
    assert filling.frame == before
    assert filling.say("7", "A1234") == ["move.confirm"]


@pytest.mark.parametrize(("to", "question"), [("order", "order"), ("sub", "first"), ("menu", "menu")])
def test_an_faq_at_any_question_is_answered_and_the_question_asked_again(to: str, question: str) -> None:
    asked = talk(to)
    before = asked.state.run.frames
    assert asked.say("when are you open") == ["hours", question]
    assert asked.state.run.frames == before
    assert asked.state.timers.keys() == {"silence"}


def test_an_faq_that_asks_something_itself_leads_back_to_the_question() -> None:
    asked = talk("move", "Main street")
    assert asked.say("what does it cost") == ["price", "helped"]
    assert asked.say("yes") == ["move.number"]
    assert form_of(asked) == {"street": "Main street"}


def test_an_faq_within_an_faq_takes_its_place() -> None:
    asked = talk("move", "Main street", "what does it cost")
    for _ in range(6):
        assert asked.say("what does it cost") == ["price", "helped"]
        assert len(asked.state.run.frames) == 2
    assert asked.say("when are you open") == ["hours", "move.number"]


def test_back_in_an_faq_leads_to_the_question_it_interrupted() -> None:
    asked = talk("move", "Main street", "what does it cost")
    assert asked.say("back") == ["move.number"]
    assert form_of(asked) == {"street": "Main street"}


def test_an_faq_in_the_first_words_is_answered_before_the_first_question() -> None:
    begun = Talk(RULES, understand=understand)
    assert begun.say("when are you open") == ["hours", "menu"]
    assert begun.say("order") == ["order"]


def test_an_faq_with_a_question_in_the_first_words_leads_to_the_first_question() -> None:
    begun = Talk(RULES, understand=understand)
    assert begun.say("what does it cost") == ["price", "helped"]
    assert begun.say("yes") == ["menu"]


def test_a_person_is_fetched_out_of_an_faq() -> None:
    asked = talk("move", "what does it cost")
    assert asked.say("a person please") == ["human"]
    assert isinstance(asked.state.phase, Parked)


# ── what a step says about it ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("other", ["where is my order", "when are you open", "inner please"])
def test_a_step_that_must_be_finished_says_so(other: str) -> None:
    filling = talk("move", "Main street", bot=rules(form="stay"))
    assert filling.say(other) == ["first_this", "move.number"]
    assert form_of(filling) == {"street": "Main street"}


@pytest.mark.parametrize("other", ["where is my order", "when are you open", "inner please"])
def test_a_step_that_does_not_listen_takes_it_for_a_miss(other: str) -> None:
    filling = talk("move", "Main street", bot=rules(form="no"))
    assert filling.say(other) == ["move.error"]


@pytest.mark.parametrize("how", ["stay", "no", "return", ""])
def test_a_person_is_fetched_whatever_the_step_says(how: str) -> None:
    assert talk("move", "Main street", bot=rules(form=how)).say("a person please") == ["human"]


def test_a_step_may_lead_there_and_back_without_asking() -> None:
    filling = talk("move", "Main street", bot=rules(form="return"))
    assert filling.say("where is my order") == ["order"]
    assert filling.say("A1234") == ["ordered", "bye", "move.number"]
    assert form_of(filling) == {"street": "Main street"}


def test_digressions_stay_within_three_levels() -> None:
    filling = talk("move", "Main street", bot=rules(form="return", ask="return"))
    for _ in range(3):
        filling.say("where is my order", "i move")
        assert len(filling.state.run.frames) <= 4
    while filling.state.run.frames and not filling.outcome and filling.at == "main/order":
        filling.say("A1234")


# ── what was named ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_named_survives_the_question_whether_to_leave() -> None:
    running = talk("move", "Main street")
    running.understand = lambda _: _named(means(order=0.9), code="B9999")
    assert running.say("and where is B9999") == ["leave"]
    assert running.say("yes") == ["ordered", "bye", "return"]
    assert running.state.variables["code"] == "B9999"


def test_what_was_named_survives_a_did_you_mean() -> None:
    running = talk()
    running.understand = lambda _: _named(means(order=0.45, hours=0.44), code="B9999")
    assert running.say("where is B9999") == ["did_you_mean"]
    assert running.say("order") == ["ordered", "bye"]
    assert running.state.variables["code"] == "B9999"


def test_an_answer_within_a_sentence_is_taken() -> None:
    running = talk("order")
    running.understand = lambda _: _named(Understanding(), code="B9999")
    assert running.say("I believe it is b9999, but I am not sure") == ["ordered", "bye"]
    assert running.state.variables["code"] == "B9999"


def _named(found: Understanding, **values: str) -> Understanding:
    return msgspec.structs.replace(found, entities=entities(**values))


# ── what is learnt ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("answer", "intent"), [("order", "order"), ("1", "hours"), ("none of these", "")])
def test_what_the_customer_meant_is_kept_as_an_example(answer: str, intent: str) -> None:
    running = talk()
    running.say("open or order", answer)
    kept = [message for message in running.messages if isinstance(message.content, Example)]
    assert [message.content for message in kept] == [
        Example(text="open or order", language="en", intent=intent, scores={"hours": 0.6, "order": 0.6})
    ]
    assert kept[0].author == "system"


# ── whatever is said ─────────────────────────────────────────────────────────────────────────────────────────────────

DAY, QUIET = "a day passes", "nothing is said"
SAID = (
    *MEANINGS,
    "yes",
    "no",
    "1",
    "2",
    "7",
    "A1234",
    "?",
    "move",
    "order",
    "menu",
    "back",
    "language",
    "stop",
    "hi",
    DAY,
    QUIET,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.sampled_from(SAID), max_size=25),
    st.sampled_from(["", "return", "stay", "no"]),
    st.sampled_from(["", "return"]),
)
def test_whatever_is_said_the_bot_answers_and_stays_within_its_bounds(said: list[str], form: str, ask: str) -> None:
    """``Talk`` writes and reads the state between every two inputs."""
    running = talk(bot=_digressing(form, ask))
    for text in said:
        if running.outcome or not isinstance(running.state.phase, WithBot):
            break
        before = running.state.run
        if text == DAY:
            running.now += timedelta(hours=24, seconds=1)
            continue
        answers = running.silence(10) if text == QUIET else running.say(text)
        assert "rescue" not in answers
        after = running.state.run
        assert answers or running.outcome, (text, running.at)
        assert len(after.frames) <= 4
        assert len(after.left) <= MAX_LEFT
        assert sum(map(bool, (after.guess, after.leaving, after.returning, after.languages))) <= 1
        if text == "when are you open" and "hours" in answers and after.frames:
            assert (after.frames[-1].form, after.frames[-1].misses) == (
                before.frames[-1].form,
                before.frames[-1].misses,
            ) or (before.frames[-1].dialog == "faq")


@cache
def _digressing(form: str, ask: str) -> Rules:
    return rules(form=form, ask=ask)
