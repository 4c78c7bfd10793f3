"""Something else in the middle of a question: an FAQ is answered and the question asked again, a task asks first and has a way back."""

from datetime import timedelta
from functools import cache

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversation.content import Example
from conversation.events import Happened
from conversation.run import Left, Run
from conversation.state import Closed, Conversation, Parked, WithBot
from conversation.understanding import Understanding
from dialogs.hearing.asides import MAX_LEFT
from engine.rules import Rules
from tests.support.bots import ENDS, SETTINGS, Talk, entities, fresh, make_rules, means, words_of

STEPS = """
  menu: {choose: {move: move, order: order, sub: sub, leave: bye}}
  move: {form: {street: {ask: text}, number: {ask: number}, zip: {ask: code}}, save: moved, confirm: true, cancelled: menu, go: rest%(form)s}
  order: {ask: code, save: code, go: ordered%(ask)s}
  ordered: {say: ordered, go: bye}
  sub: {call: inner, go: rest}
  rest: {choose: {again: menu, done: bye}}
"""
INNER = """
start: first
defaults: {misses: {limit: 3, go: lost}, silence: {after: 10m, go: lost}, failed: lost}
intents: {inner: first}
steps:
  first: {ask: number, save: one, go: second}
  second: {choose: {yes: over, no: lost}}
  over: {end: filled}
  lost: {end: failed}
"""
FAQ = """
start: hours
kind: answer
intents: {hours: hours, price: price}
defaults: {misses: {limit: 3, go: done}, silence: {after: 10m, go: done}, failed: done}
steps:
  hours: {say: hours, go: done}
  price: {say: price, go: helped}
  helped: {choose: {yes: done, more: hours}}
  done: {end: solved}
"""
MEANINGS = {
    "when are you open": means(hours=0.9),
    "what does it cost": means(price=0.9),
    "where is my order": means(order=0.9),
    "i move": means(move=0.9),
    "inner please": means(inner=0.9),
    "a person please": means(want_human=0.9),
    "open or order": means(hours=0.6, order=0.5),
}


def rules(*, form: str = "", ask: str = "") -> Rules:
    digress = {"form": f", digress: {form}" if form else "", "ask": f", digress: {ask}" if ask else ""}
    defaults = "misses: {limit: 3, go: human}, silence: {after: 10m, reminders: 1, go: asleep}, failed: human"
    main = (
        f"start: menu\nintents: {{move: move, order: order}}\ndefaults: {{{defaults}}}\nsteps:{STEPS % digress}{ENDS}"
    )
    return make_rules(
        {
            "bot.yaml": SETTINGS,
            "dialogs/main.yaml": main,
            "dialogs/inner.yaml": INNER,
            "dialogs/faq.yaml": FAQ,
            "dialogs/_answers.yaml": 'code: {pattern: "[A-Z][0-9]{4}", example: A1234, entity: code}',
        }
    )


RULES = rules()


def understand(text: str) -> Understanding:
    return MEANINGS.get(text, Understanding())


def talk(*said: str, bot: Rules = RULES) -> Talk:
    found = Talk(bot, understand=understand)
    found.say("hi", *said)
    return found


def form_of(running: Talk) -> dict[str, object]:
    form = running.frame.form
    assert form is not None
    return dict(form.answers)


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


# ── a task ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def left_for_order(*said: str) -> Talk:
    running = talk("move", "Main street", *said)
    assert running.say("where is my order") == ["leave"]
    return running


def test_a_task_in_a_form_asks_first() -> None:
    running = left_for_order()
    assert "“move”" in running.last
    assert "24" in running.last
    assert running.labels == ["Yes, leave it", "No, go on here"]
    assert running.at == "main/move"


