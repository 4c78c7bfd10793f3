"""The times of day that symbols spell (see ``lexicon``)."""

import re
from collections.abc import Callable, Container, Mapping
from datetime import time
from typing import TypeAlias

from dialogs.answers.symbols import Numbers, Part, spell
from dialogs.answers.tables import Symbol

TimeForm: TypeAlias = tuple[re.Pattern[str], Callable[[Numbers], tuple[time, ...]]]


def _time(hour: int, minute: int) -> tuple[time, ...]:
    if hour == 24 and minute == 0:
        return (time(0, 0),)
    return (time(hour, minute),) if 0 <= hour <= 23 and 0 <= minute <= 59 else ()


def _spoken(hour: int, minute: int) -> tuple[time, ...]:
    """An hour up to 12 without more: both readings, the one in the usual day (7 to 18) first."""
    if not 0 < hour <= 12:
        return _time(hour, minute)
    morning, evening = _time(hour % 12, minute), _time(hour % 12 + 12, minute)
    return morning + evening if 7 <= hour <= 11 else evening + morning


def _before(hour: int, minutes: int) -> tuple[time, ...]:
    if not (1 <= hour <= 12 and 0 < minutes < 60):
        return ()
    return _spoken(12 if hour == 1 else hour - 1, 60 - minutes)


def _on_the_clock(numbers: Numbers) -> tuple[time, ...]:
    """ "15 Uhr": 24 hours as said; "3 Uhr" may also be in the afternoon."""
    hour = numbers[0]
    return _time(hour, 0) + (_time(hour + 12, 0) if 0 < hour < 12 else ())


def _quarters(numbers: Numbers) -> tuple[time, ...]:
    """English "half three" comes after the hour; German "viertel drei", Ukrainian "чверть на третю" are part of it."""
    minutes, hour = numbers
    if minutes == 30:
        return _spoken(hour, 30) if hour <= 12 else ()
    return _before(hour, 60 - minutes)


def _side_by_side(numbers: Numbers) -> tuple[time, ...]:
    """ "fünfzehn Uhr dreißig" without the "Uhr"."""
    hour, minute = numbers
    return _time(hour, minute) if minute >= 10 or minute == 5 else ()


def _dashed(numbers: Numbers) -> tuple[time, ...]:
    """15-30 and 15-00 are times; 15-18 is from 15 to 18."""
    hour, minute = numbers
    return _time(hour, minute) if minute == 0 or minute > 24 else ()


_TIMES: tuple[TimeForm, ...] = (
    (re.compile(r"n[:.]nh?"), lambda numbers: _time(numbers[0], numbers[1])),
    (re.compile(r"nhn"), lambda numbers: _time(numbers[0], numbers[2])),
    (re.compile(r"nn"), _side_by_side),
    (re.compile(r"n-n"), _dashed),
    (re.compile(r"nh"), _on_the_clock),
    (re.compile(r"hn"), lambda numbers: _spoken(numbers[1], 0)),
    (re.compile(r"n\.?h?"), lambda numbers: _spoken(numbers[0], 0)),
    (re.compile(r"k"), lambda numbers: _time(numbers[0], 0)),
    (re.compile(r"bn\.?h?"), lambda numbers: _before(numbers[1], 30)),
    (re.compile(r"[qn]pnh?"), lambda numbers: _spoken(numbers[2], numbers[0]) if numbers[2] <= 12 else ()),
    (re.compile(r"[qn]onh?"), lambda numbers: _before(numbers[2], numbers[0])),
    (re.compile(r"l[qn]n|iqn\.?h?|inn\.h?"), lambda numbers: _before(numbers[2], numbers[1])),
    (re.compile(r"qn\.?h?"), _quarters),
)
_ONE_O_CLOCK: Part = (("n", 1), ("h", 0))


def read_times(part: Part, *, beside_a_day: bool = False) -> tuple[time, ...]:
    """The readings of a time of day, the usual one first.

    ``beside_a_day``: then 3.10 may be a date, and a time needs its colon or its "Uhr".
    """
    bare, marks = unmarked(part)
    if len(marks) > 1:
        return ()
    word, numbers = spell([symbol for symbol in bare if symbol != ("y", 1)])
    if beside_a_day and word == "n.n" and 0 < numbers[1] <= 12:
        return ()
    if word == "h" and marks:  # "час дня"
        word, numbers = spell(_ONE_O_CLOCK)
    found = next((read(numbers) for pattern, read in _TIMES if pattern.fullmatch(word)), ())
    return _in_half(found, *marks[0]) if marks else found


def unmarked(part: Part) -> tuple[list[Symbol], list[Symbol]]:
    """The symbols without the parts of the day, and those: "3 [in the afternoon]"."""
    bare: list[Symbol] = []
    for symbol in part:
        if symbol[0] not in "az":
            bare.append(symbol)
        elif bare and bare[-1][0] == "i":
            bare.pop()
    return bare, [symbol for symbol in part if symbol[0] in "az"]


def _in_half(found: tuple[time, ...], mark: str, number: int) -> tuple[time, ...]:
    """Those of the readings, as 12 hours have them, that lie where the mark says."""
    later = tuple(moment.replace(hour=moment.hour + 12) for moment in found if 0 < moment.hour < 12)
    midnight = tuple(moment.replace(hour=0) for moment in found if moment.hour == 12)
    fits = _HALVES[number] if mark == "a" else _near(number)
    return tuple(dict.fromkeys(moment for moment in (*found, *later, *midnight) if moment.hour in fits))


_HALVES: Mapping[int, range] = {0: range(12), 12: range(12, 24)}


def _near(number: int) -> Container[int]:
    """The hours that people count to a part of the day: five is in the evening, and so is four."""
    begin, end = divmod(number, 100)
    if begin > end:
        return {20, 21, 22, 23, 0, 1, 2, 3, 4, 5}
    if end <= 12:
        return range(12)
    return range(16, 24) if begin >= 18 else range(11 if end <= 14 else 12, 20)
