"""What an action is called with by a person: words are read like a customer's answer of that kind, values are held to it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Final, Literal, TypeAlias

from conversation.content import Text
from conversation.value import Data, Value
from dialogs.answers.values import AnswerContext, Kind, Parsed
from dialogs.kinds import parse
from dialogs.model import ActionSpec

LONGEST: Final = 4_000
"""Characters of a text."""
Why: TypeAlias = Literal["missing", "strange", "kind"]


class Wrong(Value, frozen=True, kw_only=True):
    """``name`` is missing, is none of the action's arguments (``strange``), or is not of the ``kind`` that the catalogue says."""

    name: str
    why: Why
    kind: str = ""


def arguments(spec: ActionSpec, given: Mapping[str, Data], context: AnswerContext) -> dict[str, Data] | Wrong:
    """All that are given, as the action takes them. An optional one may be left empty."""
    for name in given:
        if name not in spec.takes:
            return Wrong(name=name, why="strange")
    found: dict[str, Data] = {}
    for name, type_ in spec.takes.items():
        value = given.get(name)
        kind = kind_of(type_)
        if value is None or (isinstance(value, str) and not value.strip()):
            if name not in spec.optional:
                return Wrong(name=name, why="missing", kind=kind)
            continue
        read = _value(kind, value, context)
        if read is None:
            return Wrong(name=name, why="kind", kind=kind)
        found[name] = read
    return found


def kind_of(type_: Data) -> str:
    """As the catalogue says, and ``list`` for one of whatever."""
    return type_ if isinstance(type_, str) else "list"


def _value(kind: str, value: Data, context: AnswerContext) -> Data:
    """None for what is not of that kind."""
    match kind:
        case "any":
            return value
        case "text":
            return value.strip() if isinstance(value, str) and len(value) <= LONGEST else None
        case "list":
            return value if isinstance(value, list) else None
        case "file" | "photo" | "location":
            return value if isinstance(value, dict) and value else None
        case "yes_no" if isinstance(value, bool):
            return value
        case "number" | "money" | "rating" if isinstance(value, int | float) and not isinstance(value, bool):
            return value if isfinite(value) else None
    return _words(kind, value, context) if isinstance(value, str) else None


def _is_moment(words: str) -> bool:
    try:
        return datetime.fromisoformat(words).tzinfo is not None
    except ValueError:
        return False


def _words(kind: str, words: str, context: AnswerContext) -> Data:
    if kind == "time_slot" and _is_moment(words):
        return words
    found = parse(Kind(name=kind), Text(text=words), context)
    value = found.value if isinstance(found, Parsed) else None
    return None if kind == "time_slot" and "/" in str(value) else value  # a stretch of a day is no moment
