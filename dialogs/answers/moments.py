"""Days and times of day as people write them.

A text becomes symbols (see ``lexicon``) and is read only if all of it fits a form: nothing is guessed from a part.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from conversation.value import Value
from dialogs.answers.clock import read_times, unmarked
from dialogs.answers.days import read_day
from dialogs.answers.fold import fold
from dialogs.answers.symbols import Part, inner_symbols, plain, spell, symbols, unbarred
from dialogs.answers.tables import Symbol
from dialogs.answers.values import AnswerContext

_DAY_BEGINS, _DAY_ENDS = time(8), time(20)
"""Between these people are called: what "before ten" and "after three" leave open."""
_USUAL = range(7, 21)
_FIRST_THING: Final = (time(7), time(10))
_NOT = frozenset(
    map(
        fold,
        [
            "nicht",
            "kein",
            "keine",
            "keinen",
            "nie",
            "außer",
            "not",
            "no",
            "never",
            "except",
            "dont",
            "не",
            "нет",
            "ни",
            "кроме",
            "ні",
            "крім",
            "окрім",
        ],
    )
)


class Meant(Value, frozen=True, kw_only=True):
    """What a text says of a time, as far as it does: a day, the readings of a time on it or a stretch of it, or one moment."""

    day: date | None = None
    times: tuple[time, ...] = ()
    window: tuple[time, time] | None = None
    at: datetime | None = None


class Span(Value, frozen=True, kw_only=True):
    """On the customer's clock; ``begin`` and ``end`` are the same for a moment."""

    begin: datetime
    end: datetime


# ── what was meant ───────────────────────────────────────────────────────────────────────────────────────────────────


def _splits(found: Part, ctx: AnswerContext) -> Iterator[tuple[date, tuple[time, ...]]]:
    """All readings as a day and a time, in either order; a number before a month is its day."""
    for cut in range(1, len(found)):
        if found[cut][0] == "m" and found[cut - 1][0] in "n.":
            continue
        for left, right in ((found[:cut], found[cut:]), (found[cut:], found[:cut])):
            times = read_times(unbarred(right), beside_a_day=True)
            day = read_day(unbarred(left), ctx) if times else None
            if day:
                yield day, times


def _meant(raw: Part, ctx: AnswerContext) -> list[Meant]:
    """All that the symbols can mean; most texts have one meaning or none."""
    if not raw:
        return []
    at = _from_now(raw, ctx)
    if at is not None:
        return [Meant(at=at)]
    bounded = any(symbol in "(t&po-" for symbol, _ in raw)
    ranges = list(_ranges(raw, ctx)) if bounded else []
    if ranges:
        return ranges[:1]
    found = plain(raw)
    day = read_day(found, ctx)
    if day:
        return [Meant(day=day)]
    exact = [Meant(day=day, times=times) for day, times in _splits(found, ctx)]
    times = read_times(found)
    return exact or _in_part(found, ctx) or ([Meant(times=times)] if times else [])


def _from_now(raw: Part, ctx: AnswerContext) -> datetime | None:
    """ "In half an hour", "in 2 hours 30 minutes", "now"."""
    word, _ = spell(raw)
    if word == "j":
        return ctx.now
    if word in ("yin", "hin"):  # "минут через двадцать"
        raw, word = [raw[1], raw[2], raw[0]], word[1:] + word[0]
    if word[:1] != "i" or not set(word) <= set("inyh") or not set(word) & set("yh"):
        return None
    minutes, count = 0, 1
    for symbol, number in raw[1:]:
        if symbol == "n":
            count = number
        else:
            minutes += count * (60 if symbol == "h" else number)
            count = 1
    readable = word.replace("h", "y") in ("iy", "iny", "inyny")
    return ctx.now + timedelta(minutes=minutes) if readable and 0 < minutes <= 60 * 24 * 30 else None


def _in_part(found: Part, ctx: AnswerContext) -> list[Meant]:
    """A part of a day: "Friday afternoon", "early in the morning"; with a time anywhere around it: "evening, Monday at 7"."""
    bare, marks = unmarked([symbol for symbol in found if symbol[0] != "f"])
    halves = [number for symbol, number in found if symbol == "f"]
    if not marks and halves == [0]:
        window = _FIRST_THING
    elif len(marks) == 1 and marks[0][0] == "z" and len(halves) <= 1:
        window = _window(marks[0][1], halves)
    else:
        return []
    day = read_day(unbarred(bare), ctx) if bare else None
    if day or not bare:
        return [Meant(day=day, window=window)]
    if not marks or halves:
        return []
    dated = ((day, _marked(times, marks[0])) for day, times in _unmarked_splits(bare, ctx))
    return [Meant(day=day, times=times) for day, times in dated if times]


