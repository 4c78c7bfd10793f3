"""What the schema of dialogs marks while an editor types, `lotse check` refuses, and the other way round."""

import json
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest

from dialogs.kinds import BUILT_IN, Kind
from dialogs.problems import Problem
from dialogs.reading.dialog import DialogReader
from dialogs.reading.reader import Reader
from dialogs.reading.source import Source
from tests.support.bots import NORDNETZ

SCHEMA = json.loads((NORDNETZ / "schemas/dialog.schema.json").read_text(encoding="utf-8"))
END = {"end": "solved"}
RIGHT: Mapping[str, dict[str, Any]] = {
    "an end": END,
    "a text": {"say": "hello", "go": "out"},
    "a menu": {"choose": {"a": "out", "b": {"go": "out", "when": "x", "intent": "y"}}},
    "a pick": {"pick": "list.all", "save": "one", "go": "out"},
    "a question": {"ask": "text", "save": "x", "check": {"min": 3}, "offer": "y", "go": "out"},
    "a question with a route": {"ask": "text", "save": "x", "route": [{"when": "x", "go": "out"}, {"go": "out"}]},
    "a form": {"form": {"a": {"ask": "text", "optional": True}}, "save": "x", "confirm": True, "cancelled": "out", "go": "out"},
    "an action": {"do": "it", "with": {"a": "x"}, "limit": "8s", "save": "y", "failed": "out", "go": "out"},
    "a call": {"call": "other", "go": "out", "failed": "out"},
    "a handover": {"handover": "care", "busy": {"after": "5m", "go": "out"}, "go": "out"},
    "a wait": {"wait": "2h", "go": "out"},
    "a wait for something": {"wait": {"event": "paid", "after": "2d", "go": "out"}, "go": "out"},
    "chance": {"random": {"out": 1, "out2": 3}},
    "all that a step can add": {
        "needs": "customer", "set": {"a": "b"}, "attach": "media/a.png", "count": "n", "digress": "stay",
        "ask": "text", "save": "x", "go": "out", "misses": {"limit": 2, "go": "out"}, "silence": {"after": "1h", "reminders": 1, "go": "out"},
    },
}  # fmt: skip
WRONG: Mapping[str, dict[str, Any]] = {
    "an unknown key": {"sya": "hello", "go": "out"},
    "an unknown outcome": {"end": "happy"},
    "a menu of one": {"choose": {"a": "out"}},
    "a menu of eleven": {"choose": {f"a{n}": "out" for n in range(11)}},
    "an option to nowhere": {"choose": {"a": {"when": "x"}, "b": "out"}},
    "an unknown key of an option": {"choose": {"a": {"go": "out", "if": "x"}, "b": "out"}},
    "a pick that is not kept": {"pick": "list", "go": "out"},
    "a question that is not kept": {"ask": "text", "go": "out"},
    "a question that leads nowhere": {"ask": "text", "save": "x"},
    "an action that leads nowhere": {"do": "it"},
    "both ways on": {"say": "x", "go": "out", "route": [{"go": "out"}]},
    "a name with a space": {"say": "x", "go": "out there"},
    "a name in capitals": {"say": "Hello", "go": "out"},
    "a time that is none": {"wait": "soon", "go": "out"},
    "a time without a unit": {"wait": "10", "go": "out"},
    "a wait without an end": {"wait": {"event": "paid"}, "go": "out"},
    "a limit that is none": {"do": "it", "limit": "8 s", "go": "out"},
    "too many misses": {"ask": "text", "save": "x", "go": "out", "misses": {"limit": 10, "go": "out"}},
    "misses that lead nowhere": {"ask": "text", "save": "x", "go": "out", "misses": {"limit": 2}},
    "too many reminders": {"ask": "text", "save": "x", "go": "out", "silence": {"after": "1h", "reminders": 4, "go": "out"}},
    "an unknown key of a check": {"ask": "text", "save": "x", "go": "out", "check": {"least": 1}},
    "a field without a question": {"form": {"a": {"optional": True}}, "save": "x", "go": "out"},
    "a form without fields": {"form": {}, "save": "x", "go": "out"},
    "yes for true": {"form": {"a": {"ask": "text"}}, "save": "x", "confirm": "yes", "cancelled": "out", "go": "out"},
    "a line that leads nowhere": {"say": "x", "route": [{"when": "x"}, {"go": "out"}]},
    "busy without a way": {"handover": "care", "busy": {"after": "5m"}, "go": "out"},
    "no weight": {"random": {"out": 0}},
    "a digression that is none": {"ask": "text", "save": "x", "go": "out", "digress": "maybe"},
}  # fmt: skip


def whole(step: dict[str, Any]) -> dict[str, Any]:
    return {"title": "T", "start": "first", "steps": {"first": step, "out": END, "out2": END}}


def complaints(data: dict[str, Any]) -> list[Problem]:
    found: list[Problem] = []
    kinds = {name: Kind(name=name) for name in BUILT_IN}
    DialogReader(Reader(Source("dialogs/x.yaml", data, {}), found), kinds).dialog("x")
    return found


@pytest.mark.parametrize("name", RIGHT)
def test_both_take_what_is_right(name: str) -> None:
    jsonschema.validate(whole(RIGHT[name]), SCHEMA)
    assert complaints(whole(RIGHT[name])) == []


@pytest.mark.parametrize("name", WRONG)
def test_both_refuse_what_is_wrong(name: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(whole(WRONG[name]), SCHEMA)
    assert complaints(whole(WRONG[name]))
