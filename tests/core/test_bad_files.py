"""Files that no editor meant to write: each is a message with its place, at once, and what ran before runs on."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.bot_folder import LiveBot, load_rules, read_folder
from conversation.errors import ContentError
from dialogs.problems import BotError, Problem
from dialogs.reading.source import MAX_BYTES, read_source
from nlu.read import read_examples
from tests.support.bots import MONDAY, NORDNETZ
from tests.support.connector_surroundings import TurnedClock
from tests.support.effort import least_seconds

SECONDS = 0.1
"""Of this process's own work: what else the machine does must not count."""
GOOD = (NORDNETZ / "dialogs/support.yaml").read_bytes()


def bomb(levels: int) -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines).encode()


BAD: dict[str, tuple[bytes, int, str]] = {
    "a tab": (b"a: 1\nb:\n\tc: 1\n", 3, "tab"),
    "a tab after a thousand lines": (b"a:\n" + b"  - 1\n" * 1_000 + b"\t- 2\n", 1002, "tab"),
    "a tab between spaces": (b"a:\n  \tb: 1\n", 2, "tab"),
    "a key twice": (b"a: 1\nb: 2\na: 3\n", 3, "twice"),
    "a key twice, inside": (b"a:\n  b: 1\n  c: 2\n  b: 3\n", 4, "twice"),
    "a key twice, in one line": (b"a: {b: 1, 'b': 2}\n", 1, "twice"),
    "the same key two hundred thousand times": (b"a: 1\n" * 190_000, 2, "twice"),
    "a key twice that is a whole novel": (b"k" * 900 + b": 1\n" + b"k" * 900 + b": 1\n", 2, "twice"),
    "a small bomb of aliases": (bomb(9), 1, "aliases"),
    "a large bomb of aliases": (bomb(40), 1, "aliases"),
    "a mapping bomb": (b"a: &a {x: 1}\n" + b"".join(b"k%d: *a\n" % n for n in range(30)), 1, "aliases"),
    "an alias of itself": (b"a: &a [*a]\n", 1, "aliases"),
    "a mapping that holds itself": (b"a: &a\n  b: *a\n", 1, "aliases"),
    "an alias of nothing": (b"a: *b\n", 1, "b"),
    "merge keys": (b"a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n", 3, "<<"),
    "10 MB": (b"a: " + b"x" * 10_000_000, 0, "bytes"),
    "10 MB of tabs": (b"\t" * 10_000_000, 0, "bytes"),
    "10 MB of nothing": (b"\x00" * 10_000_000, 0, "bytes"),
    "one byte too much": (b"#" * (MAX_BYTES + 1), 0, "bytes"),
    "Latin-1": ("a: 1\nb: Störung\n".encode("latin-1"), 2, "UTF-8"),
    "UTF-16 with a mark": ("a: 1\n".encode("utf-16"), 1, "UTF-8"),
    "UTF-16 without a mark": ("a: 1\n".encode("utf-16-le"), 1, "control character"),
    "UTF-32": ("a: 1\n".encode("utf-32"), 1, "UTF-8"),
    "half a character": ("a: ü".encode()[:-1], 1, "UTF-8"),
    "a character too long": (b"a: \xc0\x80\n", 1, "UTF-8"),
    "a surrogate": (b"a: \xed\xa0\x80\n", 1, "UTF-8"),
    "NUL": (b"a: 1\nb: \x00\n", 2, "control character"),
    "NUL at the end of a large file": (b"a:\n" + b"- 1\n" * 20_000 + b"\x00", 20_002, "control character"),
    "NUL by an escape": (b'a: 1\nb: "x\\0y"\n', 2, "control character"),
    "half a pair by an escape": (b'a: 1\nb: "\\uD83D"\n', 2, "control character"),
    "a bell in a key by an escape": (b'a: 1\n"b\\a": 1\n', 2, "control character"),
    "a bell": (b"a: \x07\n", 1, "control character"),
    "fifty thousand brackets": (b"[" * 50_000, 1, "levels"),
    "nine hundred thousand brackets": (b"[" * 900_000, 1, "levels"),
    "braces": (b"{" * 50_000, 1, "levels"),
    "braces and spaces": (b"{ [\n" * 50_000, 1, "levels"),
    "lists in lists": (b"- " * 50_000, 1, "levels"),
    "mappings in mappings": (b"".join(b" " * n + b"a:\n" for n in range(300)), 32, "levels"),
    "questions in questions": (b"? " * 50_000, 1, "levels"),
    "forty levels": (b"a: " + b"[" * 40 + b"]" * 40, 1, "levels"),
    "a flow of commas": (b"[" + b"," * 20_000, 1, ""),
    "a flow of colons": (b":" * 20_000, 1, ""),
    "exclamation marks": (b"!" * 900_000, 1, "!"),
    "anchors": (b"&a " * 200_000, 1, ""),
    "per cent": (b"%" * 900_000, 1, ""),
    "two documents": (b"a: 1\n---\nb: 2\n", 2, "document"),
    "two hundred thousand documents": (b"---\n" * 200_000, 2, "document"),
    "a tag of Python": (b"a: !!python/object/apply:os.system [ls]\n", 1, "tag"),
    "a tag of its own": (b"a: !secret x\n", 1, "tag"),
    "a bracket that stays open": (b"a: [1, 2\nb: 3\n", 2, ""),
    "a quote that stays open": (b'a: "x\n' * 1 + b"b: 1\n" * 2_000, 2_002, "quoted"),
    "two colons": (b"a: b: c\n", 1, ""),
    "an indent too far": (b"a: 1\n b: 2\n", 2, ""),
    "a list and a mapping": (b"- a\nb: c\n", 2, ""),
    "a key that is a list": (b"[a, b]: 1\n", 1, "key"),
    "a picture": (b"\xff\xd8\xff\xe0\x00\x10JFIF" * 100, 1, "UTF-8"),
    "a ZIP": (b"PK\x03\x04\x14\x00\x06\x00", 1, "control character"),
    "a web page": (b"<!doctype html>\n<html lang=en>\n<p>: x: y\n", 3, ""),
    "a program": (b"#!/bin/sh\nset -e\nif [ x ]; then: fi: done\n", 3, ""),
}


