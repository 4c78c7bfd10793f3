"""How often words are written: tables that come with permissively licensed packages, see README.md beside this file."""

import gzip
import json
import math
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from bench.language import corpus

WORD = re.compile(r"[^\W\d_]{1,24}")
"""Without apostrophes: "don't" is "don" and "t", as a text is read."""

ALIKE = 0.7
"""Of the logarithm (of 10): how much rarer a Ukrainian word is taken to be than the Russian one that means the same."""


def of_films(wheels: Path, language: str) -> dict[str, float]:
    """Word to its share in subtitles of films, by pyspellchecker's table, which lists words of dictionaries only."""
    name = f"spellchecker/resources/{language}.json.gz"
    table: dict[str, int] = json.loads(gzip.decompress(_wheel(wheels, "pyspellchecker").read(name)))
    return _shares(table.items())


def of_books(wheels: Path) -> dict[str, float]:
    """English word to its share in books, by symspellpy's table, which lists words of dictionaries only."""
    lines = _wheel(wheels, "symspellpy").read("symspellpy/frequency_dictionary_en_82_765.txt").decode("utf-8-sig")
    return _shares((word, int(count)) for word, count in map(str.split, lines.splitlines()))


def of_writing(wheels: Path, language: str) -> dict[str, float]:
    """Word to its share in anything written, by spaCy's table of German or English, slips and names among them."""
    name = f"spacy_lookups_data/data/{language}_lexeme_prob.json.gz"
    table: dict[str, float] = json.loads(gzip.decompress(_wheel(wheels, "spacy_lookups_data").read(name)))
    return _shares((word, math.exp(logarithm)) for word, logarithm in table.items())


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


def _wheel(wheels: Path, name: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(next(wheels.glob(f"{name}-*.whl")))
