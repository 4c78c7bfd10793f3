"""What an operator gives an action: read as a customer's answer of that kind is. A table."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from conversation.value import Data
from dialogs.answers.values import AnswerContext
from dialogs.arguments import LONGEST, Wrong, arguments
from dialogs.model import ActionSpec

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Europe/Berlin"))
GERMAN: Final = AnswerContext(now=NOON, language="de", free=True)


@pytest.mark.parametrize(
    ("kind", "given", "taken"),
    [
        ("text", "  Leitung tot\nseit gestern ", "Leitung tot\nseit gestern"),
        ("text", "x" * (LONGEST + 1), None),
        ("text", 7, None),
        ("number", 7, 7),
        ("number", 2.5, 2.5),
        ("number", "zwei", 2),
        ("number", True, None),
        ("number", float("inf"), None),
        ("number", "viele", None),
        ("money", "12,50 €", 12.5),
        ("rating", "5", 5),
        ("rating", "11", None),
        ("yes_no", True, True),
        ("yes_no", False, False),
        ("yes_no", "nein", False),
        ("yes_no", "vielleicht", None),
        ("date", "2026-03-04", "2026-03-04"),
        ("date", "morgen", "2026-03-03"),
        ("date", "irgendwann", None),
        ("time", "14:30", "14:30"),
        ("time", "25:00", None),
        ("time_slot", "morgen 14:30", "2026-03-03T14:30:00+01:00"),
        ("time_slot", "2026-03-03T14:30:00+01:00", "2026-03-03T14:30:00+01:00"),
        ("time_slot", "morgen Vormittag", None),
        ("phone", "030 1234567", "+49301234567"),
        ("phone", "12", None),
        ("email", "eva@example.net", "eva@example.net"),
        ("email", "eva", None),
        ("any", {"street": "Hauptstr. 1"}, {"street": "Hauptstr. 1"}),
        ("location", {"latitude": 52.5, "longitude": 13.4}, {"latitude": 52.5, "longitude": 13.4}),
        ("location", "Berlin", None),
        ({"list": "text"}, ["a"], ["a"]),
        ({"list": "text"}, "a", None),
    ],
)
def test_a_value_of_each_kind_is_taken_or_not(kind: Data, given: Data, taken: Data) -> None:
    found = arguments(ActionSpec(name="act", takes={"it": kind}), {"it": given}, GERMAN)
    name = kind if isinstance(kind, str) else "list"
    assert found == (Wrong(name="it", why="kind", kind=name) if taken is None else {"it": taken})


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"slot": "14:30", "phone": ""}, {"slot": "14:30"}),
        ({"slot": "14:30"}, {"slot": "14:30"}),
        ({"slot": " "}, Wrong(name="slot", why="missing", kind="time")),
        ({"slot": None}, Wrong(name="slot", why="missing", kind="time")),
        ({}, Wrong(name="slot", why="missing", kind="time")),
        ({"slot": "14:30", "bomb": 1}, Wrong(name="bomb", why="strange")),
    ],
)
def test_what_must_be_given_is_and_nothing_else_may(given: dict[str, Data], found: object) -> None:
    spec = ActionSpec(name="act", takes={"slot": "time", "phone": "phone"}, optional=frozenset({"phone"}))
    assert arguments(spec, given, GERMAN) == found
