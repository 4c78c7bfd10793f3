"""Another task in the middle of a question: the bot asks first, and there is a way back."""

from datetime import timedelta

import msgspec
import pytest

from conversation.events import Happened
from conversation.run import Left, Run
from conversation.state import Closed, Conversation
from dialogs.hearing.asides import MAX_LEFT
from tests.support.bots import ENDS, SETTINGS, Talk, fresh, make_rules, words_of
from tests.support.digressing import FAQ, INNER, RULES, form_of, talk, understand


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


def test_left_is_read_back_as_it_was_written() -> None:
    running = left_for_order()
    running.say("yes")
    (left,) = running.state.run.left
    assert isinstance(left, Left)
    assert [(frame.dialog, frame.step) for frame in left.frames] == [("main", "move")]
    assert left.at == running.now
