"""A bot that is changed while a conversation runs: renamed steps are followed, what is gone is given up, nobody is stuck."""

import pytest

from tests.support.bots import ENDS, Talk, main_bot

OLD = """
  menu: {choose: {order: order, look: look, form: form, leave: bye}}
  order: {ask: number, save: number, go: rest}
  look: {do: look_up, save: found, go: rest}
  form: {form: {size: {ask: number}, city: {ask: text}}, save: answers, confirm: true, cancelled: menu, go: rest}
  rest: {choose: {again: menu, done: bye}}
"""


def talk(at: str) -> Talk:
    found = Talk(main_bot(OLD + ENDS))
    found.say("hi", at)
    return found


def change(running: Talk, old: str, new: str, heads: str = "") -> None:
    changed = OLD.replace(old, new)
    assert changed != OLD
    running.rules = main_bot(changed + ENDS, heads=heads)


def test_a_renamed_step_is_followed_with_all_it_waits_for() -> None:
    running = talk("look")
    running.rules = main_bot(OLD.replace("look:", "search:").replace("look: look", "search: search").replace(": look,", ": search,") + ENDS, heads="renamed: {look: search}")  # fmt: skip
    assert running.act({"a": 1}) == ["rest"]
    assert running.state.variables["found"] == {"a": 1}


def test_a_renamed_question_keeps_its_misses() -> None:
    running = talk("order")
    running.say("?", "?")
    running.rules = main_bot(OLD.replace("order: order", "order: number").replace("  order:", "  number:") + ENDS, heads="renamed: {order: number}")  # fmt: skip
    assert running.say("?") == ["human"]


def test_a_step_that_is_gone_is_given_up_for_the_menu() -> None:
    running = talk("order")
    running.rules = main_bot("  menu: {choose: {talk: human, leave: bye}}\n" + ENDS)
    assert running.say("55") == ["menu"]
    assert running.say("leave") == ["bye"]


def test_a_button_of_a_step_that_is_gone_shows_the_menu() -> None:
    running = talk("rest")
    running.say("order", "5")
    old = running.menu
    running.rules = main_bot("  menu: {choose: {talk: human, leave: bye}}\n" + ENDS)
    assert running.press("again", menu=old)[-1] == "menu"


def test_silence_at_a_step_that_is_gone_shows_the_menu() -> None:
    running = talk("order")
    running.rules = main_bot("  menu: {choose: {talk: human, leave: bye}}\n" + ENDS)
    assert running.silence(10) == ["menu"]


@pytest.mark.parametrize(
    ("new", "keys"),
    [
        ("order: {form: {size: {ask: number}}, save: number, go: rest}", ["order.size"]),
        ("order: {say: order, go: rest}", ["order", "rest"]),
        ("order: {do: look_up, go: rest}", []),
        ("order: {handover: care, go: rest}", ["order"]),
        ("order: {end: solved}", []),
    ],
)
def test_a_step_that_is_of_another_kind_now_is_entered_anew(new: str, keys: list[str]) -> None:
    running = talk("order")
    change(running, "order: {ask: number, save: number, go: rest}", new)
    assert [key for key in running.say("55") if key != "order" or "order.size" not in keys] == keys


def test_a_form_whose_field_is_gone_begins_anew() -> None:
    running = talk("form")
    change(running, "size: {ask: number}", "weight: {ask: number}")
    assert running.say("5") == ["form", "form.weight"]
    assert running.say("7") == ["form.city"]


def test_an_action_that_is_a_question_now_asks_it_when_the_result_comes() -> None:
    running = talk("look")
    change(running, "look: {do: look_up, save: found, go: rest}", "look: {ask: text, save: found, go: rest}")
    assert running.act({"a": 1}) == ["look"]


def test_back_skips_questions_that_are_gone() -> None:
    running = talk("order")
    running.say("5")
    running.rules = main_bot(
        "  menu: {choose: {rest: rest, leave: bye}}\n  rest: {choose: {again: menu, done: bye}}\n" + ENDS
    )
    assert running.say("back") == ["menu"]


def test_a_text_only_change_counts_at_once() -> None:
    running = talk("order")
    running.rules = main_bot(OLD + ENDS)
    assert running.say("?") == ["order.error"]
