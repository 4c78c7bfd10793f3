"""What right answers are lost when the same sentences come as keyboards, apps and habits make them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from conversation.ports import Nlu
from conversation.value import Value
from nlu.measuring.chains import Learn, answers
from nlu.measuring.metrics import OUT, Answer, Lost, in_scope, lost, mean_lost
from nlu.measuring.perturbations import PERTURBATIONS
from nlu.measuring.rows import Goal, Row
from nlu.measuring.sets import Sentence, as_files, read_set, sample

MOST: Final = 200
"""Test texts of a set."""
FEWEST: Final = 10
"""A set in which fewer texts change says nothing about a perturbation."""
GOAL: Final = Goal(figure=8.0, most=True)
GOALS: Final = {"transliterated": Goal(figure=15.0, most=True)}
NAME: Final = "points lost"


class Source(Value, frozen=True, kw_only=True):
    name: str
    files: tuple[str, ...]
    train10: str = ""


SOURCES: Final = (
    Source(name="support4", files=tuple(f"support4_{language}.csv" for language in ("de", "en", "ru", "uk"))),
    Source(name="Home Assistant ru+uk", files=("homeassistant_ru.csv", "homeassistant_uk.csv")),
    Source(name="xSID de", files=("xsid_de.csv",)),
    Source(name="BANKING77 10-shot", files=("banking77_en.csv",), train10="fewshot/banking77_en.train10.csv"),
    Source(name="HWU64 10-shot", files=("hwu64_en.csv",), train10="fewshot/hwu64_en.train10.csv"),
)


class Asked(Value, frozen=True, kw_only=True):
    """One set's texts in scope, what each was taken for as it stands, and the head that answered."""

    source: Source
    head: str
    learnt: int
    texts: tuple[Sentence, ...]
    clean: tuple[Answer, ...]


async def measure(folder: Path, learn: Learn, *, seed: int) -> list[Row]:
    """Raises ContentError, OSError."""
    asked: list[tuple[Asked, Nlu]] = []
    for source in SOURCES:
        labelled = read_set(folder, source.files, source.train10)
        texts = sample([row for row in labelled.test if row.label != OUT], MOST, seed)
        for head, nlu in (await learn(as_files(labelled.train))).items():
            clean = tuple(await answers(nlu, texts))
            one = Asked(source=source, head=head, learnt=len(labelled.train), texts=texts, clean=clean)
            asked.append((one, nlu))
    rows: list[Row] = []
    for head in dict.fromkeys(one.head for one, _ in asked):
        mine = [(one, nlu) for one, nlu in asked if one.head == head]
        rows += [_clean_row(head, [one for one, _ in mine])]
        rows += [await _lost_row(head, name, mine, seed) for name in PERTURBATIONS]
    return rows


def _clean_row(head: str, asked: Sequence[Asked]) -> Row:
    each = {one.source.name: in_scope(one.clean).percent for one in asked}
    return Row(
        name="as they stand",
        by=head,
        measured="accuracy, mean of sets",
        figure=sum(each.values()) / len(each),
        texts=sum(len(one.texts) for one in asked),
        learnt=sum(one.learnt for one in asked),
        note=", ".join(f"{name} {figure:.1f}" for name, figure in each.items()),
    )


async def _lost_row(head: str, name: str, asked: Sequence[tuple[Asked, Nlu]], seed: int) -> Row:
    found: dict[str, Lost] = {}
    for one, nlu in asked:
        lost_here = await _lost(name, one, nlu, seed)
        if lost_here.of >= FEWEST:
            found[one.source.name] = lost_here
    row = Row(name=name, by=head, measured=NAME, unit="points", seed=seed, goal=GOALS.get(name, GOAL))
    if not found:
        return replace(row, failed=f"no set has {FEWEST} texts that this changes")
    mean, low, high = mean_lost(list(found.values()))
    return replace(
        row,
        figure=mean,
        interval=(low, high),
        texts=sum(each.of for each in found.values()),
        note=", ".join(f"{source} {each.points:.1f}" for source, each in found.items()),
    )


async def _lost(name: str, one: Asked, nlu: Nlu, seed: int) -> Lost:
    """Of the texts that it changes."""
    changed = [
        (before, replace(row, text=text))
        for row, before in zip(one.texts, one.clean, strict=True)
        if (text := PERTURBATIONS[name](row.text, row.language, seed)) != row.text
    ]
    return lost([before for before, _ in changed], await answers(nlu, [row for _, row in changed]))