@pytest.mark.parametrize("answer", ["yes", "1", "Yes, leave it", "yes please"])
def test_who_says_yes_goes_there_and_may_come_back(answer: str) -> None:
    running = left_for_order()
    assert running.say(answer) == ["order"]
    assert running.say("A1234") == ["ordered", "bye", "return"]
    assert running.labels == ["Yes, go on", "No, thank you"]
    assert running.say("yes") == ["move.number"]
    assert form_of(running) == {"street": "Main street"}
    assert running.say("7") == ["move.zip"]


@pytest.mark.parametrize("answer", ["no", "2", "No, go on here"])
def test_who_says_no_is_asked_the_same_question_again(answer: str) -> None:
    running = left_for_order()
    assert running.say(answer) == ["move.number"]
    assert running.say("7") == ["move.zip"]
    assert not running.state.run.left


def test_who_answers_the_question_instead_goes_on_with_it() -> None:
    running = left_for_order()
    assert running.say("7") == ["move.zip"]
    assert running.say("yes") == ["move.error"]


def test_the_buttons_say_the_same() -> None:
    running = left_for_order()
    menu = running.menu
    assert running.press("Yes, leave it") == ["order"]
    assert running.press("No, go on here", menu=menu) == ["button_gone", "order"]
    assert running.say("A1234") == ["ordered", "bye", "return"]
    assert running.press("Yes, go on") == ["move.number"]


def test_who_does_not_want_to_go_on_is_done() -> None:
    running = left_for_order()
    running.say("yes", "A1234")
    assert running.say("no") == []
    assert running.outcome == "solved"
    assert not running.state.run.left


def test_who_says_nothing_to_the_offer_is_done_and_may_come_back() -> None:
    running = left_for_order()
    running.say("yes", "A1234")
    assert running.silence(10) == []
    assert running.outcome == "solved"
    assert running.state.run.left


@pytest.mark.parametrize("answer", ["yes", "no", "7", "when are you open"])
def test_an_answer_to_an_offer_of_yesterday_breaks_nothing(answer: str) -> None:
    """The timer of the silence may be late by a day: a service that stood still."""
    running = left_for_order()
    running.say("yes", "A1234")
    running.now += timedelta(hours=24, seconds=1)
    assert running.say(answer) != ["rescue"]
    assert not running.state.run.returning


def test_what_was_left_before_it_was_asked_is_offered_like_anything_else() -> None:
    begun = left_unasked()
    assert begun.say("back") == ["return"]
    assert begun.say("deutsch") == ["return"]
    assert begun.take(Happened(id=begun.event_id(), at=begun.now, name="paid")) == []
    assert begun.say("ja") == ["who"]
    assert begun.say("Kim") == ["menu"]


def test_who_says_nothing_to_the_offer_of_what_was_not_asked_yet_is_done() -> None:
    begun = left_unasked()
    assert begun.silence(10) == []
    assert begun.outcome == "filled"


def left_unasked() -> Talk:
    """The first words were an FAQ with a question, and there the customer went on to a task: the dialog's first question has yet to be asked."""
    main = f"""
start: who
defaults: {{misses: {{limit: 3, go: human}}, silence: {{after: 10m, go: asleep}}, failed: human}}
steps:
  who: {{ask: text, save: name, go: menu}}
  menu: {{choose: {{talk: human, leave: bye}}}}{ENDS}"""
    files = {"bot.yaml": SETTINGS, "dialogs/main.yaml": main, "dialogs/inner.yaml": INNER, "dialogs/faq.yaml": FAQ}
    begun = Talk(make_rules(files), understand=understand)
    assert begun.say("what does it cost", "inner please", "yes", "5", "yes") == ["return"]
    return begun


def test_an_answer_to_what_was_left_takes_it_up() -> None:
    running = left_for_order()
    running.say("yes", "A1234")
    assert running.say("7") == ["move.zip"]
    assert form_of(running) == {"street": "Main street", "number": 7}


def test_what_was_left_stands_in_the_menu() -> None:
    running = left_for_order()
    running.say("yes")
    assert running.say("menu") == ["menu"]
    assert running.labels == ["move", "order", "sub", "leave", "Back to: move"]
    assert running.say("5") == ["move.number"]
    assert running.say("menu") == ["menu"]
    assert running.labels == ["move", "order", "sub", "leave"]


