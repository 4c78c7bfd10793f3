"""The days that symbols spell (see ``lexicon``)."""

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeAlias

from dialogs.answers.symbols import Numbers, Part, spell
from dialogs.answers.values import AnswerContext

DayForm: TypeAlias = tuple[re.Pattern[str], Callable[[Numbers, AnswerContext], date | None]]


def _date(year: int, month: int, day: int) -> date | None:
    if 1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
        return date(year, month, day)
    return None


def _year(number: int, today: date) -> int:
    """A year of two digits lies at most 20 years ahead."""
    if number > 99:
        return number
    return today.year - today.year % 100 + number - (100 if number > today.year % 100 + 20 else 0)


def _next(month: int, day: int, today: date) -> date | None:
    """The next such day from today on; 29 February waits for its year."""
    days = (_date(year, month, day) for year in range(today.year, today.year + 9))
    return next((found for found in days if found and found >= today), None)


def _absolute(day: int, month: int, year: int | None, ctx: AnswerContext) -> date | None:
    today = ctx.now.date()
    return _next(month, day, today) if year is None else _date(_year(year, today), month, day)


def _numeric(numbers: Numbers, ctx: AnswerContext) -> date | None:
    first, second, *rest = numbers
    if first >= 1000 and rest:
        return _date(first, second, rest[0])
    return _absolute(first, second, rest[0] if rest else None, ctx)


def _slashed(numbers: Numbers, ctx: AnswerContext) -> date | None:
    """1/12 is in December, but in January in the United States; 25/12 and 12/25 have one reading each."""
    first, second, *rest = numbers
    month_first = (ctx.country == "US" and first <= 12) or second > 12
    return _numeric([second, first, *rest] if month_first and first < 1000 else numbers, ctx)


def _day_month(numbers: Numbers, ctx: AnswerContext) -> date | None:
    """With the month as a word a year has four digits: 3 March 15 is no year."""
    day, month, *rest = numbers
    if rest and rest[0] < 1000:
        return None
    return _absolute(day, month, rest[0] if rest else None, ctx)


def _month_day(numbers: Numbers, ctx: AnswerContext) -> date | None:
    month, day, *rest = numbers
    return _day_month([day, month, *rest], ctx)


def _day_of_month(numbers: Numbers, ctx: AnswerContext) -> date | None:
    today = ctx.now.date()
    months = (divmod(today.year * 12 + today.month - 1 + ahead, 12) for ahead in range(3))
    days = (_date(year, month + 1, numbers[0]) for year, month in months)
    return next((found for found in days if found and found >= today), None)


def _weekday(numbers: Numbers, ctx: AnswerContext) -> date | None:
    """The first such day after today; "the one after next" a week later."""
    *later, weekday = numbers
    today = ctx.now.date()
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1 + 7 * sum(later))


def _weekday_of_week(numbers: Numbers, ctx: AnswerContext) -> date | None:
    """ "Friday next week": weeks begin on Monday."""
    later, unit, weekday = numbers
    today = ctx.now.date()
    if unit != 7:
        return None
    return today + timedelta(days=weekday - today.weekday() + 7 * (later + 1))


def _in_days(numbers: Numbers, ctx: AnswerContext) -> date | None:
    _, *count, unit = numbers
    return _ahead(ctx.now.date(), (count[0] if count else 1) * unit)


def _in_months(numbers: Numbers, ctx: AnswerContext) -> date | None:
    _, *count, unit = numbers
    today = ctx.now.date()
    year, month = divmod(today.year * 12 + today.month - 1 + (count[0] if count else 1) * unit, 12)
    if year > 2100:
        return None
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _ahead(start: date, days: int) -> date | None:
    return start + timedelta(days=days) if abs(days) <= 36600 else None


def _from_day(numbers: Numbers, ctx: AnswerContext) -> date | None:
    """ "Today in two weeks"."""
    start = _ahead(ctx.now.date(), numbers[0])
    return start and _ahead(start, (numbers[2] if len(numbers) == 4 else 1) * numbers[-1])


def _from_weekday(numbers: Numbers, ctx: AnswerContext) -> date | None:
    start = _weekday(numbers[:1], ctx)
    return start and _ahead(start, (numbers[2] if len(numbers) == 4 else 1) * numbers[-1])


def _relative(numbers: Numbers, ctx: AnswerContext) -> date | None:
    return _ahead(ctx.now.date(), numbers[0])


_DATES: tuple[DayForm, ...] = (
    (re.compile(r"n\.n\.?|n\.n\.n\.?|n-n-n"), _numeric),
    (re.compile(r"n/n(/n)?"), _slashed),
    (re.compile(r"n\.?m\.?\|?n?"), _day_month),
    (re.compile(r"m\.?n\.?(\|?n)?"), _month_day),
    (re.compile(r"n\."), _day_of_month),
)
_DAYS: tuple[DayForm, ...] = (
    *_DATES,
    (re.compile(r"d"), _relative),
    (re.compile(r"x?w"), _weekday),
    (re.compile(r"xuw"), _weekday_of_week),
    (re.compile(r"wxu"), lambda numbers, ctx: _weekday_of_week([*numbers[1:], numbers[0]], ctx)),
    (re.compile(r"in?u"), _in_days),
    (re.compile(r"in?v"), _in_months),
    (re.compile(r"din?u"), _from_day),
    (re.compile(r"win?u"), _from_weekday),
)


def _first(forms: Sequence[DayForm], word: str, numbers: Numbers, ctx: AnswerContext) -> date | None:
    return next((read(numbers, ctx) for pattern, read in forms if pattern.fullmatch(word)), None)


def read_day(part: Part, ctx: AnswerContext) -> date | None:
    """The day that all of the symbols together name."""
    word, numbers = spell(part)
    found = _first(_DAYS, word, numbers, ctx)
    if found is None and word[:1] == "w" and len(word) > 1:  # "Monday, 3 March": both must agree
        dated = _first(_DATES, word[1:].lstrip("."), numbers[1:], ctx)
        return dated if dated and dated.weekday() == numbers[0] else None
    return found
