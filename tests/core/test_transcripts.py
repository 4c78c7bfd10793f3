"""Transcripts: how they are read, that they notice what is different, and the example's own."""

from pathlib import Path

import pytest

from app.rehearse import rehearse
from app.transcript import (
    Buttons,
    Ends,
    Happens,
    OperatorDoes,
    Saved,
    Sends,
    SilenceFor,
    Stub,
    Transcript,
    User,
    read_transcript,
)
from dialogs.problems import BotError, Problem
from tests.support.bots import NORDNETZ, nordnetz

CHATS = sorted((NORDNETZ / "tests").glob("*.chat"))


def transcript(text: str) -> Transcript:
    return read_transcript("tests/x.chat", text.encode())


def difference(text: str) -> str:
    """Where and what, or nothing."""
    found = rehearse(transcript(text), nordnetz())
    return f"{found.line}: {found.message}" if found else ""


@pytest.mark.parametrize("chat", CHATS, ids=[chat.stem for chat in CHATS])
def test_the_examples_transcript_holds(chat: Path) -> None:
    """The state is written and read back between every two events."""
    assert str(rehearse(read_transcript(chat.name, chat.read_bytes()), nordnetz()) or "") == ""


def test_there_is_a_transcript_in_every_language() -> None:
    assert {chat.suffixes[0] for chat in CHATS} >= {".de", ".en", ".ru", ".uk"}


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_transcript_is_read_line_by_line() -> None:
    found = transcript(
        "# a comment\nTest: All of it\nLanguage: uk   Channel: sms   Time: 2026-03-02 10:00\n"
        'Known: {customer: {name: Eva}}\nAction look: fails\nAction find: {n: 1}\nMeans: "a = b" = leave\n\n'
        "User: hi: there\nBot [menu]: Hello ... you\nButtons: A | B\nSilence: 10m\nOperator: closes\nSaved: n = 5\nEnds: solved\n"
    )
    assert (found.title, found.language, found.channel) == ("All of it", "uk", "sms")
    assert found.time is not None
    assert found.time.hour == 10
    assert found.known == {"customer": {"name": "Eva"}}
    assert found.actions == {"look": None, "find": {"n": 1}}
    assert found.means == {"a = b": "leave"}
    assert [line.line for line in found.lines] == [9, 10, 11, 12, 13, 14, 15]
    assert found.lines[0] == User(line=9, text="hi: there")
    assert found.lines[2:] == (
        Buttons(line=11, labels=("A", "B")),
        SilenceFor(line=12, seconds=600),
        OperatorDoes(line=13, what="closes"),
        Saved(line=14, name="n", value=5),
        Ends(line=15, outcome="solved"),
    )


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "Bot menu",
        "Bot [menu",
        "Bot [Menu]",
        "Robot: hi",
        "Usr: hi",
        "Silence: soon",
        "Silence: 5",
        "Means: hello = leave",
        'Means: "hello"',
        "Known: [1, 2]",
        "Known: {a: 1",
        "Known: 5",
        "Action find: perhaps",
        "Action find: {a: 1, a: 2}",
        "Time: tomorrow",
        "Language: en",
        "Test: again",
        "Known: {a: 1}",
        "Action: {a: 1}",
        "Action Find: {a: 1}",
        "Sends: money",
        "Happens: Paid",
        "Happens: paid {a",
        "Operator:",
        "Operator: close",
        "Saved: n",
        "Saved: = 5",
        "Saved: n = {a",
        'Means: "hello" = Leave it',
        'Means: "hello" = leave 3',
        "Buttons A | B",
    ],
)
def test_a_line_that_can_not_be_read_is_named(line: str) -> None:
    with pytest.raises(BotError) as caught:
        transcript(f"Test: x\nUser: hi\n{line}\n")
    (problem,) = caught.value.problems
    assert isinstance(problem, Problem)
    assert problem.file == "tests/x.chat"
    assert problem.line == 3 or line.startswith("Time")
    assert problem.todo


