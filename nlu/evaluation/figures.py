"""Figures of one language: by intent, who is taken for whom, and whether scores mean what they say."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from conversation.value import Value
from nlu.evaluation.judged import Judged, Limits

BINS: Final = 10


class IntentFigures(Value, frozen=True, kw_only=True):
    """``support``: examples; ``hits``: of them read as it; ``read``: sentences of whatever intent that were read as it."""

    name: str
    support: int
    hits: int
    read: int

    @property
    def precision(self) -> float:
        """Of what is read as it, the share that is it; 0 if nothing is."""
        return self.hits / self.read if self.read else 0.0

    @property
    def recall(self) -> float:
        """Of its examples, the share that is read as it."""
        return self.hits / self.support if self.support else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.hits / (self.support + self.read) if self.support + self.read else 0.0


class Confused(Value, frozen=True, kw_only=True):
    """``count`` examples of ``wanted`` are read as ``read``."""

    wanted: str
    read: str
    count: int


class Bin(Value, frozen=True, kw_only=True):
    """Texts whose best score lies from ``low`` to under ``high``: how many, their mean score, and the share that is right."""

    low: float
    high: float
    count: int
    score: float = 0.0
    right: float = 0.0


def by_intent(rows: Sequence[Judged], limits: Limits) -> tuple[IntentFigures, ...]:
    """By name."""
    support, read = Counter(row.wanted for row in rows), Counter(row.read_as(limits) for row in rows)
    hits = Counter(row.wanted for row in rows if row.read_as(limits) == row.wanted)
    return tuple(
        IntentFigures(name=name, support=support[name], hits=hits[name], read=read[name]) for name in sorted(support)
    )


def confusions(rows: Sequence[Judged], limits: Limits) -> tuple[Confused, ...]:
    """Most frequent first; what is read rightly is not among them."""
    pairs = Counter((row.wanted, row.read_as(limits)) for row in rows)
    found = [Confused(wanted=a, read=b, count=count) for (a, b), count in pairs.items() if a != b]
    return tuple(sorted(found, key=lambda each: (-each.count, each.wanted, each.read)))


def reliability(rows: Sequence[Judged]) -> tuple[Bin, ...]:
    """Ten bins of equal width; texts without a guess are in none. A guess about an example of `other` is always wrong."""
    bins = []
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        mine = [row for row in rows if row.guesses and min(int(row.score * BINS), BINS - 1) == number]
        count = len(mine)
        score = sum(row.score for row in mine) / count if count else 0.0
        right = sum(row.best == row.wanted for row in mine) / count if count else 0.0
        bins.append(Bin(low=low, high=high, count=count, score=round(score, 4), right=round(right, 4)))
    return tuple(bins)


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error (Naeini, Cooper, Hauskrecht 2015): |mean score - share right| of the bins, weighed by their texts."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.score - each.right) for each in bins) / total if total else 0.0
