"""D10, D11, D18: kinds of answers make sense, and actions get what they take."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Final

from conversation.errors import ContentError
from conversation.value import Data
from dialogs.answers.limits import pair
from dialogs.checks.data import variables
from dialogs.checks.material import Material
from dialogs.checks.structure import one_of
from dialogs.checks.types import class_of, fits, infer, of_catalogue
from dialogs.kinds import BUILT_IN, Kind, compile_pattern, read_bound
from dialogs.model import ActionSpec, Ask, Dialog, Do, Form, Step
from dialogs.problems import Problem
from dialogs.reading.source import Path

ANSWERS: Final = "dialogs/_answers.yaml"
CATALOGUE: Final = "actions/catalogue.yaml"
CATALOGUE_KINDS: Final = BUILT_IN | {"any", "money", "list"}
SIZED: Final = frozenset({"text", "number", "rating", "phone", "email", "money"})
_ANY_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)
MOMENTS: Final[Mapping[str, date | time]] = {"date": _ANY_DAY.date(), "time": _ANY_DAY.time(), "time_slot": _ANY_DAY}
"""Kind → an answer of it."""


# ── D10: kinds of answers ────────────────────────────────────────────────────────────────────────────────────────────


def kinds(m: Material) -> Iterator[Problem]:
    """An editor's own kinds do not hide built-in ones and match their examples."""
    data = m.data(ANSWERS)
    for name, body in data.items() if isinstance(data, dict) else ():
        if name in BUILT_IN:
            message = f"“{name}” is a kind of Lotse's own, and would be hidden by this"
            yield m.within(ANSWERS, (name,), message, "use another name")
        yield from _example(m, name, body if isinstance(body, dict) else {})


def limits(m: Material) -> Iterator[Problem]:
    """Limits fit what is asked."""
    for dialog, step in m.steps():
        for kind, given, path in _asked(step):
            yield from _limits(m, dialog, step, kind=kind, limits=given, path=path)


def _example(m: Material, name: str, body: Mapping[str, Data]) -> Iterator[Problem]:
    pattern, example = body.get("pattern"), body.get("example")
    if not isinstance(pattern, str) or example is None:
        return
    try:
        hit = compile_pattern(pattern).fullmatch(str(example))
    except ContentError:
        return
    if hit is None:
        message = f"its example “{example}” does not match its own pattern"
        yield m.within(ANSWERS, (name, "example"), message, "correct the example, or the pattern")


def _asked(step: Step) -> Iterator[tuple[Kind, Mapping[str, Data], Path]]:
    match step.verb:
        case Ask(answer=kind, check=limits):
            yield kind, limits, ("check",)
        case Form(fields=fields):
            for field in fields:
                yield field.kind, field.check, ("form", field.name, "check")


def _limits(
    m: Material, dialog: Dialog, step: Step, *, kind: Kind, limits: Mapping[str, Data], path: Path
) -> Iterator[Problem]:
    for key in limits:
        size = key in ("min", "max")
        possible = kind.pattern is not None or kind.name in SIZED if size else kind.name in MOMENTS
        if not possible:
            message = f"“{key}” can't limit an answer of the kind “{kind.name}”"
            todo = "`min` and `max` are for texts and numbers, `from` and `to` for dates and times"
            yield m.at(dialog, step, message, todo, path=(*path, key))
        elif not size and not _comparable(kind.name, str(limits[key])):
            message = f"the limit “{limits[key]}” can't be compared with an answer of the kind “{kind.name}”"
            todo = "write a time such as `08:00` for times, and a day such as `today + 90d` for dates"
            yield m.at(dialog, step, message, todo, path=(*path, key))
    for low, high in (("min", "max"), ("from", "to")):
        if low in limits and high in limits and _above(limits[low], limits[high]):
            message = f"`{low}: {limits[low]}` is above `{high}: {limits[high]}`: no answer can be right"
            yield m.at(dialog, step, message, "swap the two, or correct one", path=(*path, low))


def _bound(data: Data) -> date | datetime | time | None:
    try:
        return read_bound(str(data), _ANY_DAY)
    except ContentError:
        return None  # told of when the file is read


def _comparable(kind: str, limit: str) -> bool:
    bound = _bound(limit)
    return bound is None or pair(MOMENTS[kind], bound, _ANY_DAY) is not None


def _above(low: Data, high: Data) -> bool:
    if isinstance(low, int | float) and isinstance(high, int | float):
        return low > high
    one, other = _bound(low), _bound(high)
    return type(one) is type(other) and one is not None and one > other  # type: ignore[operator]  # the same type


