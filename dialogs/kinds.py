"""The kinds of answers that a question can ask for, and how each is read from what the customer sent."""

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import re2

from conversation.content import Contact, Content, Location, Media, plain_text
from conversation.errors import ContentError
from conversation.letters import LATIN_LOOKALIKES
from conversation.value import Data
from dialogs.answers.fold import clean
from dialogs.answers.limits import check, read_bound
from dialogs.answers.moments import Span, names_time, read_date, read_moment, read_slot, read_time, slots_meant
from dialogs.answers.money import read_money
from dialogs.answers.phone import COUNTRIES, read_phone
from dialogs.answers.plain import read_email, read_number, read_rating, read_text, read_yes_no
from dialogs.answers.values import AnswerContext, Kind, NotThis, Parsed, Reason

__all__ = [
    "BUILT_IN",
    "COUNTRIES",
    "TIMES",
    "AnswerContext",
    "Kind",
    "NotThis",
    "Parsed",
    "Reason",
    "agreed",
    "answer_in",
    "certain",
    "check",
    "compile_pattern",
    "narrowed",
    "parse",
    "read_bound",
]

Reader: TypeAlias = Callable[[Content, AnswerContext], Parsed | NotThis]

_MAX_TEXT = 10_000
MAX_PATTERN = 500
"""Characters of an editor's pattern."""


def _from_words(read: Callable[[str, AnswerContext], Parsed | NotThis]) -> Reader:
    def reader(content: Content, ctx: AnswerContext) -> Parsed | NotThis:
        words = plain_text(content)
        return read(words, ctx) if len(words) <= _MAX_TEXT else NotThis(reason="too_long")

    return reader


def _or_not(value: Data) -> Parsed | NotThis:
    return NotThis() if value is None else Parsed(value=value)


def _date(text: str, ctx: AnswerContext) -> Parsed | NotThis:
    found = read_date(text, ctx, loose=ctx.loose)
    return _or_not(found and found.isoformat())


def _time(text: str, ctx: AnswerContext) -> Parsed | NotThis:
    found = read_time(text, ctx, loose=ctx.loose)
    return _or_not(None if found is None else found.strftime("%H:%M"))


def _slot(text: str, ctx: AnswerContext) -> Parsed | NotThis:
    """One of those offered; if any will do, a moment, or a stretch of a day as ``begin/end``."""
    asked = clean(text)
    if asked in ctx.offered:
        return Parsed(value=asked)
    offered = read_slot(text, ctx, loose=ctx.loose)
    found = read_moment(text, ctx, loose=ctx.loose) if ctx.free and offered is None else None
    return _or_not(offered if found is None else _iso_span(found, ctx))


def _iso_span(span: Span, ctx: AnswerContext) -> str:
    begin, end = (moment.replace(tzinfo=ctx.now.tzinfo).isoformat() for moment in (span.begin, span.end))
    return begin if begin == end else f"{begin}/{end}"


def narrowed(kind: Kind, content: Content, ctx: AnswerContext) -> tuple[str, ...]:
    """Of many offered times those that the words can mean: "Friday afternoon"."""
    words = plain_text(content)
    return tuple(slots_meant(words, ctx)) if kind.name == "time_slot" and len(words) <= _MAX_TEXT else ()


def taken_time(kind: Kind, content: Content, ctx: AnswerContext) -> bool:
    """Of offered times none is meant, and yet a time: "tomorrow" where nothing is free tomorrow."""
    words = plain_text(content)
    offers = kind.name == "time_slot" and bool(ctx.offered) and len(words) <= _MAX_TEXT
    return offers and not slots_meant(words, ctx) and names_time(words, ctx)


