"""Sets of intents, and the rows that come of each: our heads and the peers, trained on the same examples, asked the same texts."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from conversation.value import Value
from nlu.measuring.chains import Learn, answers
from nlu.measuring.metrics import OUT, Answer, auroc, balanced_threshold, in_scope, out_of_scope
from nlu.measuring.peers import PEERS, NotInstalledError
from nlu.measuring.rows import Goal, Row, noted, share_row
from nlu.measuring.sets import LabelledSet, Sentence, as_files, read_set

ACCURACY: Final = "accuracy"
IN_SCOPE: Final = "in-scope accuracy"
AT_THRESHOLD: Final = "in-scope accuracy at the threshold"
RECALL: Final = "out-of-scope recall at the threshold"
AUROC: Final = "AUROC in / out of scope"

SEMANTIC: Final = "minilm"
"""What the name of the encoder begins with whose heads have goals of their own."""


class Wanted(Value, frozen=True, kw_only=True):
    """Goals in percent by what is measured. ``semantic``: of heads with that encoder, where they are others."""

    local: Mapping[str, float] = {}
    semantic: Mapping[str, float] = {}

    def of(self, head: str, measured: str) -> Goal | None:
        better = any(part.startswith(SEMANTIC) for part in head.split("+"))
        goals = {**self.local, **self.semantic} if better else self.local
        return Goal(figure=goals[measured]) if measured in goals else None


class Question(Value, frozen=True, kw_only=True):
    """``files`` are one set. ``apart``: the test texts of each language are a row of their own. ``minutes``: about how long
    it takes on one core; those with fewer than one are quick."""

    name: str
    files: tuple[str, ...]
    train10: str = ""
    wanted: Wanted = Wanted()
    apart: bool = False
    minutes: int = 0


def _support(languages: Sequence[str], name: str) -> Question:
    goals = {} if languages == ("en",) else {ACCURACY: 72.0}
    return Question(
        name=name,
        files=tuple(f"support4_{language}.csv" for language in languages),
        wanted=Wanted(local=goals, semantic=goals),
        apart=len(languages) > 1,
    )


def _hint3(name: str, goal: float) -> Question:
    return Question(
        name=f"HINT3 {name}", files=(f"hint3_{name.lower()}_en.csv",), wanted=Wanted(semantic={ACCURACY: goal})
    )


def _english(name: str, file: str, few: tuple[float, float], full: tuple[float, float]) -> tuple[Question, Question]:
    """``few``, ``full``: goals of the local layer and of heads with the English encoder; 0: none."""
    wanted = [
        Wanted(
            local={ACCURACY: local} if local else {},
            semantic={ACCURACY: semantic} if semantic else {},
        )
        for local, semantic in (few, full)
    ]
    return (
        Question(name=f"{name} 10-shot", files=(f"{file}.csv",), train10=f"fewshot/{file}.train10.csv", wanted=wanted[0]),
        Question(name=f"{name} full", files=(f"{file}.csv",), wanted=wanted[1], minutes=3),
    )  # fmt: skip


_CLINC: Final = Wanted(local={AT_THRESHOLD: 89.0, RECALL: 90.0}, semantic={AT_THRESHOLD: 94.0, RECALL: 92.0})

QUESTIONS: Final[tuple[Question, ...]] = (
    _support(("de", "en", "ru", "uk"), "support4, one bot"),
    *(_support((language,), f"support4 {language} alone") for language in ("de", "en", "ru", "uk")),
    *(one for one in _english("BANKING77", "banking77_en", (78.0, 87.5), (92.0, 94.5))),
    *(one for one in _english("HWU64", "hwu64_en", (74.0, 0.0), (89.5, 0.0))),
    Question(name="CLINC150 10-shot", files=("clinc150_en.csv",), train10="fewshot/clinc150_en.train10.csv", minutes=2),
    Question(name="CLINC150 full", files=("clinc150_en.csv",), wanted=_CLINC, minutes=10),
    _hint3("Curekart", 86.0),
    _hint3("Powerplay11", 66.0),
    _hint3("SOFMattress", 77.0),
)


async def measure(question: Question, folder: Path, learn: Learn, *, seed: int, peers: bool) -> list[Row]:
    """Raises ContentError or OSError for files that can't be used. Peers block."""
    labelled = read_set(folder, question.files, question.train10)
    rows: list[Row] = []
    for head, nlu in (await learn(as_files(labelled.train))).items():
        test, valid = await answers(nlu, labelled.test), await answers(nlu, labelled.valid)
        rows += _rows(question, labelled, head, test, valid)
    for name in PEERS if peers else ():
        rows += _peer(name, question, labelled, seed)
    return [noted(rows[0], labelled.notes), *rows[1:]]


def _peer(name: str, question: Question, labelled: LabelledSet, seed: int) -> list[Row]:
    try:
        ask = PEERS[name](labelled.train, seed)
    except NotInstalledError as error:
        return [Row(name=question.name, by=name, failed=str(error))]
    bare = msgspec.structs.replace(question, wanted=Wanted())
    found = _rows(bare, labelled, name, ask(labelled.test), ask(labelled.valid) if labelled.valid else [])
    return [msgspec.structs.replace(row, seed=seed) for row in found]


def _rows(
    question: Question, labelled: LabelledSet, by: str, test: Sequence[Answer], valid: Sequence[Answer]
) -> Iterator[Row]:
    strange = any(answer.wanted == OUT for answer in test)
    main = IN_SCOPE if strange else ACCURACY
    learnt = len(labelled.train)
    for suffix, answered in _parts(question, labelled.test, test):
        yield share_row(
            in_scope(answered),
            name=question.name + suffix,
            by=by,
            measured=main,
            learnt=learnt,
            goal=question.wanted.of(by, ACCURACY),
        )
        separated = auroc(answered)
        if separated is not None:
            name, texts = question.name + suffix, len(answered)
            yield Row(name=name, by=by, measured=AUROC, figure=separated, unit="", texts=texts, learnt=learnt)
    if len({answer.wanted == OUT for answer in valid}) == 2:
        threshold = balanced_threshold(valid)
        for share, measured in ((in_scope(test, threshold), AT_THRESHOLD), (out_of_scope(test, threshold), RECALL)):
            yield share_row(
                share,
                name=question.name,
                by=by,
                measured=measured,
                learnt=learnt,
                goal=question.wanted.of(by, measured),
                note=f"threshold {threshold:.4g}, chosen on {len(valid):,} texts of `valid`",
            )


def _parts(
    question: Question, test: Sequence[Sentence], answered: Sequence[Answer]
) -> Iterator[tuple[str, Sequence[Answer]]]:
    if not question.apart:
        yield "", answered
        return
    for language in sorted({sentence.language for sentence in test}):
        yield (
            f" {language}",
            [answer for sentence, answer in zip(test, answered, strict=True) if sentence.language == language],
        )
