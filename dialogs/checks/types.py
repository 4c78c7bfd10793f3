"""What values look like that a bot works with: from the catalogue of actions, the kinds of answers and the expressions."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from jinja2 import nodes

from conversation.value import Data, Tagged
from dialogs.checks.expressions import ITEM, Name, name_of
from dialogs.kinds import Kind


class Scalar(Tagged, frozen=True, kw_only=True):
    """One value. ``name``: a built-in kind of answer, or ``any``. ``example``: one that an editor gave."""

    name: str
    example: str = ""


class Record(Tagged, frozen=True, kw_only=True):
    """``empty``: the fields that may be so although the record is there."""

    fields: dict[str, "Type"]
    empty: frozenset[str] = frozenset()


class ListOf(Tagged, frozen=True, kw_only=True):
    item: "Type"


Type: TypeAlias = Scalar | Record | ListOf

ANY: Final = Scalar(name="any")
TEXT: Final = Scalar(name="text")
NUMBER: Final = Scalar(name="number")
YES_NO: Final = Scalar(name="yes_no")
MOMENT: Final = Scalar(name="time_slot")
_ASKED: Final[Mapping[str, Type]] = {
    "photo": Record(fields={"ref": TEXT, "name": TEXT, "mime": TEXT}),
    "file": Record(fields={"ref": TEXT, "name": TEXT, "mime": TEXT}),
    "location": Record(fields={"latitude": NUMBER, "longitude": NUMBER}),
}
_SAMPLES: Final[Mapping[str, Data]] = {
    "text": "Muster",
    "number": 5,
    "rating": 5,
    "money": 12.5,
    "yes_no": True,
    "date": "2026-03-02",
    "time": "10:00",
    "time_slot": "2026-03-02T10:00:00+01:00",
    "phone": "+49 30 1234567",
    "email": "eva@example.net",
    "file": "media/example.pdf",
    "photo": "media/example.jpg",
}
_CLASSES: Final[Mapping[str, str]] = {
    "number": "number",
    "rating": "number",
    "money": "number",
    "yes_no": "yes_no",
    "date": "date",
    "time": "time",
    "time_slot": "time_slot",
}
_FITS: Final = {("text", "date"), ("text", "time"), ("text", "time_slot"), ("date", "time_slot"), ("time", "time_slot")}
"""(wanted, given) beyond the same class: moments are written as text, and have a day and a time."""


def of_catalogue(data: Data) -> Type:
    """``text``, ``{list: {number: text}}``; what is not one of these is ``any``, the catalogue's own rule tells of it."""
    match data:
        case "list":
            return ListOf(item=ANY)
        case str(kind):
            return Scalar(name=kind)
        case {"list": inner}:
            return ListOf(item=of_catalogue(inner) if isinstance(inner, str) else of_fields(inner))
        case dict():
            return of_fields(data)
    return ANY


def of_fields(data: Data, empty: Iterable[str] = ()) -> Record:
    fields = data.items() if isinstance(data, dict) else ()
    return Record(fields={str(name): of_catalogue(kind) for name, kind in fields}, empty=frozenset(empty))


def of_answer(kind: Kind) -> Type:
    if kind.pattern is not None:
        return Scalar(name="text", example=kind.example or "")
    return _ASKED.get(kind.name) or Scalar(name=kind.name)


def join(one: Type | None, other: Type) -> Type:
    """A variable that is written in two places: what can be said of it whichever came last."""
    match one, other:
        case None, _:
            return other
        case Record(fields=mine, empty=holes), Record(fields=its, empty=more):
            names = {**mine, **its}
            joined = {name: join(mine.get(name), its[name]) if name in its else mine[name] for name in names}
            return Record(fields=joined, empty=holes | more)
        case ListOf(item=mine), ListOf(item=its):
            return ListOf(item=join(mine, its))
    return other if one == other else ANY


def field(type_: Type, name: str) -> Type | None:
    """None: there is no such field."""
    match type_:
        case Record(fields=fields):
            return fields.get(name)
        case ListOf(item=item):
            return item if name == ITEM else None
        case Scalar(name="any"):
            return ANY
    return None


def class_of(type_: Type) -> str:
    """What matters for whether one value can stand for another: text, number, yes_no, date, time, time_slot, list, record, any."""
    match type_:
        case Record():
            return "record"
        case ListOf():
            return "list"
        case Scalar(name="any"):
            return "any"
        case Scalar(name=kind):
            return _CLASSES.get(kind, "text")


def fits(wanted: Type, given: Type) -> bool:
    pair = class_of(wanted), class_of(given)
    if isinstance(wanted, Scalar) and wanted.name in _ASKED and given == _ASKED[wanted.name]:
        return True
    return "any" in pair or pair[0] == pair[1] or pair in _FITS


def sample(type_: Type, unknown: Data = "Muster") -> Data:
    """A made-up value; ``unknown`` stands for what can be anything."""
    match type_:
        case Record(fields=fields):
            return {name: sample(inner, unknown) for name, inner in fields.items()}
        case ListOf(item=item):
            return [sample(item, unknown), sample(item, unknown)]
        case Scalar(name=kind, example=example):
            return example or (unknown if kind == "any" else _SAMPLES.get(kind, "Muster"))


Types: TypeAlias = Mapping[str, Type]


def type_of(name: Name, types: Types) -> Type | None:
    """None: the name, or a field on the way, is not known."""
    found = types.get(name[0])
    for part in name[1:]:
        found = field(found, part) if found is not None else None
    return found


_NUMBERS: Final = (nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos)


def infer(node: nodes.Node, types: Types) -> Type | None:
    """The type of an expression; None while a name in it has none."""
    name = name_of(node)
    if name:
        return type_of(name, types)
    match node:
        case nodes.Const(value=value):
            return _of_constant(value)
        case nodes.Not() | nodes.Compare() | nodes.Test():
            return YES_NO
        case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right):
            return _either(infer(left, types), infer(right, types))
        case nodes.CondExpr(expr1=then, expr2=otherwise):
            return _either(infer(then, types), infer(otherwise, types) if otherwise else None)
        case nodes.Filter(node=inner, name="default", args=[other]) if inner is not None:
            return _either(infer(inner, types), infer(other, types))
        case nodes.Add(left=left, right=right):
            sides = {class_of(side) for side in (infer(left, types), infer(right, types)) if side is not None}
            return NUMBER if "number" in sides else TEXT if "text" in sides else ANY
        case nodes.Filter(name="length"):
            return NUMBER
        case nodes.Filter() | nodes.Concat():
            return TEXT
        case nodes.List(items=items) | nodes.Tuple(items=items):
            found: Type | None = None
            for item in items:
                found = _either(found, infer(item, types))
            return ListOf(item=found or ANY)
    return NUMBER if isinstance(node, _NUMBERS) else ANY


def _either(one: Type | None, other: Type | None) -> Type | None:
    return one if other is None else join(one, other)


def _of_constant(value: object) -> Type | None:
    match value:
        case bool():
            return YES_NO
        case int() | float():
            return NUMBER
        case str():
            return TEXT
    return None
