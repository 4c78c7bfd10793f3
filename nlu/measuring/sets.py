"""Sets of labelled sentences: CSV files with the columns text, label, split and lang; the training part as a bot's own files."""

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from conversation.errors import ContentError
from conversation.value import Value
from nlu.measuring.metrics import OUT
from nlu.read import MAX_EXAMPLE, OTHER

COLUMNS: Final = ("text", "label", "split", "lang")
OUT_LABEL: Final = "oos"
"""How the files call what is out of scope."""


class Sentence(Value, frozen=True, kw_only=True):
    """``label``: an intent, or ``OUT``."""

    text: str
    label: str
    language: str


class LabelledSet(Value, frozen=True, kw_only=True):
    """``train`` is learnt; ``valid`` (often empty) is for thresholds; ``test`` is measured. ``notes``: what was odd about the files."""

    train: tuple[Sentence, ...]
    valid: tuple[Sentence, ...] = ()
    test: tuple[Sentence, ...]
    notes: tuple[str, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted({sentence.language for sentence in self.train}))


def read_set(folder: Path, files: Iterable[str], train10: str = "") -> LabelledSet:
    """All ``files`` of the folder as one set; ``train10``: a file whose rows are learnt instead of theirs.

    Nothing out of scope is learnt. Raises ContentError with file and line, OSError for a file that is not there.
    """
    rows = [row for file in files for row in _rows(folder / file)]
    learnt = _rows(folder / train10) if train10 else [row for row in rows if row[0] == "train"]
    train, notes = _usable([sentence for _, sentence in learnt if sentence.label != OUT])
    test = tuple(sentence for split, sentence in rows if split == "test")
    if not train or not test:
        raise ContentError(f"{', '.join(files)}: there must be rows with split `train` and rows with split `test`")
    return LabelledSet(
        train=train,
        valid=tuple(sentence for split, sentence in rows if split == "valid"),
        test=test,
        notes=tuple(filter(None, (*notes, *_leaks(train, test), _unlearnt(train, test)))),
    )


def read_rows(path: Path, columns: Sequence[str]) -> list[tuple[int, Mapping[str, str]]]:
    """Line number and cells of each row. Raises ContentError with file and line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise ContentError(
                f"{path.name}:1: there is no column `{'`, `'.join(missing)}`; the first line must name {', '.join(columns)}"
            )
        rows: list[tuple[int, Mapping[str, str]]] = [(reader.line_num, row) for row in reader]
    except UnicodeDecodeError as error:
        raise ContentError(f"{path.name}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except csv.Error as error:
        raise ContentError(f"{path.name}: this is not CSV: {error}") from error
    for line, row in rows:
        if any(row[column] is None for column in columns):
            raise ContentError(f"{path.name}:{line}: too few cells; there must be {', '.join(columns)}")
    return rows


def _rows(path: Path) -> list[tuple[str, Sentence]]:
    found = []
    for line, row in read_rows(path, COLUMNS):
        text, label, language = (row[name].strip() for name in ("text", "label", "lang"))
        if not text or not label or not language:
            raise ContentError(f"{path.name}:{line}: text, label and lang must not be empty")
        label = {OUT_LABEL: OUT, OTHER: f"{OTHER} "}.get(label, label)
        found.append((row["split"].strip(), Sentence(text=" ".join(text.split()), label=label, language=language)))
    return found


def _usable(rows: Sequence[Sentence]) -> tuple[tuple[Sentence, ...], tuple[str, ...]]:
    """What a bot's files would take: a text once in a language, not too long, and two of them for an intent."""
    seen: dict[tuple[str, str], str] = {}
    kept, twice, torn, long = [], 0, 0, 0
    for row in rows:
        key = (row.language, row.text.casefold())
        if len(row.text) > MAX_EXAMPLE:
            long += 1
        elif key in seen:
            twice += seen[key] == row.label
            torn += seen[key] != row.label
        else:
            seen[key] = row.label
            kept.append(row)
    counts = Counter(row.label for row in kept)
    single = {label for label, count in counts.items() if count < 2}
    notes = (
        f"{twice} examples that stand there twice are learnt once" if twice else "",
        f"{torn} examples stand under two intents: the first counts" if torn else "",
        f"{long} examples of more than {MAX_EXAMPLE} characters are left out" if long else "",
        f"{len(single)} intents with one example are left out" if single else "",
    )
    return tuple(row for row in kept if row.label not in single), notes


def _leaks(train: Sequence[Sentence], test: Sequence[Sentence]) -> tuple[str, ...]:
    known = {row.text.casefold() for row in train}
    found = sum(row.text.casefold() in known for row in test)
    return (f"{found} of {len(test)} test texts stand in the training part too",) if found else ()


def _unlearnt(train: Sequence[Sentence], test: Sequence[Sentence]) -> str:
    known = {row.label for row in train}
    found = sum(row.label not in known and row.label != OUT for row in test)
    return f"{found} test texts mean intents that could not be learnt; they count as wrong" if found else ""


def sample(rows: Sequence[Sentence], most: int, seed: int) -> tuple[Sentence, ...]:
    """At most so many rows, by chance, in their order."""
    if len(rows) <= most:
        return tuple(rows)
    chosen = sorted(random.Random(seed).sample(range(len(rows)), most))  # noqa: S311 - a repeatable choice, no secret
    return tuple(rows[number] for number in chosen)


def as_files(rows: Iterable[Sentence]) -> dict[str, bytes]:
    """Language to the bytes of its ``nlu/<language>.yaml``, as an editor would have it (JSON is YAML)."""
    intents: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        intents.setdefault(row.language, {}).setdefault(row.label, []).append(row.text)
    return {language: _yaml(texts) for language, texts in intents.items()}


def _yaml(intents: Mapping[str, Sequence[str]]) -> bytes:
    lines = ["intents:"]
    for intent, texts in intents.items():
        lines.append(f"  {_quoted(intent)}:")
        lines += [f"    - {_quoted(text)}" for text in texts]
    return "\n".join([*lines, ""]).encode()


def _quoted(text: str) -> str:
    """JSON's double quotes are YAML's; characters that YAML refuses as such are written as escapes."""
    return "".join(
        char if char.isprintable() else json.dumps(char)[1:-1] for char in json.dumps(text, ensure_ascii=False)
    )