def test_what_was_left_goes_on_with_what_was_answered_there_since() -> None:
    running = left_for_order()
    running.say("yes", "menu")
    running.now += timedelta(minutes=1)
    assert running.say("move") == ["move", "form.resumed", "move.number"]
    running.say("7", "menu")
    assert running.say("5") == ["move", "form.resumed", "move.zip"]
    assert form_of(running) == {"street": "Main street", "number": 7}


def test_the_offer_to_go_on_knows_what_was_answered_since() -> None:
    running = left_for_order()
    running.say("yes", "menu")
    running.now += timedelta(minutes=1)
    running.say("move", "7", "menu", "order")
    assert running.say("A1234") == ["ordered", "bye", "return"]
    assert running.say("yes") == ["move", "form.resumed", "move.zip"]


def test_what_was_left_a_day_ago_is_forgotten() -> None:
    running = left_for_order()
    running.say("yes")
    running.now += timedelta(hours=24, seconds=1)
    assert running.say("A1234") == ["ordered", "bye"]
    assert running.outcome == "solved"


def test_within_a_called_dialog_a_task_asks_first_and_comes_back_into_it() -> None:
    running = talk("sub", "5")
    assert running.at == "inner/second"
    assert running.say("where is my order") == ["leave"]
    assert running.say("yes") == ["order"]
    assert running.say("A1234") == ["ordered", "bye", "return"]
    assert running.say("yes") == ["second"]
    assert running.say("yes") == ["rest"]


def test_a_task_of_another_dialog_at_a_plain_question_asks_first() -> None:
    running = talk("order")
    assert running.say("inner please") == ["leave"]
    assert running.say("yes") == ["first"]


def test_at_a_menu_nothing_is_lost_and_nothing_asked() -> None:
    running = talk()
    assert running.say("inner please") == ["first"]


def test_the_task_at_hand_is_not_left_for_itself() -> None:
    running = talk("sub")
    assert running.say("inner please") == ["first.error"]
    assert running.at == "inner/first"


def test_who_chose_the_task_from_a_list_is_not_asked_again_but_told() -> None:
    running = talk("move", "Main street")
    assert running.say("open or order") == ["did_you_mean"]
    assert running.say("order") == ["left", "order"]
    assert "“move”" in words_of(running.bot_messages[-2])
    assert running.say("A1234") == ["ordered", "bye", "return"]


def test_no_more_than_three_things_are_kept_open() -> None:
    running = talk("move", "Main street")
    for other in ("where is my order", "inner please", "i move", "where is my order", "inner please"):
        assert running.say(other) == ["leave"]
        assert running.say("yes")
        assert len(running.state.run.left) <= MAX_LEFT
    assert [left.frames[0].step for left in running.state.run.left] == ["move", "order"]


def test_who_asks_for_what_was_left_goes_on_with_it() -> None:
    running = left_for_order()
    running.say("yes")
    assert running.say("i move") == ["move.number"]
    assert form_of(running) == {"street": "Main street"}


def test_the_next_conversation_offers_what_the_last_left() -> None:
    running = left_for_order()
    running.say("yes", "stop")
    assert isinstance(running.state.phase, Closed)
    again = Talk(RULES, understand=understand, state=_next(running))
    assert again.say("hello") == ["menu"]
    assert again.press("Back to: move") == ["move.number"]
    assert form_of(again) == {"street": "Main street"}


def _next(running: Talk) -> Conversation:
    return msgspec.structs.replace(fresh(), run=Run(left=running.state.run.left))


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


def test_left_is_read_back_as_it_was_written() -> None:
    running = left_for_order()
    running.say("yes")
    (left,) = running.state.run.left
    assert isinstance(left, Left)
    assert [(frame.dialog, frame.step) for frame in left.frames] == [("main", "move")]
    assert left.at == running.now


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
