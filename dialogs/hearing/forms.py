"""What a customer's words mean in the middle of a form: an answer to another field, several at once, a correction.

Nothing is guessed: words that could be for two fields are for none.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from conversation.content import Content, Text, plain_text
from conversation.value import Data, Tagged, Value
from dialogs.answers.fold import fold
from dialogs.answers.remarks import remark, speaks
from dialogs.kinds import AnswerContext, answer_in
from dialogs.model import Field

MAX_WORDS: Final = 40
MAX_PIECE: Final = 6
"""Words of one answer among several."""
_PART = re.compile(r"[,;\n]+")
_WORD = re.compile(r"[^\W_]+")
_DIALLED = re.compile(r"[+(]*[0-9][0-9 ()/.\-\u2010-\u2013\u00a0]*")
_DATED = re.compile(r"[0-9]{1,2}\.\s?[0-9]{1,2}\.\s?(?:[0-9]{2}){1,2}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_STEM: Final = 2
"""Letters at the end of a label's word that may be others: "улица", "улицу"."""
_OTHERS: Final = 7
"""Digits from which a number that was not asked for is a phone number."""
_RANKS: Mapping[str, int] = {"phone": 1, "money": 2, "number": 3, "rating": 3}
_NEVER = frozenset({"text", "yes_no"})
"""They take what is meant for anything else."""


class Labelled(Value, frozen=True, kw_only=True):
    """A field with what customers may call it."""

    field: Field
    names: tuple[str, ...]


class Fill(Tagged, frozen=True, kw_only=True):
    """Answers by field."""

    values: dict[str, Data]


class Change(Tagged, frozen=True, kw_only=True):
    """Ask this field again."""

    field: str


class Which(Tagged, frozen=True, kw_only=True):
    """Something is to be changed, and nobody knows what."""


Meaning: TypeAlias = Fill | Change | Which
Hit: TypeAlias = tuple[Field, int, int]
"""A field, and from where to where the text names it."""


def takes(field: Field, content: Content, ctx: AnswerContext) -> Data:
    """The answer if it is one of the field's kind and within its limits; else None."""
    return answer_in(field.kind, field.check, content, ctx)


def strict(field: Field) -> bool:
    """It does not take just any words."""
    return field.kind.pattern is not None or field.kind.name not in _NEVER


def _rank(field: Field) -> int:
    return 0 if field.kind.pattern is not None else _RANKS.get(field.kind.name, 0)


def only_taker(fields: Sequence[Field], content: Content, ctx: AnswerContext) -> tuple[str, Data] | None:
    """The one strict field that takes it: a number is for a field with a form of its own rather than for just any number."""
    words = plain_text(content)
    found = []
    for field in fields:
        value = takes(field, content, ctx) if strict(field) else None
        if value is not None and not (_rank(field) == 1 and not _like_a_phone(words)):
            found.append((_rank(field), field.name, value))
    best = [(name, value) for rank, name, value in found if rank == min(rank for rank, _, _ in found)]
    return best[0] if len(best) == 1 else None


def _like_a_phone(words: str) -> bool:
    digits = sum(map(str.isdigit, words))
    return (
        digits >= _OTHERS and _DIALLED.fullmatch(words.strip()) is not None and _DATED.fullmatch(words.strip()) is None
    )


# ── corrections ──────────────────────────────────────────────────────────────────────────────────────────────────────


def correction(
    text: str, fields: Sequence[Labelled], answered: Mapping[str, Data], asked: str, ctx: AnswerContext
) -> Meaning | None:
    """ "No, the postcode is 10117", "change city", "Ort: Hamburg", a label alone. ``asked``: the field asked now, if any."""
    if len(text.split()) > MAX_WORDS:
        return None
    hit = _labelled(text, fields)
    if hit is not None:
        free = any(item.field.name == asked and not strict(item.field) for item in fields) and hit[0].name != asked
        return _about(text, hit, asked if not free else None, ctx)
    said = remark(text)
    if said.changes and not said.rest and answered:
        return Which()
    if said.refuses and said.rest:
        taker = only_taker(
            [item.field for item in fields if item.field.name in {*answered, asked}], Text(text=said.rest), ctx
        )
        return Fill(values=dict([taker])) if taker else None
    return None


def _about(text: str, hit: Hit, asked: str | None, ctx: AnswerContext) -> Meaning | None:
    """What stands beside the name of the field may be its value.

    ``asked``: None where any words would be the answer to another field: then "the street is closed" corrects nothing.
    """
    field, begin, end = hit
    free = not strict(field)
    before, after = remark(text[:begin], words_first=free), remark(text[end:], words_first=free, words_last=free)
    told = before.refuses or before.changes or after.refuses or after.changes
    if before.rest and after.rest:
        return None
    value = before.rest or after.rest
    if not value:
        return Change(field=field.name)
    linked = after.linked or (bool(before.rest) and before.linked)
    linked = linked and (asked is not None or text[end:].lstrip()[:1] in {":", "="})
    found = takes(field, Text(text=value), ctx) if not free or told or linked else None
    if found is not None:
        return Fill(values={field.name: found})
    return Change(field=field.name) if told and not free and field.name != asked else None


