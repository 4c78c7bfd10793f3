"""Checks what an action gave against what its catalogue promises."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from actions.catalogue import ActionSpec, Kind, ListOf
from conversation.value import Data

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MAX_DEPTH = 8
MAX_BYTES = 200_000
"""Of an answer as JSON: it is stored with the conversation at every turn from then on."""
MAX_NUMBER = 2**63
"""Larger ones are no numbers to a database, and to a text a wall of digits."""


class ResultError(ValueError):
    """A value is not of the kind that the catalogue promises; the message is for the action's developer."""


def checked_results(spec: ActionSpec, given: Mapping[str, Any]) -> dict[str, Data]:
    """The promised fields as plain JSON data; a field that was not given is None. Raises ResultError."""
    results = {name: _convert(kind, given.get(name), f"`{name}`") for name, kind in spec.gives.items()}
    try:
        size = len(msgspec.json.encode(results))
    except UnicodeEncodeError as error:
        raise ResultError(f"a text in the answer can't be written as UTF-8: {error.reason}") from None
    if size > MAX_BYTES:
        raise ResultError(f"the answer has {size:,} bytes; at most {MAX_BYTES:,} are kept: give what the dialog shows")
    return results


def _convert(kind: Kind, value: Any, where: str) -> Data:
    if value is None:
        return None
    if isinstance(kind, ListOf):
        if not isinstance(value, (list, tuple)):
            raise ResultError(f"{where} must be a list, not {_shown(value)}")
        return [_item(kind.fields, item, f"{where}[{number}]") for number, item in enumerate(value)]
    convert: Callable[[Any, str], Data] = _SINGLE.get(kind, _text)
    return convert(value, where)


def _item(fields: Mapping[str, str], item: Any, where: str) -> Data:
    if "" in fields:
        return _convert(fields[""], item, where)
    if not isinstance(item, Mapping):
        raise ResultError(f"{where} must be a mapping with {', '.join(fields)}, not {item!r}")
    return {name: _convert(kind, item.get(name), f"{where}.{name}") for name, kind in fields.items()}


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ResultError(f"{where} must be a text, not {_shown(value)}")
    return value


def _yes_no(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ResultError(f"{where} must be True or False, not {_shown(value)}")
    return value


def _number(value: Any, where: str) -> int | float:
    if isinstance(value, str):
        value = _parsed_number(value)
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _sane(value):
        raise ResultError(f"{where} must be a number, not {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    try:
        return repr(value)[:100]
    except ValueError:  # an integer of more digits than Python spells
        return "a number of thousands of digits"


def _sane(value: float) -> bool:
    return abs(value) < MAX_NUMBER  # False for NaN and infinity too


def _parsed_number(text: str) -> int | float | str:
    try:
        return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else float(text)
    except ValueError:
        return text


def _date(value: Any, where: str) -> str:
    """ISO 8601, the day only."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and _ISO_DATE.match(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise ResultError(f"{where} must be a date (2026-03-01), not {_shown(value)}")


def _moment(value: Any, where: str) -> Data:
    """Times and time slots keep their form; Python's own become ISO 8601."""
    return value.isoformat() if isinstance(value, (datetime, date)) else _any(value, where)


def _any(value: Any, where: str, depth: int = 0) -> Data:
    if depth > _MAX_DEPTH:
        raise ResultError(f"{where} is nested deeper than {_MAX_DEPTH} levels")
    match value:
        case None | bool() | str():
            return value
        case int() | float() if _sane(value):
            return value
        case list() | tuple():
            return [_any(item, where, depth + 1) for item in value]
        case dict():
            return {str(key): _any(item, where, depth + 1) for key, item in value.items()}
        case _:
            raise ResultError(f"{where} must be plain JSON data, not {_shown(value)}")


_SINGLE: Mapping[str, Callable[[Any, str], Data]] = {
    "yes_no": _yes_no,
    "number": _number,
    "money": _number,
    "rating": _number,
    "date": _date,
    "time": _moment,
    "time_slot": _moment,
    "location": _any,
    "photo": _any,
    "any": _any,
}
