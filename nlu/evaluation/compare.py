"""Whether a new set of examples makes a worse model than the one that runs, beyond chance, on sentences that neither has seen.

The sentences: the examples that both have under the same intent, and those that only the new one has. Each is judged by both: right
is a task that is acted on at once or offered, and a sentence of `other` that is left alone or asked back; harmful is whatever is acted on
at once and wrong. Two models differ beyond chance where the exact test of McNemar (1947, Psychometrika 12, 153-157; one-sided) says so,
for fewer right ones or more harmful ones: on what both share, over all languages and in each, and with the new examples. So many new
intents that are understood do not hide old ones that no longer are. The level of 5 % is shared by all tests made (Bonferroni).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

from conversation.value import Value
from nlu.evaluation.judged import Judged, Limits
from nlu.measuring.metrics import Z

LEVEL: Final = 0.05
ENOUGH: Final = 20
"""Sentences of a language from which it has tests of its own."""

Measure: TypeAlias = Literal["right", "harmful"]
MEASURES: Final[tuple[Measure, ...]] = ("right", "harmful")


class Paired(Value, frozen=True, kw_only=True):
    """The same ``of`` sentences before and after. ``gained``: only after, ``lost``: only before; ``both`` times.

    ``language``: empty for all. ``added``: new examples are among them. ``chance``: how likely a difference as bad as this or worse is between models that are alike.
    """

    language: str
    measure: Measure
    added: bool = False
    of: int
    both: int
    gained: int
    lost: int
    chance: float

    @property
    def before(self) -> float:
        return 100 * (self.both + self.lost) / self.of

    @property
    def after(self) -> float:
        return 100 * (self.both + self.gained) / self.of

    @property
    def luck(self) -> float:
        """How likely a difference as good as this or better is between models that are alike."""
        return at_least(self.gained if self.measure == "right" else self.lost, self.gained + self.lost)

    @property
    def interval(self) -> tuple[float, float]:
        """Of the change in points: 95 %, of paired shares (normal approximation; Agresti 2013, Categorical Data Analysis, 11.1)."""
        net, changed = self.gained - self.lost, self.gained + self.lost
        half = Z * math.sqrt(max(0.0, changed - net**2 / self.of)) / self.of
        return 100 * (net / self.of - half), 100 * (net / self.of + half)


class Example(Value, frozen=True, kw_only=True):
    """A sentence that went the wrong way."""

    before: Judged
    after: Judged


class Comparison(Value, frozen=True, kw_only=True):
    """``shared`` and ``added``: the sentences judged. ``moved`` have another intent now and ``removed`` are gone: nobody can
    say by them which model is better. ``pairs``: tests that were made. ``lost``: sentences that were right and are not."""

    old: str
    shared: int
    added: int
    moved: int
    removed: int
    pairs: tuple[Paired, ...]
    lost: tuple[Example, ...] = ()

    @property
    def level(self) -> float:
        return LEVEL / max(1, len(self.pairs))

    @property
    def worse(self) -> tuple[Paired, ...]:
        return tuple(each for each in self.pairs if each.chance < self.level)

    @property
    def better(self) -> tuple[Paired, ...]:
        return tuple(each for each in self.pairs if each.luck < self.level)


def compare(
    old: str,
    before: Sequence[Judged],
    after: Sequence[Judged],
    limits: tuple[Mapping[str, Limits], Mapping[str, Limits]],
    *,
    added: int = 0,
    moved: int = 0,
    removed: int = 0,
) -> Comparison:
    """``before`` and ``after``: the same sentences by either model, ``limits`` by language for each; the last ``added`` are new."""
    judged = list(zip(before, after, strict=True))
    shared = judged[: len(judged) - added]
    languages = sorted({row.language for _, row in shared})
    groups = [("", False, shared)]
    if len(languages) > 1:
        groups += [(each, False, [pair for pair in shared if pair[1].language == each]) for each in languages]
    if added:
        groups.append(("", True, judged))
    lost = [
        Example(before=one, after=other)
        for one, other in judged
        if _is(one, "right", limits[0]) and not _is(other, "right", limits[1])
    ]
    return Comparison(
        old=old,
        shared=len(shared),
        added=added,
        moved=moved,
        removed=removed,
        pairs=tuple(
            _pair(language, measure, rows, limits, added=new)
            for language, new, rows in groups
            for measure in MEASURES
            if rows and (not language or len(rows) >= ENOUGH)
        ),
        lost=tuple(sorted(lost, key=lambda each: (-each.after.score, each.after.place))),
    )


def _pair(
    language: str,
    measure: Measure,
    rows: Sequence[tuple[Judged, Judged]],
    limits: tuple[Mapping[str, Limits], Mapping[str, Limits]],
    *,
    added: bool,
) -> Paired:
    answers = [(_is(one, measure, limits[0]), _is(other, measure, limits[1])) for one, other in rows]
    both, gained, lost = answers.count((True, True)), answers.count((False, True)), answers.count((True, False))
    against = lost if measure == "right" else gained
    return Paired(
        language=language,
        measure=measure,
        added=added,
        of=len(rows),
        both=both,
        gained=gained,
        lost=lost,
        chance=at_least(against, gained + lost),
    )


def _is(row: Judged, measure: Measure, limits: Mapping[str, Limits]) -> bool:
    outcome = row.outcome(limits[row.language])
    if measure == "harmful":
        return outcome == "wrong"
    idle = not row.task or row.wanted in limits[row.language].idle
    return outcome in ("right", "asked") or (idle and outcome == "asked_wrong")


def at_least(heads: int, coins: int) -> float:
    """The chance of so many heads or more of so many fair coins."""
    return math.fsum(math.comb(coins, each) / 2**coins for each in range(heads, coins + 1))