def problem_in(raw: bytes) -> Problem:
    with pytest.raises(BotError) as caught:
        read_source("dialogs/x.yaml", raw)
    (problem,) = caught.value.problems
    return problem


def test_there_are_enough_of_them() -> None:
    assert len(BAD) >= 50


@pytest.mark.parametrize(("raw", "line", "words"), BAD.values(), ids=BAD)
def test_bad_file_is_a_message_with_its_line_at_once(raw: bytes, line: int, words: str) -> None:
    problem = problem_in(raw)
    assert (problem.file, problem.line) == ("dialogs/x.yaml", line), problem
    assert words in problem.message + problem.todo
    assert problem.todo
    assert len(problem.message) < 200
    assert "recursion" not in problem.message
    assert least_seconds(lambda: problem_in(raw), enough=SECONDS) < SECONDS


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.rstrip(b"\n"),
        b"\n\n# words\n" + GOOD + b"\n\n",
        b"%YAML 1.2\n---\n" + GOOD,
    ],
    ids=["byte order mark", "CRLF", "no last line", "room around", "a head"],
)
def test_what_editors_programs_do_to_a_file_does_no_harm(raw: bytes) -> None:
    assert read_source("x.yaml", raw).data == read_source("x.yaml", GOOD).data


@pytest.mark.parametrize(
    "name", ["a tab", "10 MB", "a large bomb of aliases", "braces", "Latin-1", "NUL", "lists in lists"]
)
def test_bad_file_of_examples_is_a_message_at_once(name: str) -> None:
    def read() -> None:
        with pytest.raises(ContentError, match=r"nlu/en\.yaml"):
            read_examples({"en": BAD[name][0]})

    assert least_seconds(read, enough=SECONDS) < SECONDS


# ── in a folder that runs ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(NORDNETZ, tmp_path_factory.mktemp("bad") / "bot"))


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "bot"))


LIVE = [
    "a tab",
    "a key twice",
    "a large bomb of aliases",
    "10 MB",
    "Latin-1",
    "NUL",
    "fifty thousand brackets",
    "merge keys",
]


@pytest.mark.parametrize(
    "where", ["dialogs/support.yaml", "bot.yaml", "locales/uk/support.yaml", "actions/catalogue.yaml"]
)
def test_bad_file_loses_nothing_of_what_ran_before(folder: Path, where: str) -> None:
    bot = LiveBot(folder, TurnedClock(MONDAY))
    good = bot.rules()
    content = (folder / where).read_bytes()
    for name in LIVE:
        (folder / where).write_bytes(BAD[name][0])
        assert not bot.look()
        assert bot.rules() is good, name
        assert [problem.file for problem in bot.problems if problem.file == where], name
    (folder / where).write_bytes(content + b"\n")
    assert bot.look()
    assert bot.problems == ()


def calls_in_a_circle(folder: Path) -> None:
    for one, other in (("one", "two"), ("two", "one")):
        text = f"start: go\nsteps:\n  go: {{call: {other}, go: bye, failed: bye}}\n  bye: {{end: solved}}\n"
        (folder / f"dialogs/{one}.yaml").write_text(text, encoding="utf-8")


def folder_named_like_a_file(folder: Path) -> None:
    (folder / "dialogs/more.yaml").mkdir()


def link_to_itself(folder: Path) -> None:
    (folder / "dialogs/loop.yaml").symlink_to(folder / "dialogs/loop.yaml")


def link_to_the_folder_above(folder: Path) -> None:
    (folder / "dialogs/loop.yaml").symlink_to(folder, target_is_directory=True)


@pytest.mark.parametrize(
    ("spoil", "file"),
    [
        (calls_in_a_circle, "dialogs/one.yaml"),
        (folder_named_like_a_file, "dialogs/more.yaml"),
        (link_to_itself, "dialogs/loop.yaml"),
        (link_to_the_folder_above, "dialogs/loop.yaml"),
    ],
)
def test_folder_that_is_not_as_it_should_be_is_a_message(
    folder: Path, spoil: Callable[[Path], None], file: str
) -> None:
    bot = LiveBot(folder, TurnedClock(MONDAY))
    good = bot.rules()
    spoil(folder)
    with pytest.raises(BotError) as caught:
        load_rules(folder)
    assert file in {problem.file for problem in caught.value.problems}
    bot.look()
    assert bot.rules() is good
    assert bot.problems


def test_file_that_may_not_be_read_is_a_message(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def guarded(path: Path) -> bytes:
        if path.name == "support.yaml" and path.parent.name == "dialogs":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", guarded)
    with pytest.raises(BotError) as caught:
        read_folder(folder)
    (problem,) = caught.value.problems
    assert (problem.file, problem.message) == ("dialogs/support.yaml", "the file can't be read (Permission denied)")
    assert problem.todo