def _labelled(text: str, fields: Sequence[Labelled]) -> Hit | None:
    """The field that is named, and where; the longest name wins, and two fields at once are none."""
    words = [(fold(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]
    hits = [
        (len(label), item.field, words[start][1], words[start + len(label) - 1][2])
        for item in fields
        for label in map(_folded, item.names)
        for start in range(len(words) - len(label) + 1 if label else 0)
        if all(_same(words[start + n][0], word) for n, word in enumerate(label))
    ]
    longest = [hit for hit in hits if hit[0] == max(hit[0] for hit in hits)]
    if not longest or len({field.name for _, field, _, _ in longest}) > 1:
        return None
    _, field, begin, end = longest[0]
    return field, begin, end


@lru_cache(maxsize=2_048)
def _folded(name: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in _WORD.findall(name))


def _same(said: str, label: str) -> bool:
    """Also in another case: "улицу" for "улица"."""
    if said == label:
        return True
    stem = max(len(said), len(label)) - _STEM
    return min(len(said), len(label)) >= _STEM + 2 and stem >= 3 and said[:stem] == label[:stem]


# ── several answers at once ──────────────────────────────────────────────────────────────────────────────────────────


def several(
    text: str, fields: Sequence[Field], answered: Mapping[str, Data], asked: Field, ctx: AnswerContext
) -> Fill | None:
    """ "10115 Berlin", "Lange Reihe 5, 20099 Hamburg": pieces with a form of their own first, the words beside them after.

    Words go to the field that stands beside that of their piece in the form, or to the only one of free text that is left.
    """
    parts = [part.strip() for part in _PART.split(text) if part.strip()]
    if len(text.split()) > MAX_WORDS or (not strict(asked) and len(parts) < 2):
        return None
    open_ = [field for field in fields if field.name not in answered or field is asked]
    filling = _Filling(fields, open_, asked, ctx)
    if not all(filling.part(part) for part in parts):
        return None
    return filling.result()


class _Filling:
    def __init__(self, fields: Sequence[Field], open_: Sequence[Field], asked: Field, ctx: AnswerContext) -> None:
        self.fields = fields
        self.open = open_
        self.asked = asked
        self.ctx = ctx
        self.values: dict[str, Data] = {}
        self.loose: list[str] = []
        self.last = ""

    def part(self, part: str) -> bool:
        """False if it answers a field that has another answer already, or says more than answers."""
        words = part.split()
        piece = self._piece(words, whole=True)
        if piece:
            return self._set(*piece)
        for size in range(min(len(words) - 1, MAX_PIECE), 0, -1):
            for at_front in (True, False):
                piece = self._piece(words[:size] if at_front else words[-size:], whole=False)
                if piece:
                    rest = words[size:] if at_front else words[:-size]
                    return self._set(*piece) and self._beside(piece[0], rest, after=at_front)
        if speaks(part):
            return False
        if not self._next(part):
            self.loose.append(part)
        return True

    def _next(self, part: str) -> bool:
        """The part before was for one field, and this is for the next one."""
        names = [field.name for field in self.fields]
        near = self.fields[names.index(self.last) + 1 :][:1] if self.last else []
        for field in near:
            value = takes(field, Text(text=part), self.ctx) if field in self.open and not strict(field) else None
            if value is not None and field.name not in self.values:
                return self._set(field.name, value)
        return False

    def _piece(self, words: Sequence[str], *, whole: bool) -> tuple[str, Data] | None:
        content = Text(text=" ".join(words))
        value = takes(self.asked, content, self.ctx) if strict(self.asked) else None
        if value is not None:
            return self.asked.name, value
        others = [field for field in self.open if whole or _rank(field) < 2]
        return only_taker([field for field in others if field is not self.asked], content, self.ctx)

    def _set(self, name: str, value: Data) -> bool:
        clear: bool = self.values.get(name, value) == value
        self.values[name] = value
        self.last = name
        return clear

    def _beside(self, name: str, words: Sequence[str], *, after: bool) -> bool:
        """Words at a piece: after it for the next field of the form, before it for the one before. False: they are for none."""
        rest = " ".join(words)
        if speaks(rest) or any(self._piece([word], whole=False) for word in words):
            return False
        at = [field.name for field in self.fields].index(name)
        near = self.fields[at + 1 : at + 2] if after else self.fields[max(0, at - 1) : at]
        for field in near:
            if field in self.open and not strict(field):
                value = takes(field, Text(text=rest), self.ctx)
                if value is not None:
                    return self._set(field.name, value)
        return remark(rest).rest == ""

    def result(self) -> Fill | None:
        if not self.values:
            return None
        free = [field for field in self.open if not strict(field) and field.name not in self.values]
        pairs = zip(self.loose, free, strict=False) if self._clear(free) else ()
        for part, field in pairs:
            value = takes(field, Text(text=part), self.ctx)
            if value is not None:
                self.values[field.name] = value
        return Fill(values=self.values)

    def _clear(self, free: Sequence[Field]) -> bool:
        """Parts without a form of their own: one for the only field left, or in order from the field that was asked."""
        return len(self.loose) == len(free) == 1 or (
            bool(free) and free[0] is self.asked and len(self.loose) <= len(free)
        )


def stretches(text: str) -> Iterator[str]:
    """Every few words in a row, the longest first."""
    words = text.split()[:MAX_WORDS]
    for size in range(min(len(words), 4), 0, -1):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])
