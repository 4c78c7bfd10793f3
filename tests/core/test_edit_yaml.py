"""An editor's file is changed where it must be, and nowhere else."""

import io
import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from app.exchange.edit_yaml import edit
from conversation.errors import ContentError
from dialogs.reading.source import read_source
from tests.support.yaml_text import PRINTED

FILE = """\
# Texts of the menu, by Ann
de:
  greeting: "Hallo!"          # said once
  menu:
    text:   'It''s a menu'
    options: {a:  Eins,   b: "Zwei"}   # two
    words:
      a:
      - ein   # the short form
      - eins
  long: |
    Eine Zeile
    und noch eine

  # the end
  bye: Tschüss
  empty:
"""


def changed(raw: str, **values: Any) -> str:
    data = read_source("x.yaml", raw.encode()).data
    data["de"].update(values)
    return edit("x.yaml", raw.encode(), data).decode()


@pytest.mark.parametrize(
    ("values", "old", "new"),
    [
        pytest.param({}, "", "", id="nothing"),
        pytest.param({"greeting": "Moin"}, '"Hallo!"', '"Moin"', id="quoted"),
        pytest.param({"bye": "Ade"}, "Tschüss", "Ade", id="plain"),
        pytest.param({"bye": "Ja: bald"}, "Tschüss", '"Ja: bald"', id="plain that needs quotes"),
        pytest.param({"bye": "no"}, "Tschüss", "no", id="a word that is text here"),
        pytest.param({"bye": "12"}, "Tschüss", '"12"', id="a number that is a text"),
        pytest.param({"long": "Neu\n\nanders\n"}, "Eine Zeile\n    und noch eine", "Neu\n\n    anders", id="block"),
        pytest.param({"bye": ["A", "B, c"]}, "Tschüss", '[A, "B, c"]', id="a text becomes variants"),
        pytest.param({"empty": "voll"}, "empty:", "empty: voll", id="nothing becomes a text"),
        pytest.param({"empty": {"text": "x"}}, "empty:", "empty:\n    text: x", id="nothing becomes an entry"),
        pytest.param({"new": "neu"}, "  empty:\n", "  empty:\n  new: neu\n", id="a new key at the end"),
    ],
)
def test_a_change_leaves_all_other_characters_as_they_are(values: dict[str, Any], old: str, new: str) -> None:
    assert changed(FILE, **values) == FILE.replace(old, new)


def test_a_text_of_an_entry_is_changed_in_its_own_quotes() -> None:
    menu = {
        "text": "That's it",
        "options": {"a": "Uno", "b": "Zwei", "c": "Drei"},
        "words": {"a": ["ein", "eins", "1"]},
    }
    result = changed(FILE, menu=menu)
    assert "    text:   'That''s it'\n" in result
    assert '    options: {a:  Uno,   b: "Zwei", c: Drei}   # two\n' in result
    assert '      - ein   # the short form\n      - eins\n      - "1"\n  long: |\n' in result


def test_new_keys_stand_where_the_wanted_order_has_them() -> None:
    data = {"de": {"first": "1st", "a": "x", "between": "y", "b": {"text": "z", "error": "e"}}}
    raw = b"de:\n  a: x\n  # about b\n  b:\n    text: z\n"
    assert edit("x.yaml", raw, data).decode() == (
        "de:\n  first: 1st\n  a: x\n  between: y\n  # about b\n  b:\n    text: z\n    error: e\n"
    )


def test_a_file_of_nothing_is_written_whole() -> None:
    data = {
        "uk": {"a": "Так", "b": {"text": {"one": "{{ n }} година", "few": "{{ n }} години"}, "options": {"x": "Ні"}}}
    }
    assert edit("x.yaml", b"# uk\n", data).decode() == (
        '# uk\nuk:\n  a: Так\n  b: {text: {one: "{{ n }} година", few: "{{ n }} години"}, options: {x: Ні}}\n'
    )


def test_line_ends_and_the_mark_of_windows_stay() -> None:
    raw = "\ufeffde:\r\n  a: x\r\n  b: |\r\n    eins\r\n    zwei\r\n".encode()
    data = {"de": {"a": "y", "b": "eins\ndrei\n", "c": {"text": "z" * 60, "error": "z" * 60}}}
    result = edit("x.yaml", raw, data)
    assert result.startswith("\ufeffde:\r\n  a: y\r\n  b: |\r\n    eins\r\n    drei\r\n  c:\r\n".encode())
    assert result.count(b"\n") == result.count(b"\r\n")


def test_a_text_that_stands_in_two_places_is_not_changed_by_halves() -> None:
    with pytest.raises(ContentError, match="two places"):
        edit("x.yaml", b"de:\n  a: &x Hallo\n  b: *x\n", {"de": {"a": "Moin", "b": "Hallo"}})


texts = st.text(PRINTED, max_size=12) | st.sampled_from(
    [
        "",
        " lead",
        "trail ",
        "no",
        "22:30",
        "1",
        "1.5",
        "null",
        "~",
        "a: b",
        "a #b",
        "- x",
        "{{ n }}",
        '"q"',
        "it's",
        "a\nb",
        "a\n",
        "\n",
        "\t",
        "#",
    ]
)
names = st.sampled_from(["a", "b", "c", "text", "options", "yes", "0", "with space", "ключ"])


def trees(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    inner = leaf | st.lists(leaf, max_size=3)
    for _ in range(2):
        inner = inner | st.dictionaries(names, inner, max_size=4)
    return st.dictionaries(names, inner, min_size=1, max_size=5)


_ASKING = re.compile(r"(^|[\[{,: ])\?[^ ]")
"""A plain word in brackets that begins with a question mark: the library writes it and can't read it again."""


def grown(old: Any, new: Any) -> Any:
    """Keys are only ever added."""
    if isinstance(old, dict) and isinstance(new, dict):
        both = {key: grown(value, new[key]) if key in new else value for key, value in old.items()}
        return {**both, **{key: value for key, value in new.items() if key not in old}}
    return new


@settings(deadline=None)
@given(trees(texts | st.none() | st.integers(0, 9)), trees(texts), st.booleans(), st.sampled_from([2, 4]))
def test_any_file_can_be_changed_to_anything_that_has_its_keys(old: Any, new: Any, flow: bool, indent: int) -> None:
    yaml = YAML()
    yaml.default_flow_style = flow
    yaml.indent(mapping=indent, sequence=indent, offset=indent - 2)
    yaml.representer.ignore_aliases = lambda _: True
    out = io.StringIO()
    yaml.dump(old, out)
    raw = out.getvalue().encode()
    assume(not flow or not _ASKING.search(out.getvalue()))
    start = read_source("x.yaml", raw).data
    wanted = grown(start, new)
    assert read_source("x.yaml", edit("x.yaml", raw, wanted)).data == wanted