@pytest.mark.parametrize(
    ("lines", "number", "words"),
    [
        ("Test: a\nTest: b\nUser: hi\n", 2, "stands here and in line 1"),
        ("Known: {a: 1}\nKnown: {b: 1}\nUser: hi\n", 2, "stands here and in line 1"),
        ("Action find: {a: 1}\nAction find: fails\nUser: hi\n", 2, "stands here twice"),
        ("User: hi\nChannel: sms\n", 2, "in the middle of the conversation"),
        ("Time: soon\nUser: hi\nBot [menu]\n", 1, "is no time"),
        ("User: hi\nUsr: you\n", 2, "did you mean `User:`"),
        ("User: hi\nOperator: closed\n", 2, "write `Operator: closes`"),
        ("User: hi\nSaved: n = {a: 1\n", 2, "can't be read"),
        ("\n\nUser: hi\n\n  Silence: 5 weeks\n", 5, "not a time span"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_what_to_do(lines: str, number: int, words: str) -> None:
    with pytest.raises(BotError) as caught:
        transcript(lines)
    (problem,) = caught.value.problems
    assert problem.line == number
    assert words in str(problem)
    assert "while parsing" not in str(problem)


def test_stub_after_the_first_words_counts_from_there_on() -> None:
    found = transcript(
        "Action find: {n: 1}\nUser: hi\nAction find: fails\nUser: hi\nSends: photo\nHappens: paid {n: 1}\nHappens: solved\n"
    )
    assert found.actions == {"find": {"n": 1}}
    assert found.lines[1] == Stub(line=3, action="find", result=None)
    assert found.lines[3:] == (
        Sends(line=5, what="photo"),
        Happens(line=6, name="paid", data={"n": 1}),
        Happens(line=7, name="solved", data={}),
    )


@pytest.mark.parametrize("raw", [b"", b"Test: nothing happens\n", b"User: \xff\n"])
def test_a_transcript_without_lines_or_of_junk_is_an_error_with_its_file(raw: bytes) -> None:
    with pytest.raises(BotError, match=r"tests/x\.chat"):
        read_transcript("tests/x.chat", raw)


# ── noticing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

GOOD = """Language: en
Known: {customer: {name: Ann, line: L-3, contract: "50000005", phone: "+44 20 7946 0000"}}
User: 42
Bot [greeting]: Hello Ann! ...
Bot [menu]: ...help?
Buttons: Report an outage | Track an order | Billing | Moving home | Talk to a person
User: 5
Bot [handover]
Operator: Good morning
Operator: closes
Bot [csat]
User: 5
Bot [goodbye]
Saved: rating = 5
Ends: solved
"""


def test_a_transcript_that_holds_has_no_difference() -> None:
    assert difference(GOOD) == ""


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("Bot [greeting]: Hello Ann! ...\n", "", "4: the bot says [greeting], not [menu]"),
        ("Bot [menu]: ...help?", "Bot [order]", "5: the bot says [menu], not [order]"),
        ("Bot [menu]: ...help?\n", "", "5: the buttons are none"),
        ("Hello Ann! ...", "Hello Bob! ...", "4: [greeting] is 'Hello Ann!"),
        ("Hello Ann! ...", "Hello Ann!", "4: [greeting] is"),
        ("...help?", "...help", "5: [menu] is"),
        ("Billing | Moving", "Moving", "6: the buttons are Report"),
        ("Bot [goodbye]\n", "Bot [goodbye]\nBot [menu]\n", "14: the bot says nothing"),
        ("Bot [goodbye]\nSaved: rating = 5\nEnds: solved\n", "", "12: the bot also says [goodbye]"),
        ("Bot [csat]\nUser: 5\n", "User: 5\n", "11: the bot also says [csat]"),
        ("rating = 5", "rating = 4", "14: rating is 5, not 4"),
        ("rating = 5", "ratting = 5", "14: ratting is None"),
        ("Ends: solved", "Ends: ticket", "15: it ends solved"),
        ("User: 5\nBot [goodbye]\nSaved: rating = 5\nEnds: solved", "Ends: solved", "12: the conversation goes on"),
        ("User: 5\nBot [handover]\n", "Operator: busy\n", "7: nobody waits"),
        ("Operator: Good morning\n", "Operator: busy\n", "10: "),
        ("User: 5\nBot [handover]", "User: 5\nBot [handover]\nSilence: 3m", "10: the bot also says [waiting.warn"),
    ],
)
def test_a_planted_difference_is_noticed_at_its_line(old: str, new: str, found: str) -> None:
    assert old in GOOD
    planted = difference(GOOD.replace(old, new, 1))
    assert planted.startswith(found), planted


def test_words_with_wildcards_are_compared_in_order() -> None:
    assert difference(GOOD.replace("Hello Ann! ...", "Hello ... is ...support.")) == ""
    assert difference(GOOD.replace("Hello Ann! ...", "... support ... Hello ...")) != ""