# ── D18: patterns ────────────────────────────────────────────────────────────────────────────────────────────────────


def patterns(m: Material) -> Iterator[Problem]:
    """That a pattern is one RE2 takes is told when it is read; here that there is one, and that it says something."""
    data = m.data(ANSWERS)
    for name, body in data.items() if isinstance(data, dict) else ():
        pattern = body.get("pattern") if isinstance(body, dict) else None
        if not pattern:
            message = f"the kind of answer “{name}” has no pattern"
            yield m.within(ANSWERS, (name,), message, "add `pattern: …`, or use a built-in kind")
        elif compile_pattern(str(pattern)).fullmatch(""):
            message = f"the pattern of “{name}” matches an answer without any character"
            yield m.within(ANSWERS, (name, "pattern"), message, "ask for one at least, such as `[0-9]+` for `[0-9]*`")
    for language in m.bot.languages:
        yield from _entity_patterns(m, f"nlu/{language}.yaml")


def _entity_patterns(m: Material, file: str) -> Iterator[Problem]:
    data = m.data(file)
    entities = data.get("entities") if isinstance(data, dict) else None
    for name, body in entities.items() if isinstance(entities, dict) else ():
        pattern = body.get("pattern") if isinstance(body, dict) else None
        if pattern is not None:
            try:
                compile_pattern(str(pattern))
            except ContentError as error:
                yield m.within(file, ("entities", name, "pattern"), str(error), "mend the pattern")


# ── D11: actions ─────────────────────────────────────────────────────────────────────────────────────────────────────


def actions(m: Material) -> Iterator[Problem]:
    yield from _catalogue(m)
    asked: set[str] = set()
    for dialog, step in m.steps():
        if not isinstance(step.verb, Do):
            continue
        name = step.verb.action
        spec = m.bot.actions.get(name)
        if spec is None:
            todo = f"add it to actions/catalogue.yaml, or {one_of(name, m.bot.actions)}"
            yield m.at(dialog, step, f"there is no action “{name}”", todo, path=("do",))
            continue
        yield from _arguments(m, dialog, step, step.verb, spec)
        if not spec.own and m.live_actions is not None and name not in m.live_actions and name not in asked:
            asked.add(name)
            message = f"the action server does not know “{name}”"
            yield m.at(dialog, step, message, "let a developer add it there, or correct the name", path=("do",))


def _arguments(m: Material, dialog: Dialog, step: Step, do: Do, spec: ActionSpec) -> Iterator[Problem]:
    takes = spec.takes
    if not set(takes) - spec.optional <= set(do.arguments) <= set(takes):
        message = f"action {do.action} takes {_names(takes)}, and gets {_names(do.arguments)}"
        yield m.at(dialog, step, message, "correct `with:`", path=("with",))
    for name, expression in do.arguments.items():
        given = infer(expression.tree, variables(m).types)
        if name in takes and given is not None and not fits(of_catalogue(takes[name]), given):
            wanted = class_of(of_catalogue(takes[name]))
            message = (
                f"action {do.action} takes a {wanted} as “{name}”, and “{expression.source}” is a {class_of(given)}"
            )
            yield m.at(dialog, step, message, "give it another value, or correct the catalogue", path=("with", name))


def _names(names: Mapping[str, object]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _catalogue(m: Material) -> Iterator[Problem]:
    for spec in m.bot.actions.values():
        for part, fields in (("takes", spec.takes), ("gives", spec.gives)):
            for name, kind in fields.items():
                for wrong in _unknown_kinds(kind):
                    message = f"“{wrong}” is no kind of value"
                    yield m.within(CATALOGUE, (spec.name, part, name), message, one_of(wrong, CATALOGUE_KINDS))
        data = m.data(CATALOGUE)
        entry = data.get(spec.name) if isinstance(data, dict) else None
        empty = entry.get("may_be_empty") if isinstance(entry, dict) else None
        for number, name in enumerate(empty if isinstance(empty, list) else ()):
            if name not in spec.gives:
                message = f"“{name}” may be empty, and is not among what the action gives"
                yield m.within(CATALOGUE, (spec.name, "may_be_empty", number), message, one_of(str(name), spec.gives))


def _unknown_kinds(kind: Data) -> Iterator[str]:
    match kind:
        case str():
            if kind not in CATALOGUE_KINDS:
                yield kind
        case dict():
            for inner in kind.values():
                yield from _unknown_kinds(inner)
        case _:
            yield str(kind)
