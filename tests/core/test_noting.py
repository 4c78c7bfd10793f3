"""What a person who takes over finds without asking: why the customer is here, and what the back-end said."""

from typing import Final

import pytest

from conversation.effects import RunAction
from conversation.reasons import Reason
from engine import errands
from engine.errands import LONGEST, MOST
from engine.panel import reason_of
from tests.support.bots import ENDS, MONDAY, Talk, main_bot, means, nordnetz

STEPS: Final = f"""
  menu: {{choose: {{bill: bill, move: move, look: look, person: human}}}}
  bill: {{say: bill, go: menu}}
  move: {{say: move, go: menu}}
  look: {{do: find, with: {{word: "'x'"}}, save: found, go: menu, failed: sorry}}
  sorry: {{say: sorry, go: menu}}
{ENDS}
"""
RULES: Final = main_bot(STEPS, heads="intents: {billing: bill, moving: move, lookup: look}")


def talk() -> Talk:
    made = Talk(RULES)
    made.say("hello")
    return made


def heard(made: Talk, text: str, **scores: float) -> None:
    """The customer says something that means this."""
    made.understand = lambda _: means(**scores)
    made.say(text)


def reason(made: Talk) -> tuple[str, float, str] | None:
    found: Reason | None = made.state.reason
    return (found.intent, found.score, found.text) if found else None


def test_nothing_said_of_it_is_no_reason() -> None:
    assert reason(talk()) is None


def test_what_was_understood_is_kept_with_its_score_and_the_words() -> None:
    made = talk()
    heard(made, "my invoice is\n wrong", billing=0.9)
    assert reason(made) == ("billing", 0.9, "my invoice is wrong")


def test_the_first_words_are_a_reason_too() -> None:
    made = Talk(RULES)
    heard(made, "my invoice is wrong", billing=0.9)
    assert reason(made) == ("billing", 0.9, "my invoice is wrong")


def test_what_is_only_offered_is_the_guess_until_the_customer_says() -> None:
    made = talk()
    heard(made, "it is about the flat", billing=0.5, moving=0.45)
    assert reason(made) == ("billing", 0.5, "it is about the flat")
    made.press("move")
    assert reason(made) == ("moving", 1.0, "it is about the flat")


def test_a_button_is_certain() -> None:
    made = talk()
    made.press("move")
    assert made.state.reason is not None
    assert made.state.reason.intent == "moving"
    assert made.state.reason.score == 1.0


def test_a_typed_label_is_certain() -> None:
    made = talk()
    made.say("bill")
    assert reason(made) == ("billing", 1.0, "bill")


def test_the_newest_wish_counts_and_that_for_a_person_is_none() -> None:
    made = talk()
    heard(made, "my invoice", billing=0.9)
    heard(made, "we move house", moving=0.8)
    heard(made, "a person please", want_human=0.99)
    assert reason(made) == ("moving", 0.8, "we move house")


def test_what_was_not_understood_changes_nothing() -> None:
    made = talk()
    heard(made, "my invoice", billing=0.9)
    heard(made, "blah", billing=0.1)
    assert reason(made) == ("billing", 0.9, "my invoice")


def test_long_words_are_cut() -> None:
    made = talk()
    heard(made, "x" * 1_000, billing=0.9)
    assert made.state.reason is not None
    assert len(made.state.reason.text) == LONGEST


def test_a_call_of_the_back_end_is_kept_with_what_came_of_it() -> None:
    made = talk()
    made.press("look")
    (asked,) = made.state.ran
    assert (asked.name, asked.state, asked.result, asked.at) == ("find", "waiting", "", MONDAY)
    made.act({"number": "A-1", "late": True, "rows": [1, 2], "empty": None, "who": {"name": "Eva", "line": "L-7"}})
    (done,) = made.state.ran
    assert (done.state, done.result) == ("done", "number: A-1, late: ✓, rows: 2, who: Eva, L-7")


def test_a_call_that_failed_is_told_so_without_the_words_of_the_error() -> None:
    made = talk()
    made.press("look")
    made.act(None)
    (failed,) = made.state.ran
    assert (failed.state, failed.result) == ("failed", "")


def test_only_the_newest_calls_are_kept() -> None:
    made = talk()
    for number in range(MOST + 3):
        made.press("look")
        made.act({"number": number})
    assert [each.result for each in made.state.ran] == [f"number: {number}" for number in range(3, MOST + 3)]


def test_a_call_without_an_answer_is_kept_however_many_newer_ones_there_are() -> None:
    """An operator is still to be told."""
    made = talk()
    made.press("look")
    ran = made.state.ran
    for number in range(MOST + 3):
        new = RunAction(request=f"r{number}", name="find", arguments={}, limit=1.0)
        ran = errands.answered(errands.asked(ran, new, MONDAY, "anna"), new.request, {})
    assert [each.request for each in ran] == [ran[0].request, *(f"r{number}" for number in range(3, MOST + 3))]
    assert ran[:1] == made.state.ran


def test_a_result_is_a_line() -> None:
    made = talk()
    made.press("look")
    made.act({"text": "a\nb" * 1_000})
    (done,) = made.state.ran
    assert "\n" not in done.result
    assert len(done.result) == LONGEST


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("de", "Störung"),
        ("en", "Report an outage"),
        ("ru", "Нет интернета"),
        ("uk", "Немає інтернету"),
        ("fr", "Störung"),
    ],
)
def test_the_reason_has_a_title_in_the_operators_language(language: str, title: str) -> None:
    made = Talk(nordnetz())
    heard(made, "mein Internet geht nicht", report_outage=0.9)
    found = reason_of(nordnetz(), made.state, language, MONDAY)
    assert found is not None
    assert found.title == title
    assert (found.name, found.score, found.text) == ("report_outage", 0.9, "mein Internet geht nicht")
