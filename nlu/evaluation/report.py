"""All that is found out about a bot's examples, as values: terminal, page and JSON show the same."""

from collections.abc import Mapping, Sequence

from conversation.understanding import Intent
from conversation.value import Value
from nlu.doubles import Doubles
from nlu.encoding import Floats
from nlu.evaluation.advice import Few, Merge, Worst, few, merges, worst
from nlu.evaluation.figures import (
    Bin,
    Confused,
    IntentFigures,
    by_intent,
    calibration_error,
    confusions,
    reliability,
)
from nlu.evaluation.judged import Judged, Limits, Tally, others, tally, tasks
from nlu.evaluation.limits import COST, Suggested, suggest
from nlu.measuring.metrics import Share
from nlu.read import Row


class LanguageResult(Value, frozen=True, kw_only=True):
    """``tasks``: outcomes of sentences that mean something; ``others``: of those that mean nothing the bot does. ``first``: the
    right guess is first, however unsure. ``floor``: the same of words and letters alone. ``scores``: of every sentence, with
    whether its best guess is right."""

    language: str
    limits: Limits
    tasks: Tally
    others: Tally
    first: Share
    floor: Share
    intents: tuple[IntentFigures, ...]
    confused: tuple[Confused, ...]
    bins: tuple[Bin, ...]
    calibration_error: float
    suggested: Suggested
    scores: tuple[tuple[float, bool], ...]

    @property
    def examples(self) -> int:
        return self.tasks.of + self.others.of

    @property
    def left_alone(self) -> Share:
        """Out-of-scope recall: of the sentences that are none of the bot's business, those that start nothing."""
        return Share(hits=self.others.of - self.others.wrong, of=self.others.of)

    @property
    def accuracy(self) -> Share:
        """Right at once, or rightly left alone."""
        return Share(hits=self.tasks.right + self.others.right, of=self.examples)

    @property
    def macro_f1(self) -> float:
        return sum(each.f1 for each in self.intents) / len(self.intents) if self.intents else 0.0


class Report(Value, frozen=True, kw_only=True):
    """``head``: the layers whose answer it is; ``folds`` and ``seed``: how examples were dealt; ``near`` and ``translated``: see
    ``nlu.doubles.Doubles``; ``cost``: what the suggested limits keep to."""

    title: str
    head: str
    folds: int
    seed: int
    near: int
    translated: int
    cost: float
    languages: tuple[LanguageResult, ...]
    worst: tuple[Worst, ...]
    merges: tuple[Merge, ...]
    few: tuple[Few, ...]


def judge(rows: Sequence[Row], lines: Mapping[Row, int], said: Sequence[Sequence[Intent]]) -> tuple[Judged, ...]:
    """``said``: to each of the rows."""
    return tuple(
        Judged(language=row[0], wanted=row[1], text=row[2], line=lines.get(row, 0), guesses=tuple(guesses))
        for row, guesses in zip(rows, said, strict=True)
    )


def make_report(
    judged: Sequence[Judged],
    floor: Sequence[Judged],
    *,
    title: str,
    head: str,
    folds: int,
    seed: int,
    doubles: Doubles,
    limits: Mapping[str, Limits],
    languages: Sequence[str],
    encoded: Mapping[str, Floats] = {},
    cost: float = COST,
) -> Report:
    """``judged`` and ``floor``: the same rows, of the best layers and of the words alone. ``languages``: those that are reported."""
    numbers = [number for number, row in enumerate(judged) if row.language in languages]
    shown = [judged[number] for number in numbers]
    vectors = {name: each[numbers] for name, each in encoded.items()}
    return Report(
        title=title,
        head=head,
        folds=folds,
        seed=seed,
        near=doubles.near,
        translated=doubles.translated,
        cost=cost,
        languages=tuple(
            _language(language, shown, [row for row in floor if row.language == language], limits[language], cost)
            for language in languages
        ),
        worst=worst(shown, limits, vectors),
        merges=merges(shown),
        few=tuple(each for each in few(judged) if each.language in languages),
    )


def _language(
    language: str, rows: Sequence[Judged], floor: Sequence[Judged], limits: Limits, cost: float
) -> LanguageResult:
    mine = [row for row in rows if row.language == language]
    bins = reliability(mine)
    return LanguageResult(
        language=language,
        limits=limits,
        tasks=tally(tasks(mine, limits), limits),
        others=tally(others(mine, limits), limits),
        first=_first(tasks(mine, limits)),
        floor=_first(tasks(floor, limits)),
        intents=by_intent(mine, limits),
        confused=confusions(mine, limits),
        bins=bins,
        calibration_error=round(calibration_error(bins), 4),
        suggested=suggest(language, mine, limits, cost),
        scores=tuple((row.score, row.best == row.wanted) for row in mine),
    )


def _first(rows: Sequence[Judged]) -> Share:
    return Share(hits=sum(row.best == row.wanted for row in rows), of=len(rows))
