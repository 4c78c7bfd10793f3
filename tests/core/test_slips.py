"""What an editor reads about a line that is no YAML: the line to mend, and words that say how."""

import pytest

from dialogs.problems import BotError
from dialogs.reading.source import read_source


@pytest.mark.parametrize(
    ("text", "line", "says", "todo"),
    [
        ('a: b\nhello: "Good day.\nbye: Bye\nmenu: {yes: "Yes"}\n', 2, "not closed", "at the end of the text"),
        ('a: b\nhello: "The "new" shop"\n', 2, "behind closing quotes", "other quotes inside"),
        ("a: b\nhello: 'What's up?'\n", 2, "behind closing quotes", "in quotes"),
        ("a: b\nhello: One more: what?\n", 2, "a colon with a space", "in quotes"),
        ("a:\n  b: c\n   d: e\n", 3, "indented otherwise", "as its neighbours"),
        ("a: b\nhello: @you\n", 2, "can't begin with @", "in quotes"),
        ("a: b\nhello: *Thank* you\n", 2, "can't begin with * (Thank", "in quotes"),
        ("a: b\nhello: {{ name }} hello\n", 2, "behind closing quotes or brackets", "in quotes"),
        ("a: {b: c\nd: e\n", 2, "a bracket is opened", "the one above"),
        ('a: b\nhello: "Good day\n', 3, "not closed", "close them"),
        ("a: b\nhello:there\nc: d\n", 3, "no colon comes after the key", "key: value"),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_is_named_in_plain_words(text: str, line: int, says: str, todo: str) -> None:
    with pytest.raises(BotError) as caught:
        read_source("x.yaml", text.encode())
    problem = caught.value.problems[0]
    assert says in problem.message
    assert todo in problem.todo
    assert problem.line == line


def test_quotes_over_several_lines_are_not_blamed_for_a_mistake_below() -> None:
    with pytest.raises(BotError) as caught:
        read_source("x.yaml", b'a: "one\n  two"\nb: "The "new" shop"\n')
    assert caught.value.problems[0].line == 3