def _unmarked_splits(bare: Part, ctx: AnswerContext) -> Iterator[tuple[date, Part]]:
    """A day, and the symbols of the time beside it."""
    for cut in range(1, len(bare)):
        for left, right in ((bare[:cut], bare[cut:]), (bare[cut:], bare[:cut])):
            day = read_day(unbarred(left), ctx)
            if day:
                yield day, unbarred(right)


def _marked(part: Part, mark: Symbol) -> tuple[time, ...]:
    return read_times([*part, mark], beside_a_day=True)


def _window(number: int, halves: Sequence[int]) -> tuple[time, time]:
    begin, end = divmod(number, 100)
    if begin > end:
        end = 24
    middle = begin * 60 + (end - begin) * 30
    first, last = (
        (begin * 60, middle) if halves == [0] else (middle, end * 60) if halves == [1] else (begin * 60, end * 60)
    )
    return _minutes(first), _minutes(last)


def _minutes(count: int) -> time:
    """The last minute stands for midnight, which is on the next day."""
    return time(*divmod(min(count, 24 * 60 - 1), 60))


# ── stretches of a day ───────────────────────────────────────────────────────────────────────────────────────────────


def _ranges(raw: Part, ctx: AnswerContext) -> Iterator[Meant]:
    """ "Between 10 and 12 on Friday", "tomorrow 12-18", "after three", "till noon"."""
    parts = [mark for mark in unmarked(raw)[1] if mark[0] == "z"]
    if len(parts) > 1:
        return
    whole = [symbol for symbol in raw if symbol[0] != "z"] if parts else list(raw)
    opened = any(symbol == "(" for symbol, _ in whole)
    for place, (symbol, _) in enumerate(whole):
        if symbol in "t&-" or (symbol == "o" and opened):
            yield from _between(whole[:place], whole[place + 1 :], parts, ctx)
    for place, (symbol, _) in enumerate(whole):
        if symbol in "p(ot":
            yield from _open_ended(whole[:place], whole[place + 1 :], symbol in "p(", parts, ctx)


def _between(left: Part, right: Part, parts: list[Symbol], ctx: AnswerContext) -> Iterator[Meant]:
    shared = [symbol for symbol in right if symbol[0] == "a"] or parts
    for before, first in _day_first(left, ctx):
        begins = read_times([*first, *(() if any(s[0] == "a" for s in first) else shared)]) or read_times(first)
        for last, after in _time_first(right, ctx) if begins else ():
            if before and after:
                continue
            ends = read_times([*last, *(() if any(s[0] == "a" for s in last) else parts)]) or read_times(last)
            pairs = [(begin, end) for begin in _usual_first(begins) for end in ends if _follows(begin, end)]
            if pairs:
                yield Meant(day=before or after, window=pairs[0])


def _open_ended(left: Part, right: Part, after_it: bool, parts: list[Symbol], ctx: AnswerContext) -> Iterator[Meant]:
    before = read_day(unbarred(left), ctx) if left else None
    if left and before is None:
        return
    for part, later in _time_first(right, ctx):
        times = _usual_first(read_times([*part, *parts]))
        if times and not (before and later):
            window = (times[0], max(_DAY_ENDS, times[0])) if after_it else (min(_DAY_BEGINS, times[0]), times[0])
            if window[0] < window[1]:
                yield Meant(day=before or later, window=window)


def _day_first(part: Part, ctx: AnswerContext) -> Iterator[tuple[date | None, Part]]:
    """A day, or none, and the symbols of a time after it."""
    opened = [place for place, (symbol, _) in enumerate(part) if symbol == "("]
    cuts = [opened[0]] if opened else range(len(part))
    for cut in cuts:
        day = read_day(unbarred(part[:cut]), ctx) if cut else None
        if day or not cut:
            yield day, unbarred([symbol for symbol in part[cut:] if symbol[0] != "("])


def _time_first(part: Part, ctx: AnswerContext) -> Iterator[tuple[Part, date | None]]:
    for cut in range(len(part), 0, -1):
        day = read_day(unbarred(part[cut:]), ctx) if cut < len(part) else None
        if day or cut == len(part):
            yield unbarred(part[:cut]), day


