"""Days and times of day as people write them.

A text becomes symbols (see ``lexicon``) and is read only if all of it fits a form: nothing is guessed from a part.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from dialogs.answers.fold import fold
from dialogs.answers.lexicon import Symbol, lexicon, phrases
from dialogs.answers.values import AnswerContext

MAX_LENGTH = 120
"""Characters; a longer text is no date."""

_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|\S")
_PUNCTUATION = frozenset(".:/-")
_SILENT = frozenset(".:/-|")
_WEIGHTLESS = frozenset(",;!?")

Numbers: TypeAlias = list[int]
DayForm: TypeAlias = tuple[re.Pattern[str], Callable[[Numbers, AnswerContext], date | None]]
TimeForm: TypeAlias = tuple[re.Pattern[str], Callable[[Numbers], tuple[time, ...]]]


# ── text to symbols ──────────────────────────────────────────────────────────────────────────────────────────────────


def symbols(text: str, language: str) -> list[Symbol] | None:
    """None when a word means nothing here. A bar parts two numbers with a comma or a word without weight between them."""
    folded = re.sub(r"(?<![0-9])[ .,;!?]+$", "", fold(text).strip(" ,;!?"))
    folded = re.sub(r"(?<!\w)([ap])\. ?m(?!\w)\.?", r"\1m", folded)
    for long, short in phrases():
        folded = re.sub(rf"(?<!\w){re.escape(long)}(?!\w)", short, folded)
    folded = re.sub(r"(?<=[0-9])-(?=[^\W\d_])", "", folded)
    found: list[Symbol] = []
    apart = False
    for match in _TOKEN.finditer(folded):
        meaning = _meaning(match[0], found, language)
        if meaning is None:
            return None
        spaced = folded[match.start() - 1 : match.start()] == " "
        dated = _ends_in_date(found) and (len(match[0]) == 1 or (spaced and len(match[0]) < 4))
        if meaning[:1] and meaning[0][0] == "n" and found and found[-1][0] in "n." and (apart or dated):
            found.append(("|", 0))
        found.extend(meaning)
        apart = not meaning
    return found


def _ends_in_date(found: Sequence[Symbol]) -> bool:
    """After "12.3. " a short number is a time; a year has two digits, without a space, or four."""
    return [symbol for symbol, _ in found[-4:]] == ["n", ".", "n", "."]


def _meaning(word: str, before: Sequence[Symbol], language: str) -> tuple[Symbol, ...] | None:
    """Nothing for words without weight; None for a word that is not known."""
    if word.isdecimal():
        return None if len(word) > 4 or (len(word) > 2 and word[0] == "0") else (("n", int(word)),)
    if word in _PUNCTUATION:
        return ((word, 0),)
    if word in _WEIGHTLESS:
        return ()
    last, number = before[-1] if before else ("", 0)
    known = lexicon(language).get(word)
    if word == "am" and last != "n":  # German "am Montag", English "3 am"
        return ()
    if word == "дня" and ("i", 0) not in before:  # "3 часа дня", but "через 3 дня"
        return (("a", 12),)
    if known == (("v", 12),) and last == "n" and number >= 1000:  # "2026 года", but "3 года"
        return ()
    return known


def _spelled(part: Sequence[Symbol]) -> tuple[str, Numbers]:
    return "".join(symbol for symbol, _ in part), [number for symbol, number in part if symbol not in _SILENT]


# ── days ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


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


def _first(forms: Sequence[DayForm], spelled: str, numbers: Numbers, ctx: AnswerContext) -> date | None:
    return next((read(numbers, ctx) for pattern, read in forms if pattern.fullmatch(spelled)), None)


def _day(part: Sequence[Symbol], ctx: AnswerContext) -> date | None:
    spelled, numbers = _spelled(part)
    found = _first(_DAYS, spelled, numbers, ctx)
    if found is None and spelled[:1] == "w" and len(spelled) > 1:  # "Monday, 3 March": both must agree
        dated = _first(_DATES, spelled[1:].lstrip("."), numbers[1:], ctx)
        return dated if dated and dated.weekday() == numbers[0] else None
    return found


# ── times of day ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _time(hour: int, minute: int) -> tuple[time, ...]:
    if hour == 24 and minute == 0:
        return (time(0, 0),)
    return (time(hour, minute),) if 0 <= hour <= 23 and 0 <= minute <= 59 else ()


def _marked(hour: int, minute: int, half: int) -> tuple[time, ...]:
    """With "am" (0) or "pm" (12); an hour over 12 needs no mark and keeps its own."""
    if not 1 <= hour <= 12:
        return _time(hour, minute) if hour > 12 and half == 12 else ()
    return _time(hour % 12 + half, minute)


def _spoken(hour: int, minute: int) -> tuple[time, ...]:
    """An hour up to 12 without more: both readings, the one in the usual day (7 to 18) first."""
    if not 0 < hour <= 12:
        return _time(hour, minute)
    morning, evening = _time(hour % 12, minute), _time(hour % 12 + 12, minute)
    return morning + evening if 7 <= hour <= 11 else evening + morning


def _before(hour: int, minutes: int, half: int | None = None) -> tuple[time, ...]:
    if not (1 <= hour <= 12 and 0 < minutes < 60):
        return ()
    earlier = 12 if hour == 1 else hour - 1
    return _spoken(earlier, 60 - minutes) if half is None else _marked(earlier, 60 - minutes, half)


def _digital(numbers: Numbers) -> tuple[time, ...]:
    hour, minute, *half = numbers
    return _marked(hour, minute, half[0]) if half else _time(hour, minute)


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


_TIMES: tuple[TimeForm, ...] = (
    (re.compile(r"n[:.]n"), _digital),
    (re.compile(r"n[:.]nh"), lambda numbers: _digital(numbers[:2])),
    (re.compile(r"n[:.]na"), _digital),
    (re.compile(r"n[:.]n[hi]a"), lambda numbers: _digital([numbers[0], numbers[1], numbers[3]])),
    (re.compile(r"nhn"), lambda numbers: _time(numbers[0], numbers[2])),
    (re.compile(r"nh"), _on_the_clock),
    (re.compile(r"n\.?"), lambda numbers: _spoken(numbers[0], 0)),
    (re.compile(r"n\.h"), lambda numbers: _spoken(numbers[0], 0)),
    (re.compile(r"n\.?a"), lambda numbers: _marked(numbers[0], 0, numbers[1])),
    (re.compile(r"n\.?[hi]a"), lambda numbers: _marked(numbers[0], 0, numbers[2])),
    (re.compile(r"n\.?hia"), lambda numbers: _marked(numbers[0], 0, numbers[3])),
    (re.compile(r"ha"), lambda numbers: _marked(1, 0, numbers[1])),
    (re.compile(r"k"), lambda numbers: _time(numbers[0], 0)),
    (re.compile(r"bn\.?"), lambda numbers: _before(numbers[1], 30)),
    (re.compile(r"bn\.?a"), lambda numbers: _before(numbers[1], 30, numbers[2])),
    (re.compile(r"[qn]pn"), lambda numbers: _spoken(numbers[2], numbers[0]) if numbers[2] <= 12 else ()),
    (re.compile(r"[qn]on"), lambda numbers: _before(numbers[2], numbers[0])),
    (re.compile(r"l[qn]n|iqn\.?|inn\."), lambda numbers: _before(numbers[2], numbers[1])),
    (re.compile(r"qn\.?"), _quarters),
)


def _times(part: Sequence[Symbol], *, beside_a_day: bool = False) -> tuple[time, ...]:
    """``beside_a_day``: then 3.30 may be a date, and a time needs its colon or its "Uhr"."""
    spelled, numbers = _spelled(part)
    if beside_a_day and spelled == "n.n":
        return ()
    return next((read(numbers) for pattern, read in _TIMES if pattern.fullmatch(spelled)), ())


# ── what the kinds of answers need ───────────────────────────────────────────────────────────────────────────────────


def _readable(text: str, ctx: AnswerContext) -> list[Symbol]:
    return (symbols(text, ctx.language) or []) if len(text) <= MAX_LENGTH else []


def _unbarred(part: Sequence[Symbol]) -> Sequence[Symbol]:
    bars = [number for number in (0, -1) if part[number][0] == "|"]
    return part[1 if 0 in bars else 0 : len(part) - (1 if -1 in bars else 0)]


def _splits(found: Sequence[Symbol], ctx: AnswerContext) -> list[tuple[date, tuple[time, ...]]]:
    """All readings as a day and a time, in either order; a number before a month is its day."""
    readings: list[tuple[date, tuple[time, ...]]] = []
    for cut in range(1, len(found)):
        if found[cut][0] == "m" and found[cut - 1][0] in "n.":
            continue
        for left, right in ((found[:cut], found[cut:]), (found[cut:], found[:cut])):
            times = _times(_unbarred(right), beside_a_day=True)
            day = _day(_unbarred(left), ctx) if times else None
            if day:
                readings.append((day, times))
    return readings


def read_date(text: str, ctx: AnswerContext) -> date | None:
    """The day that a text names; a time or a part of the day beside it is let go."""
    found = _readable(text, ctx)
    day = _day(found, ctx)
    if day is None and found and found[-1][0] == "a":
        day = _day(found[:-1], ctx)
    if day is None:
        readings = {day for day, _ in _splits(found, ctx)}
        day = readings.pop() if len(readings) == 1 else None
    return day


def read_time(text: str, ctx: AnswerContext) -> time | None:
    """The time of day that a text names. A text that also names a day is none."""
    times = _times(_readable(text, ctx))
    return times[0] if times else None


def _slot_time(slot: str, ctx: AnswerContext) -> datetime | None:
    """The slot on the customer's clock, naive; one without an offset is on that clock already. None: it is no date-time."""
    try:
        moment = datetime.fromisoformat(slot)
        return moment.astimezone(ctx.now.tzinfo).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None


def read_slot(text: str, ctx: AnswerContext) -> str | None:
    """The one offered slot that a text names by day and time, or by either where that is enough."""
    slots = {slot: local for slot in ctx.offered if (local := _slot_time(slot, ctx)) is not None}
    found = _readable(text, ctx)
    named = {(day, moment) for day, times in _splits(found, ctx) for moment in times}
    hits = [slot for slot, local in slots.items() if (local.date(), local.time()) in named]
    if not named:
        day, times = _day(found, ctx), _times(found)
        hits = [slot for slot, local in slots.items() if local.date() == day or local.time() in times]
    return hits[0] if len(hits) == 1 else None
