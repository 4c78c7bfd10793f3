"""What an editor is told about the difference between two versions: a line a change, in the words of the format."""

import pytest

from dialogs.compare import compare
from tests.support.bots import ENDS, main_bot, make_rules

OLD = """
  menu: {choose: {order: order, form: form, leave: bye}}
  order: {ask: number, save: number, go: rest}
  form: {form: {size: {ask: number}, city: {ask: text}}, save: answers, confirm: true, cancelled: menu, go: rest}
  look: {do: look_up, with: {what: number}, limit: 8s, save: found, go: rest}
  rest: {choose: {again: menu, look: look, done: bye}}
"""


def told(new: str, heads: str = "") -> list[tuple[str, str]]:
    found = compare(main_bot(OLD + ENDS).bot, main_bot(new + ENDS, heads=heads).bot)
    return [(change.where, change.what) for change in found if change.kind != "text"]


def test_a_version_and_itself_have_no_difference() -> None:
    assert compare(main_bot(OLD + ENDS).bot, main_bot(OLD + ENDS).bot) == []


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("leave: bye", "leave: asleep", "main/menu", "option leave asleep, was bye"),
        ("ask: number, save: number", "ask: date, save: number", "main/order", "asks for date, was number"),
        ("save: number, go", "save: count, go", "main/order", "saves as count, was number"),
        ("order: {ask: number, save: number, go: rest}", "order: {say: order, go: rest}", "main/order", "`say`, was `ask`"),
        ("limit: 8s", "limit: 9s", "main/look", "limit 9.0, was 8.0"),
        ("go: rest}\n  form", "route: [{when: number > 9, go: bye}, {go: rest}]}\n  form", "main/order", "goes on to bye if number > 9, rest, was rest"),
        ("size: {ask: number}", "size: {ask: text}", "main/form", "field size kind text, was number"),
        ("cancelled: menu", "cancelled: bye", "main/form", "cancelled bye, was menu"),
    ],
)  # fmt: skip
def test_a_change_of_a_step_is_one_line(old: str, new: str, where: str, what: str) -> None:
    changed = OLD.replace(old, new, 1)
    assert changed != OLD
    assert told(changed) == [(where, what)]


def test_new_and_removed_steps_are_named_with_their_verbs() -> None:
    new = OLD.replace("go: rest}\n  form", "go: town}\n  town: {ask: text, save: town, go: rest}\n  form")
    assert told(new) == [("main/order", "goes on to town, was rest"), ("main/town", "new, `ask`")]
    back = compare(main_bot(new + ENDS).bot, main_bot(OLD + ENDS).bot)
    assert [change.what for change in back if change.kind == "step"] == ["goes on to rest, was town", "removed"]


def test_a_renamed_step_is_one_difference_and_not_one_for_each_way_to_it() -> None:
    new = OLD.replace("  rest:", "  last:").replace("go: rest", "go: last")
    assert told(new, heads="renamed: {rest: last}") == [("main/rest", "renamed to last")]


def test_texts_are_told_language_by_language() -> None:
    steps = "start: menu\ndefaults: {misses: {limit: 3, go: bye}, silence: {after: 10m, go: bye}}\nsteps:\n  menu: {choose: {a: bye, b: bye}}\n  human: {handover: care, go: bye}\n  bye: {say: bye, end: solved}\n"

    def bot(greeting: str, label: str) -> dict[str, str]:
        human = "  human: {text: H}\n  bye: {text: B}\n"
        return {
            "dialogs/main.yaml": steps,
            "locales/en/main.yaml": f"en:\n  menu: {{text: {greeting}, options: {{a: A, b: {label}}}}}\n{human}",
            "locales/de/main.yaml": f"de:\n  menu: {{text: Hallo, options: {{a: A, b: {label}}}}}\n{human}",
        }

    found = compare(make_rules(bot("Hi", "B")).bot, make_rules(bot("Hello", "C")).bot)
    assert [(change.where, change.what) for change in found] == [
        ("en", "main/menu: “Hello”, was “Hi”"),
        ("en", "main/menu option b: “C”, was “B”"),
        ("de", "main/menu option b: “C”, was “B”"),
    ]