_CERTAIN: Mapping[str, re.Pattern[str]] = {
    "date": re.compile(r"[0-9]{1,2}\. ?[0-9]{1,2}\. ?[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "time": re.compile(r"[0-9]{1,2}:[0-9]{2}"),
    "time_slot": re.compile(r"(?!)"),
}


TIMES = frozenset(_CERTAIN)
"""Kinds that people say in so many ways that what was understood is asked back."""


def certain(kind: Kind, content: Content, ctx: AnswerContext) -> bool:
    """Whether what was sent has one reading only: a full numeric date has, "Friday at three" has not."""
    form = None if kind.pattern is not None else _CERTAIN.get(kind.name)
    text = clean(plain_text(content))
    return form is None or text in ctx.offered or form.fullmatch(text) is not None


# ── places and files ─────────────────────────────────────────────────────────────────────────────────────────────────

_COORDINATES = re.compile(r"(-?[0-9]{1,3}(?:\.[0-9]{1,12})?)\s*[,;\s]\s*(-?[0-9]{1,3}(?:\.[0-9]{1,12})?)")


def _location(content: Content, _: AnswerContext) -> Parsed | NotThis:
    """A shared place, or degrees as text: where a channel can't share one, the question is asked in words."""
    if isinstance(content, Location):
        latitude, longitude = content.latitude, content.longitude
    else:
        match = _COORDINATES.fullmatch(clean(plain_text(content))[:80])
        if match is None:
            return NotThis()
        latitude, longitude = float(match[1]), float(match[2])
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        return NotThis()
    return Parsed(value={"latitude": latitude, "longitude": longitude})


def _file_value(media: Media) -> Parsed:
    return Parsed(value={"ref": media.ref, "name": media.name, "mime": media.mime})


def _photo(content: Content, _: AnswerContext) -> Parsed | NotThis:
    """A photo, or a picture that was sent as a file."""
    match content:
        case Media(type="photo"):
            return _file_value(content)
        case Media(type="file", mime=mime) if mime.startswith("image/"):
            return _file_value(content)
    return NotThis()


def _file(content: Content, _: AnswerContext) -> Parsed | NotThis:
    match content:
        case Media(type="sticker"):
            return NotThis()
        case Media():
            return _file_value(content)
    return NotThis()


def _phone(content: Content, ctx: AnswerContext) -> Parsed | NotThis:
    """Messengers share a contact's number without the plus of its country code."""
    if isinstance(content, Contact):
        bare = content.phone.strip()
        international = read_phone(bare if bare.startswith("+") else f"+{bare}", ctx)
        return international if isinstance(international, Parsed) else read_phone(bare, ctx)
    return _from_words(read_phone)(content, ctx)


_READERS: Mapping[str, Reader] = {
    "text": _from_words(read_text),
    "number": _from_words(read_number),
    "yes_no": _from_words(read_yes_no),
    "date": _from_words(_date),
    "time": _from_words(_time),
    "phone": _phone,
    "email": _from_words(read_email),
    "money": _from_words(read_money),
    "rating": _from_words(read_rating),
    "location": _location,
    "photo": _photo,
    "file": _file,
    "time_slot": _from_words(_slot),
}
BUILT_IN = frozenset(_READERS)
_YES_NO = Kind(name="yes_no")


# ── an editor's own kinds ────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Any:
    """The RE2 of a kind's pattern: its time grows with the text and nothing else. Raises ContentError with what RE2 has against it."""
    if len(pattern) > MAX_PATTERN:
        raise ContentError(
            f"the pattern has {len(pattern):,} characters: at most {MAX_PATTERN} are looked at for every answer"
        )
    options = re2.Options()
    options.max_mem = 1 << 20
    options.never_capture = True  # groups cost time for each character, and nobody asks for them
    options.log_errors = False
    try:
        return re2.compile(pattern, options=options)
    except (re2.error, UnicodeEncodeError) as error:
        raise ContentError(
            f"the pattern {pattern!r} is not one that RE2 takes ({error}): mend it; there is no look-ahead and no back-reference"
        ) from error


@lru_cache(maxsize=256)
def _habits(pattern: str) -> tuple[bool, bool]:
    """Whether letters in it are upper-case only, and whether it has no place for a space."""
    literal = re.sub(r"\\[pP]\{[^}]*\}|\\.", "", pattern)
    return not any(
        char.islower() for char in literal
    ), " " not in literal and "." not in literal and "\\s" not in pattern


def _own(pattern: str, text: str) -> Parsed | NotThis:
    """The whole text must match: as typed, else in upper case, else without spaces, else with Latin letters for lookalikes."""
    compiled = compile_pattern(pattern)
    upper, spaceless = _habits(pattern)
    tries = [text]
    if upper:
        tries.append(text.upper())
    if spaceless:
        tries += ["".join(found.split()) for found in tries]
    if pattern.isascii():
        tries += [found.translate(LATIN_LOOKALIKES) for found in tries]
    hit = next((found for found in tries if compiled.fullmatch(found)), None)
    return NotThis() if hit is None else Parsed(value=hit)


def parse(kind: Kind, content: Content, ctx: AnswerContext) -> Parsed | NotThis:
    """Read an answer of a kind.

    Nothing a customer sends makes it raise; an unknown kind or a pattern that is none raises ContentError.
    """
    if kind.pattern is not None:
        text = clean(plain_text(content))
        return _own(kind.pattern, text) if len(text) <= _MAX_TEXT else NotThis(reason="too_long")
    reader = _READERS.get(kind.name)
    if reader is None:
        raise ContentError(
            f"{kind.name} is no kind of answer: give it a pattern in _answers.yaml, or use a built-in kind"
        )
    return reader(content, ctx)


def answer_in(kind: Kind, limits: Mapping[str, Data], content: Content, ctx: AnswerContext) -> Data:
    """The answer if it is of the kind and within its limits; else None. Raises as ``parse`` does."""
    found = parse(kind, content, ctx)
    return found.value if isinstance(found, Parsed) and check(found.value, limits, ctx) is None else None


def agreed(content: Content, ctx: AnswerContext) -> bool | None:
    """Yes or no, whatever was asked; None for anything else."""
    found: bool | None = answer_in(_YES_NO, {}, content, ctx)
    return found
