"""Forms: any order of answers and corrections ends with the answers last given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.bots import ENDS, Talk, main_bot, means

FORM = main_bot(
    """
  menu: {choose: {move: move, talk: human}}
  move:
    form: {size: {ask: number, check: {min: 1, max: 99}}, city: {ask: text}, day: {ask: date}}
    save: answers
    confirm: true
    cancelled: menu
    go: done
  quick: {form: {size: {ask: number}, city: {ask: text}}, save: answers, go: done}
  done: {say: done, end: solved}
"""
    + ENDS,
    heads="intents: {quick: quick, leave: bye}",
)


def form() -> Talk:
    talk = Talk(FORM)
    assert talk.say("hi", "1") == ["move", "move.size"]
    return talk


def test_answers_in_order_end_with_a_summary_and_a_yes() -> None:
    talk = form()
    assert talk.say("5") == ["move.city"]
    assert talk.say("Kiel") == ["move.day"]
    assert talk.say("1.12.2026") == ["move.confirm"]
    assert talk.labels == ["Yes", "No, change", "Cancel"]
    assert talk.say("yes") == ["done"]
    assert talk.state.variables["answers"] == {"size": 5, "city": "Kiel", "day": "2026-12-01"}
    assert talk.outcome == "solved"


@pytest.mark.parametrize("wrong", ["many", "-1", "100"])
def test_an_answer_that_does_not_fit_asks_again_and_keeps_the_rest(wrong: str) -> None:
    talk = form()
    assert talk.say(wrong) == ["move.error"]
    assert talk.say("7", "Kiel", "1.12.2026", "yes") == ["done"]
    assert talk.state.variables["answers"]["size"] == 7


def test_misses_in_a_form_lead_to_a_person() -> None:
    assert form().say("?", "??", "???") == ["human"]


def test_back_asks_the_answer_before_again() -> None:
    talk = form()
    talk.say("5", "Kiel")
    assert talk.say("back") == ["move.city"]
    assert talk.say("back") == ["move.size"]
    assert talk.say("back") == ["menu"]
    assert talk.say("1", "6", "Bonn", "1.12.2026", "back") == ["move.day"]


def test_a_correction_at_the_summary_changes_one_answer_only() -> None:
    talk = form()
    talk.say("5", "Kiel", "1.12.2026")
    assert talk.say("No, change") == ["move.change"]
    assert talk.labels == ["size", "city", "day"]
    assert talk.say("city") == ["move.city"]
    assert talk.say("Bonn") == ["move.confirm"]
    talk.say("yes")
    assert talk.state.variables["answers"] == {"size": 5, "city": "Bonn", "day": "2026-12-01"}


def test_back_from_the_choice_of_what_to_change_shows_the_summary() -> None:
    talk = form()
    assert talk.say("5", "Kiel", "1.12.2026", "2", "back") == ["move.confirm"]


def test_cancel_leads_where_the_form_says_and_keeps_nothing() -> None:
    talk = form()
    assert talk.say("5", "Kiel", "1.12.2026", "Cancel") == ["menu"]
    assert "answers" not in talk.state.variables


def test_a_form_without_summary_ends_with_its_last_answer() -> None:
    talk = Talk(FORM, understand=lambda _: means(quick=0.9))
    talk.say("a quick one")
    assert talk.at == "main/quick"
    assert talk.say("5", "Kiel") == ["done"]


def test_buttons_of_an_old_summary_do_nothing_new() -> None:
    talk = form()
    talk.say("5", "Kiel", "1.12.2026")
    summary = talk.menu
    assert talk.press("No, change") == ["move.change"]
    assert talk.press("Yes", menu=summary) == ["button_gone", "move.change"]
    assert talk.press("city") == ["move.city"]
    talk.say("Bonn", "yes")
    assert talk.state.variables["answers"]["city"] == "Bonn"


@given(
    st.lists(
        st.sampled_from(("size", "city", "day", "back")).flatmap(
            lambda name: st.tuples(
                st.just(name),
                {
                    "size": st.integers(1, 99).map(str),
                    "city": st.sampled_from(("Kiel", "Bonn", "Ulm")),
                    "day": st.sampled_from(("1.12.2026", "2.12.2026")),
                    "back": st.just(""),
                }[name],
            )
        ),
        max_size=8,
    )
)
def test_any_order_of_corrections_keeps_the_last_of_each_answer(changes: list[tuple[str, str]]) -> None:
    talk = form()
    talk.say("5", "Kiel", "1.12.2026")
    last = {"size": "5", "city": "Kiel", "day": "1.12.2026"}
    for name, value in changes:
        if name == "back":
            assert talk.say("back") == ["move.day"]
            talk.say(last["day"])
        else:
            assert talk.say("No, change", name) == [f"move.{name}"]
            assert talk.say(value) == ["move.confirm"]
            last[name] = value
    assert talk.say("yes") == ["done"]
    answers = talk.state.variables["answers"]
    day = last["day"].split(".")
    assert answers == {"size": int(last["size"]), "city": last["city"], "day": f"2026-12-0{day[0]}"}