def _usual_first(times: Sequence[time]) -> list[time]:
    """Nobody is called at three at night, unless that is all that the words can mean."""
    both = [*times, *(moment.replace(hour=moment.hour + 12) for moment in times if 0 < moment.hour < 7)]
    return sorted(dict.fromkeys(both), key=lambda moment: moment.hour not in _USUAL)


def _follows(begin: time, end: time) -> bool:
    return 0 < (end.hour - begin.hour) * 60 + end.minute - begin.minute <= 12 * 60


# ── what the kinds of answers need ───────────────────────────────────────────────────────────────────────────────────


def _says_no(text: str) -> bool:
    return not _NOT.isdisjoint(fold(text).split())


def _readable(text: str, ctx: AnswerContext, *, loose: bool) -> list[Part]:
    """Stretches of symbols; ``loose`` also those with other words around them."""
    found = symbols(text, ctx.language)
    if found is not None or not loose or _says_no(text):
        return [found] if found else []
    return list(inner_symbols(text, ctx.language))


def _meanings(text: str, ctx: AnswerContext, *, loose: bool) -> list[Meant]:
    """Of one stretch only: a text that names two times means neither."""
    found = [meant for raw in _readable(text, ctx, loose=loose) if (meant := _meant(raw, ctx))]
    return found[0] if len(found) == 1 else []


def read_date(text: str, ctx: AnswerContext, *, loose: bool = False) -> date | None:
    """The day that a text names; a time or a part of the day beside it is let go."""
    days = {meant.day for meant in _meanings(text, ctx, loose=loose)}
    return days.pop() if len(days) == 1 else None


def read_time(text: str, ctx: AnswerContext, *, loose: bool = False) -> time | None:
    """The time of day that a text names. A text that also names a day is none."""
    found = _meanings(text, ctx, loose=loose)
    times = [meant.times for meant in found if meant.day is None and meant.times]
    return times[0][0] if len(times) == 1 else None


def read_moment(text: str, ctx: AnswerContext, *, loose: bool = False) -> Span | None:
    """The moment or the stretch of a day that a text names; a day alone is neither."""
    found = _meanings(text, ctx, loose=loose)
    spans = list(dict.fromkeys(span for meant in found if (span := _resolved(meant, ctx.now.replace(tzinfo=None)))))
    return spans[0] if len(spans) == 1 else None


def _resolved(meant: Meant, now: datetime) -> Span | None:
    """Where the day is left open, the next such time."""
    if meant.at is not None:
        at = meant.at.replace(tzinfo=None, second=0, microsecond=0)
        return Span(begin=at, end=at)
    day = meant.day or now.date()
    if meant.window is not None:
        first, last = meant.window
        if meant.day is None and datetime.combine(day, last) <= now:
            day += timedelta(days=1)
        return Span(begin=datetime.combine(day, first), end=datetime.combine(day, last))
    times = _usual_first(meant.times)
    if not times:
        return None
    ahead = [moment for moment in times if datetime.combine(day, moment) > now]
    if not ahead and meant.day is None:
        day, ahead = day + timedelta(days=1), times
    at = datetime.combine(day, (ahead or times)[0])
    return Span(begin=at, end=at)


def _slot_time(slot: str, ctx: AnswerContext) -> datetime | None:
    """The slot on the customer's clock, naive; one without an offset is on that clock already. None: it is no date-time."""
    try:
        moment = datetime.fromisoformat(slot)
        return moment.astimezone(ctx.now.tzinfo).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None


def slots_meant(text: str, ctx: AnswerContext, *, loose: bool = False) -> list[str]:
    """The offered slots that a text can mean: by day and time, or by either where no more is said."""
    slots = {slot: local for slot in ctx.offered if (local := _slot_time(slot, ctx)) is not None}
    found = _meanings(text, ctx, loose=loose)
    return [slot for slot, local in slots.items() if any(_fits(meant, local) for meant in found)]


def names_time(text: str, ctx: AnswerContext) -> bool:
    """The whole text is a day, a time or both, whether anything is offered then or not."""
    return bool(_meanings(text, ctx, loose=False))


def _fits(meant: Meant, slot: datetime) -> bool:
    if meant.at is not None:
        return slot == meant.at.replace(tzinfo=None)
    if meant.day is not None and slot.date() != meant.day:
        return False
    if meant.window is not None:
        return meant.window[0] <= slot.time() <= meant.window[1]
    return slot.time() in meant.times if meant.times else True


def read_slot(text: str, ctx: AnswerContext, *, loose: bool = False) -> str | None:
    """The one offered slot that a text names."""
    hits = slots_meant(text, ctx, loose=loose)
    return hits[0] if len(hits) == 1 else None
