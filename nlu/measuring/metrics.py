"""Shares of right answers with their intervals, and how well scores part what is in scope from what is not. Pure."""

import math
from collections.abc import Sequence
from typing import Final

from conversation.value import Value

Z: Final = 1.959964
"""95 % of a normal distribution lie within so many deviations."""

OUT: Final = ""
"""What is wanted of a text that none of the intents means."""


class Answer(Value, frozen=True, kw_only=True):
    """``wanted``: the intent, or ``OUT``. ``given``: the best intent with its score (ours: 0 to 1); empty and 0 if there was none."""

    wanted: str
    given: str
    score: float = 0.0

    @property
    def right(self) -> bool:
        return self.wanted != OUT and self.given == self.wanted


class Share(Value, frozen=True, kw_only=True):
    """``hits`` of ``of``."""

    hits: int
    of: int

    @property
    def percent(self) -> float:
        """Raises ZeroDivisionError for a share of nothing."""
        return 100 * self.hits / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, in percent: Wilson's score interval (Wilson 1927, JASA 22, 209-212), which holds for few texts and near 100 % too."""
        part, spread = self.hits / self.of, Z**2 / self.of
        middle = part + spread / 2
        half = Z * math.sqrt(part * (1 - part) / self.of + spread / (4 * self.of))
        low, high = ((middle + sign * half) / (1 + spread) for sign in (-1, 1))
        return 100 * max(0.0, low), 100 * min(1.0, high)


def in_scope(answers: Sequence[Answer], threshold: float = -math.inf) -> Share:
    """Of the texts that mean an intent: those that get it, with a score of at least ``threshold``."""
    meant = [answer for answer in answers if answer.wanted != OUT]
    return Share(hits=sum(answer.right and answer.score >= threshold for answer in meant), of=len(meant))


def out_of_scope(answers: Sequence[Answer], threshold: float) -> Share:
    """Recall: of the texts that mean none of the intents, those that stay below ``threshold``."""
    strange = [answer for answer in answers if answer.wanted == OUT]
    return Share(hits=sum(not answer.given or answer.score < threshold for answer in strange), of=len(strange))


def balanced_threshold(answers: Sequence[Answer]) -> float:
    """Where the smaller of the two shares above is largest; the lowest of equally good ones.

    Raises ValueError if there are not both kinds of texts.
    """
    kinds = {answer.wanted == OUT for answer in answers}
    if len(kinds) != 2:
        raise ValueError("a threshold can be chosen only where there are texts in scope and texts out of scope")
    best, chosen = -1.0, -math.inf
    for threshold in sorted({-math.inf, *(answer.score for answer in answers)}):
        smaller = min(in_scope(answers, threshold).percent, out_of_scope(answers, threshold).percent)
        if smaller > best:
            best, chosen = smaller, threshold
    return chosen


def auroc(answers: Sequence[Answer]) -> float | None:
    """The chance that a text in scope scores higher than one out of scope (a tie is half a chance), whatever the intent.

    None if there are not both kinds.
    """
    inside = sorted(answer.score for answer in answers if answer.wanted != OUT)
    outside = sorted(answer.score for answer in answers if answer.wanted == OUT)
    if not inside or not outside:
        return None
    won, below, equal = 0.0, 0, 0
    for score in inside:
        while below < len(outside) and outside[below] < score:
            below += 1
        equal = max(equal, below)
        while equal < len(outside) and outside[equal] <= score:
            equal += 1
        won += below + (equal - below) / 2
    return won / (len(inside) * len(outside))


class Lost(Value, frozen=True, kw_only=True):
    """The same texts before and after something was done to them. ``fixed``: wrong before, right after; ``broken``: the reverse."""

    of: int
    broken: int
    fixed: int

    @property
    def points(self) -> float:
        return 100 * (self.broken - self.fixed) / self.of

    @property
    def variance(self) -> float:
        """Of ``points``, for paired answers (as in McNemar's test): only those that changed add to it."""
        changed, net = self.broken + self.fixed, self.broken - self.fixed
        return 1e4 * (changed - net**2 / self.of) / self.of**2


def lost(before: Sequence[Answer], after: Sequence[Answer]) -> Lost:
    """Raises ValueError if these are not as many answers."""
    pairs = list(zip(before, after, strict=True))
    return Lost(
        of=len(pairs),
        broken=sum(old.right and not new.right for old, new in pairs),
        fixed=sum(new.right and not old.right for old, new in pairs),
    )


def mean_lost(sets: Sequence[Lost]) -> tuple[float, float, float]:
    """Points lost on average over sets, each counted alike, and the 95 % interval of that mean (normal approximation)."""
    mean = sum(each.points for each in sets) / len(sets)
    half = Z * math.sqrt(sum(each.variance for each in sets)) / len(sets)
    return mean, mean - half, mean + half
