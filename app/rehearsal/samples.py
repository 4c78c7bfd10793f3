"""What a customer might answer and a back-end might give, so that every condition of a bot is met once and missed once."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import product
from typing import Final, TypeAlias

from conversation.errors import ContentError
from conversation.value import Data
from dialogs.kinds import Kind, read_bound
from dialogs.model import ActionSpec, Bot, Choose
from dialogs.saying.templates import Expression

Given: TypeAlias = dict[str, Data]
MANY: Final = 243
"""Combinations of an action's fields that are all tried: five fields of three values."""
GREETINGS: Final = {"de": "Hallo", "en": "Hello", "ru": "Здравствуйте", "uk": "Вітаю"}
MISS: Final = "???"
_TEXTS: Final = {"de": "Ein Beispiel", "en": "An example", "ru": "Например", "uk": "Наприклад"}
YES_NO: Final = {"de": ("Ja", "Nein"), "en": ("Yes", "No"), "ru": ("Да", "Нет"), "uk": ("Так", "Ні")}
_ANSWERS: Final = {
    "time": ("10:00",),
    "phone": ("+49 30 1234567",),
    "email": ("eva@example.net",),
    "rating": ("5", "4", "3", "2", "1"),
}
SENT: Final = {"photo": "photo", "file": "file", "location": "location"}
"""Kinds of answers that are no text, to what is sent for them."""
_VALUES: Final[Mapping[str, Data]] = {
    "yes_no": True,
    "number": 2,
    "time": "10:00",
    "phone": "+49 30 1234567",
    "email": "eva@example.net",
    "time_slot": "2026-11-03T09:00:00+01:00",
    "file": "example.pdf",
}
_LITERAL: Final = re.compile(r"\"([^\"]*)\"|'([^']*)'|(?<![\w.])(-?[0-9]+(?:\.[0-9]+)?)")


def conditions(bot: Bot) -> list[Expression]:
    """Every condition of the dialogs."""
    found: dict[str, Expression] = {}
    for dialog in bot.dialogs.values():
        for step in dialog.steps.values():
            options = step.verb.options if isinstance(step.verb, Choose) else ()
            for when in [line.when for line in step.ways] + [option.when for option in options]:
                if when:
                    found.setdefault(when.source, when)
    return list(found.values())


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def answers(
    kind: Kind, check: Mapping[str, Data], about: Iterable[Expression], language: str, now: datetime
) -> list[str]:
    """Texts that are such an answer, on either side of what conditions compare it with."""
    literals = [literal for condition in about for literal in _literals(condition)]
    if kind.pattern is not None or kind.example:
        return [kind.example or "", *(str(literal) for literal in literals)][:6]
    match kind.name:
        case "yes_no":
            return list(YES_NO.get(language, YES_NO["en"]))
        case "date":
            return [day.strftime("%d.%m.%Y") for day in _days(check, now)]
        case "number":
            low = check.get("min", 1)
            return [str(number) for number in dict.fromkeys([max(low, 1), low, check.get("max", 5), *_near(literals)])]
        case "text":
            words = _TEXTS.get(language, _TEXTS["en"])
            long = (words + " ").ljust(int(check.get("min", 0)), ".").strip()
            return [long[: int(check.get("max", 200))], *(str(literal) for literal in literals)]
        case name:
            return list(_ANSWERS.get(name, ()))


def _days(check: Mapping[str, Data], now: datetime) -> Iterator[datetime]:
    yield now + timedelta(days=1)
    for bound in ("from", "to"):
        try:
            day = read_bound(str(check[bound]), now) if bound in check else None
        except ContentError:
            day = None
        if isinstance(day, datetime):
            yield day
        elif isinstance(day, date):
            yield datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)


# ── results ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def results(spec: ActionSpec | None, save: str, about: Sequence[Expression], known: Mapping[str, Data]) -> list[Given]:
    """What the action may give: one result for each way in which the conditions about ``save`` can turn out, the usual first."""
    if spec is None or not spec.gives:
        return [{}]
    own = [condition for condition in about if save in condition.names]
    choices = {name: _values(name, type_, own, save) for name, type_ in spec.gives.items()}
    found: dict[tuple[bool, ...], Given] = {}
    for given in _combined(choices):
        names = {**known, save: given}
        found.setdefault(tuple(bool(condition(names)) for condition in own), given)
    return list(found.values())


def _combined(choices: Mapping[str, list[Data]]) -> Iterator[Given]:
    """All combinations, or where there are too many each value once."""
    usual = {name: values[0] for name, values in choices.items()}
    size = 1
    for values in choices.values():
        size *= len(values)
    if size <= MANY:
        for combination in product(*choices.values()):
            yield dict(zip(choices, combination, strict=True))
        return
    yield usual
    for name, values in choices.items():
        for value in values[1:]:
            yield {**usual, name: value}
    yield {name: values[-1] for name, values in choices.items()}


def _values(name: str, type_: Data, about: Sequence[Expression], save: str) -> list[Data]:
    """Of one field: a usual one, those that conditions name, and none."""
    named = [condition for condition in about if f"{save}.{name}" in condition.source]
    literals = [literal for condition in named for literal in _literals(condition)]
    values: list[Data] = [_usual(name, type_)]
    if not named:
        return values
    if type_ == "yes_no":
        values.append(False)
    values += _near(literals) if type_ in ("number", "money", "rating") else literals
    return [*dict.fromkeys(values), None] if all(map(_hashable, values)) else [*values, None]


def _usual(name: str, type_: Data, number: int = 1) -> Data:
    """``number``: the items of a list differ, so that each can be told by its words."""
    match type_:
        case {"list": item}:
            return [_usual(name, item, 1), _usual(name, item, 2)]
        case dict():
            return {field: _usual(field, inner, number) for field, inner in type_.items()}
        case "date":
            return f"2026-12-{number:02}"
        case "money":
            return 39.9 * number
        case "time_slot":
            return f"2026-11-{number + 2:02}T09:00:00+01:00"
        case str() if type_ in _VALUES:
            return _VALUES[type_]
        case "list":
            return [f"{name} 1", f"{name} 2"]
        case _:
            return ("Eva" if number == 1 else "Max") if name == "name" else f"{name} {number}"


def _hashable(value: Data) -> bool:
    return not isinstance(value, list | dict)


def _literals(condition: Expression) -> list[Data]:
    """The texts and numbers that a condition compares with."""
    found: list[Data] = []
    for match in _LITERAL.finditer(condition.source):
        if match[3] is not None:
            found.append(float(match[3]) if "." in match[3] else int(match[3]))
        else:
            found.append(match[1] if match[1] is not None else match[2])
    return found


def _near(literals: Iterable[Data]) -> list[Data]:
    """Each number, and those on either side of it."""
    numbers = [number for number in literals if isinstance(number, int | float)]
    return [near for number in numbers for near in (number, number + 1, number - 1)]
