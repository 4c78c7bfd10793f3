"""What to do next: examples that stand in the wrong place, intents that can't be told apart, intents with too few examples."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

import numpy as np

from conversation.value import Value
from nlu.doubles import triples
from nlu.encoding import Floats
from nlu.evaluation.judged import Judged, Limits
from nlu.read import OTHER

WORST: Final = 20
FEW: Final = 10
"""Examples of an intent in one language below which more of them are the first thing to do."""
MIXED: Final = 0.3
"""Of the sentences that are read as one of two intents, the share that is read as the wrong one; 0.5 is a coin."""
_EACH_WAY: Final = 2
"""Sentences that must be mistaken in either direction: in one alone it is a matter of a few examples."""


class Worst(Value, frozen=True, kw_only=True):
    """An example that the model, unseen, reads as another intent with a high score. ``like``: the nearest example of that intent."""

    row: Judged
    like: Judged | None = None

    @property
    def sentence(self) -> str:
        row = self.row
        where = f"‘{row.text}’ ({row.place}) is an example of `{row.wanted}`"
        like = f", like ‘{self.like.text}’ ({self.like.place})" if self.like else ""
        if row.wanted == OTHER:
            todo = f"move it to `{row.best}` if it is one, or add examples of `{OTHER}` that are like it"
        else:
            todo = f"move it, reword it, or add examples of `{row.wanted}` that are like it"
        return f"{where}, but the model reads `{row.best}` at {row.score:.2f}{like}: {todo}"


class Merge(Value, frozen=True, kw_only=True):
    """``mixed`` of the ``of`` sentences that are read as one of the two are read as the wrong one."""

    one: str
    other: str
    mixed: int
    of: int

    @property
    def sentence(self) -> str:
        return (
            f"`{self.one}` and `{self.other}` can hardly be told apart: {self.mixed} of {self.of} sentences are taken for the other one."
            " Merge them into one intent and let the dialog ask, or make clear which sentences belong where"
        )


class Few(Value, frozen=True, kw_only=True):
    """``count`` examples in one language; ``elsewhere``: the most that another language has."""

    language: str
    intent: str
    count: int
    elsewhere: int

    @property
    def sentence(self) -> str:
        if not self.count:
            return (
                f"`{self.intent}` has no example in nlu/{self.language}.yaml, and {self.elsewhere} in another language"
            )
        examples = "1 example" if self.count == 1 else f"{self.count} examples"
        return f"`{self.intent}` has {examples} in nlu/{self.language}.yaml: write at least {FEW}, better 20"


def worst(
    rows: Sequence[Judged], limits: Mapping[str, Limits], encoded: Mapping[str, Floats] = {}, most: int = WORST
) -> tuple[Worst, ...]:
    """Surest mistakes first, only such that a customer would notice. ``encoded``: vectors in the order of ``rows``."""
    wrong = [
        number
        for number, row in enumerate(rows)
        if row.best != row.wanted
        and row.score >= limits[row.language].offer
        and row.outcome(limits[row.language]) != "right"
    ]
    wrong.sort(key=lambda number: (-rows[number].score, rows[number].place))
    return tuple(Worst(row=rows[number], like=_like(rows, number, encoded)) for number in wrong[:most])


def _like(rows: Sequence[Judged], number: int, encoded: Mapping[str, Floats]) -> Judged | None:
    """The nearest example of the intent that it was taken for, in its own language."""
    row = rows[number]
    known = [at for at, each in enumerate(rows) if (each.language, each.wanted) == (row.language, row.best)]
    if not known:
        return None
    for vectors in encoded.values():
        if vectors[number].any():
            return rows[known[int(np.argmax(vectors[known] @ vectors[number]))]]
    mine = triples(row.text)
    return rows[max(known, key=lambda at: len(mine & triples(rows[at].text)) / (1 + len(triples(rows[at].text))))]


def merges(rows: Sequence[Judged]) -> tuple[Merge, ...]:
    """Worst first; of all languages together. By the first guess, however unsure."""
    pairs = Counter((row.wanted, row.best) for row in rows if row.task)
    names = sorted({row.wanted for row in rows if row.task})
    found = []
    for one, other in combinations(names, 2):
        there, back = pairs[one, other], pairs[other, one]
        of = there + back + pairs[one, one] + pairs[other, other]
        if min(there, back) >= _EACH_WAY and (there + back) / of >= MIXED:
            found.append(Merge(one=one, other=other, mixed=there + back, of=of))
    return tuple(sorted(found, key=lambda each: (-each.mixed / each.of, each.one)))


def few(rows: Sequence[Judged]) -> tuple[Few, ...]:
    """Fewest first."""
    counts = Counter((row.language, row.wanted) for row in rows)
    languages, intents = ({row.language for row in rows}, {row.wanted for row in rows})
    found = [
        Few(
            language=language,
            intent=intent,
            count=counts[language, intent],
            elsewhere=max(counts[each, intent] for each in languages),
        )
        for language in languages
        for intent in intents
        if counts[language, intent] < FEW
    ]
    return tuple(sorted(found, key=lambda each: (each.count, each.language, each.intent)))
