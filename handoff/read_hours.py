"""Reads opening hours and holidays."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from itertools import pairwise
from typing import Any

import holidays as holiday_tables

from conversation.policy import Holidays, Span
from handoff.complaints import Complaints, Path, shown

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = 7 * 24 * 60
_SPAN = re.compile(r"([0-2]?[0-9]):([0-5][0-9])\s*[-\u2013]\s*([0-2]?[0-9]):([0-5][0-9])")
_CODE = re.compile(r"[A-Z]{2}")
_SPAN_TODO = 'write from-to on a 24-hour clock, like "08:00-12:30"; past midnight: "22:00-02:00"'


def read_week(notes: Complaints, path: Path, data: Any) -> dict[int, tuple[Span, ...]]:
    """Weekday (0 = Monday) to its spans. ``mon-thu`` is a range, ``sat-mon`` goes over the end of the week."""
    week: dict[int, list[Span]] = {}
    origin: dict[int, str] = {}
    for key, value in notes.mapping(path, data).items():
        days = _days(key)
        if not days:
            notes.add((*path, key), f"{shown(key)} is not a day", f"use {', '.join(DAYS)}, or a range like mon-thu")
            continue
        spans = read_spans(notes, (*path, key), value)
        for day in days:
            if day in origin:
                notes.add((*path, key), f"{DAYS[day]} is also in {shown(origin[day])}", "give each day its hours once")
                continue
            origin[day] = key
            week[day] = list(spans)
    for key in dict.fromkeys(origin[day] for day in _overlaps(week)):
        notes.add(
            (*path, key), "these hours overlap with each other or with a day beside", "join them, or end one earlier"
        )
    return {day: tuple(spans) for day, spans in sorted(week.items()) if spans}


def _days(key: str) -> tuple[int, ...]:
    """Empty for a word that names no day."""
    first, _, last = key.strip().lower().partition("-")
    first, last = first.strip(), last.strip() or first.strip()
    if first not in DAYS or last not in DAYS:
        return ()
    begin = DAYS.index(first)
    return tuple((begin + step) % 7 for step in range((DAYS.index(last) - begin) % 7 + 1))


def read_spans(notes: Complaints, path: Path, data: Any) -> tuple[Span, ...]:
    """Spans in order; ``closed`` or an empty list is none."""
    if isinstance(data, str) and data.strip().lower() == "closed":
        return ()
    single = not isinstance(data, list | tuple)
    if data is None:
        notes.add(path, "there are no hours here", _SPAN_TODO + ", or `closed`")
    spans = [
        _span(notes, path if single else (*path, number), value)
        for number, value in enumerate(notes.sequence(path, data))
    ]
    return tuple(sorted((span for span in spans if span), key=lambda span: span.start))


def _span(notes: Complaints, path: Path, data: Any) -> Span | None:
    match = _SPAN.fullmatch(data.strip()) if isinstance(data, str) else None
    if match is None:
        notes.add(path, f"{shown(data)} is not a span of hours", _SPAN_TODO)
        return None
    hours = int(match[1]), int(match[3])
    if hours[0] > 23 or hours[1] > 24 or (hours[1] == 24 and match[4] != "00"):
        notes.add(path, f"{shown(data)} has an hour that no day has", _SPAN_TODO)
        return None
    start, end = time(hours[0], int(match[2])), time(hours[1] % 24, int(match[4]))
    if start == end and start != time(0):
        notes.add(path, f"{shown(data)} ends when it begins", 'write another end; a whole day is "00:00-24:00"')
        return None
    return Span(start=start, end=end)


def _minutes(day: int, span: Span) -> tuple[int, int]:
    """(begin, length) on the week's clock."""
    begin, end = span.start.hour * 60 + span.start.minute, span.end.hour * 60 + span.end.minute
    return day * 1440 + begin, (end - begin - 1) % 1440 + 1


def _overlaps(week: Mapping[int, Sequence[Span]]) -> list[int]:
    """Days with a span that begins before an earlier one has ended; the week is a circle."""
    line = sorted((*_minutes(day, span), day) for day, spans in week.items() for span in spans)
    if not line:
        return []
    begin, length, day = line[0]
    circle = [*line, (begin + _WEEK, length, day)]
    return sorted({day for (begin, length, _), (after, _, day) in pairwise(circle) if begin + length > after})


# ── holidays ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_holidays(notes: Complaints, path: Path, data: Any) -> Holidays:
    """The public ones of ``country`` and ``region``, and the company's own days in ``also``."""
    entries = notes.mapping(path, data, ("country", "region", "also"))
    country, region = _place(notes, path, entries)
    also: dict[date, tuple[Span, ...]] = {}
    for key, value in notes.mapping((*path, "also"), entries.get("also")).items():
        day = _day(key)
        if day is None:
            notes.add((*path, "also", key), f"{shown(key)} is not a day", 'write a day like "2026-12-24"')
            continue
        spans = read_spans(notes, (*path, "also", key), value)
        if _overlaps({0: spans}):
            notes.add((*path, "also", key), "its hours overlap", "join them, or end one earlier")
        also[day] = spans
    return Holidays(country=country, region=region, also=also)


def _day(key: str) -> date | None:
    try:
        return date.fromisoformat(key.strip())
    except ValueError:
        return None


def _place(notes: Complaints, path: Path, entries: dict[str, Any]) -> tuple[str, str]:
    """Country and region that a table of holidays exists for; empty where not."""
    if "country" not in entries:
        if "region" in entries:
            notes.add((*path, "region"), "a region needs its country", "write the country too, like DE")
        return "", ""
    country, region = entries["country"], entries.get("region")
    known = _regions(country) if isinstance(country, str) and _CODE.fullmatch(country) else None
    if known is None:
        notes.add(
            (*path, "country"), f"{shown(country)} has no table of holidays", "write a code of two capitals, like DE"
        )
        return "", ""
    if region is None:
        return str(country), ""
    if not isinstance(region, str) or region not in known:
        todo = f"use one of: {', '.join(known)}" if known else "leave it out: this country has no regions"
        notes.add((*path, "region"), f"{shown(region)} is not a region of {country}", todo)
        return str(country), ""
    return str(country), region


def _regions(country: str) -> tuple[str, ...] | None:
    try:
        return tuple(holiday_tables.country_holidays(country).subdivisions)
    except NotImplementedError:
        return None
