"""Strict YAML: what editors type means what it looks like, and everything else is a message with file, line and what to do."""

import time

import pytest

from dialogs.problems import BotError, Problem
from dialogs.reading.source import MAX_BYTES, read_source


def problem_in(text: str | bytes) -> Problem:
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BotError) as caught:
        read_source("dialogs/x.yaml", raw)
    (problem,) = caught.value.problems
    assert problem.file == "dialogs/x.yaml"
    assert problem.message
    assert problem.todo
    return problem


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("22:30", "22:30"),
        ("01067", "01067"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        (".5", ".5"),
        ("2026-03-02", "2026-03-02"),
        ("True", "True"),
        ("NULL", "NULL"),
        ("<<", "<<"),
        ("12345678901234567890", "12345678901234567890"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("", None),
        ("5", 5),
        ("-3", -3),
        ("0", 0),
        ("2.50", 2.5),
        ("'5'", "5"),
        ('"true"', "true"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_a_scalar_means_what_it_looks_like(typed: str, meant: object) -> None:
    found = read_source("x.yaml", f"key: {typed}\n".encode()).data["key"]
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize("key", ["yes", "no", "on", "22:30", "01067", "1", "true", "null"])
def test_a_key_is_always_text(key: str) -> None:
    quoted = f'"{key}"' if ":" in key else key
    assert read_source("x.yaml", f"{quoted}: 1\n".encode()).data == {key: 1}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "twice"),
        ("steps:\n  x: 1\n  y: 1\n  x: 2\n", 4, "twice"),
        ("a: {b: 1, c: 2, b: 3}\n", 1, "twice"),
        ("a:\n\tb: 1\n", 2, "tab"),
        ("a:\n  b: 1\n  \tc: 2\n", 3, "tab"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, ""),
        ("a: 1\n b: 2\n", 2, ""),
        ('a: "open\n', 2, ""),
        ("a: b: c\n", 1, ""),
        ("? [1, 2]\n: x\n", 1, "key"),
        ("a: 1\n---\nb: 2\n", 2, "document"),
        ("a: 1\nb: *gone\n", 2, "gone"),
        ("a: 1\nb: !env HOME\n", 2, "tag"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "tag"),
        ("a: 1\nb: !!str 5\n", 2, "tag"),
        ("a: !thing {b: 1}\n", 1, "tag"),
        ("a: &x !thing [1]\n", 1, "tag"),
        ("a: " + "[" * 40 + "]" * 40 + "\n", 1, "levels"),
        ("a: 1\nb: @x\n", 2, ""),
        ("a: 1\nb: \x07\n", 2, ""),
    ],
)
def test_what_is_not_strict_yaml_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    problem = problem_in(text)
    assert problem.line == line
    assert words in problem.message


def test_latin_1_text_is_refused_with_the_line_of_the_first_wrong_byte() -> None:
    problem = problem_in("a: 1\nb: Störung\n".encode("latin-1"))
    assert problem.line == 2
    assert "UTF-8" in problem.todo


def test_utf_16_is_refused() -> None:
    assert "UTF-8" in problem_in("a: 1\n".encode("utf-16")).todo


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read_source("x.yaml", "a: ü\n".encode("utf-8-sig")).data == {"a": "ü"}


def test_a_file_over_the_limit_is_refused_at_once() -> None:
    began = time.perf_counter()
    problem = problem_in(b"a: " + b"x" * 10_000_000)
    assert str(MAX_BYTES)[:1] in problem.todo
    assert time.perf_counter() - began < 0.1


def test_an_alias_bomb_is_refused_quickly() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    began = time.perf_counter()
    assert "aliases" in problem_in("\n".join(lines)).message
    assert time.perf_counter() - began < 0.5


def test_a_few_aliases_are_welcome() -> None:
    assert read_source("x.yaml", b"a: &x {go: menu}\nb: *x\n").data == {"a": {"go": "menu"}, "b": {"go": "menu"}}


def test_endless_nesting_is_refused_and_not_a_crash() -> None:
    assert problem_in("[" * 50_000).message


def test_the_line_of_each_part_is_known() -> None:
    source = read_source("x.yaml", b"steps:\n  menu:\n    choose:\n      a: b\n      c: d\n  list: [1,\n    2]\n")
    assert source.line(("steps", "menu", "choose", "c")) == 5
    assert source.line(("steps", "list", 1)) == 7
    assert source.line(("steps", "menu", "choose", "gone", "deeper")) == 3


def test_an_empty_file_holds_nothing() -> None:
    assert read_source("x.yaml", b"").data is None
    assert read_source("x.yaml", b"# only words\n").data is None
