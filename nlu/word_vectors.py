"""A text as the mean of its words' vectors, looked up in a table that comes with the product: what a sentence encoder says of single
words, without running it. Made by bench/language/train-word-vectors."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlu.encoding import Floats
from nlu.ukrainian import russian_word, words_of_the_package

MAX_WORD: Final = 40
"""Letters of a word that is looked up; nothing that long is one."""

SHORTEST: Final = 4
"""Letters that are left of a word at least, when a part of it is looked up in its place."""

ENDING: Final = 3
"""Letters that are taken from the end of a word at most."""

MAX_WORDS: Final = 60
"""Words of a text that count."""

_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
DATA: Final = Path(__file__).parent / "data" / "words.npz"


class WordVectors:
    """Vectors are packed as centroids of their parts: 32 bytes a word; the mean of ten words takes 20 microseconds, a word not seen
    lately 10 more. Safe to use from several threads."""

    def __init__(
        self, keys: NDArray[np.uint64], codes: NDArray[np.uint8], weights: NDArray[np.uint8], centroids: Floats
    ) -> None:
        """``keys``: ``key_of`` each word, sorted. ``codes``: (words x parts). ``weights``: of a word, 255 for a rare one, less for
        one that is in every text. ``centroids``: (parts x 256 x dimensions of a part)."""
        self._keys = keys
        self._codes = codes
        self._weights = weights.astype(np.float32)
        self._centroids = centroids
        self._parts = np.arange(len(centroids))
        self.dims = centroids.shape[0] * centroids.shape[2]
        self._rows = lru_cache(maxsize=4_000)(self._find)

    def mean(self, words: Sequence[str]) -> Floats:
        """(``dims``,) of length 1; zeros if no word is known. ``words``: small letters, as ``nlu.features.Tokenizers`` splits."""
        rows = [row for word in words[:MAX_WORDS] for row in self._rows(word)]
        if not rows:
            return np.zeros(self.dims, np.float32)
        vectors = self._centroids[self._parts, self._codes[rows]].reshape(len(rows), self.dims)
        total: Floats = self._weights[rows] @ vectors
        return np.asarray(total / max(float(np.sqrt(total @ total)), 1e-9), np.float32)

    def _find(self, word: str) -> tuple[int, ...]:
        """Rows of the first reading of ``word`` of which all is known; none if there is none."""
        for reading in readings(word[:MAX_WORD]):
            rows = tuple(row for part in reading if (row := self._row(part)) is not None)
            if len(rows) == len(reading):
                return rows
        return ()

    def _row(self, word: str) -> int | None:
        key = key_of(word)
        row = bisect_left(self._keys, key)
        return row if row < len(self._keys) and self._keys[row] == key else None


def readings(word: str) -> Iterator[tuple[str, ...]]:
    """What ``word`` may be looked up as, the best first: itself, its Russian if it is Ukrainian, without its ending, and the end of a
    compound. (Cross-validation on German, Russian and Ukrainian sets: CROSSVAL)"""
    word = word.replace("ё", "е")
    yield (word,)
    if not _CYRILLIC.search(word):
        yield from _parts(word)
        yield from ((word[start:],) for start in range(1, len(word) - SHORTEST + 1))
        return
    tables = words_of_the_package()
    if word in tables.forms:
        yield tuple(tables.forms[word].replace("ё", "е").split())
    yield from _parts(word)
    russian = russian_word(word, tables).replace("ё", "е")
    yield (russian,)
    yield from _parts(russian)


def _parts(word: str) -> Iterator[tuple[str, ...]]:
    return ((word[:-cut],) for cut in range(1, ENDING + 1) if len(word) - cut >= SHORTEST)


def key_of(word: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little"))


@cache
def vectors_of_the_package() -> WordVectors:
    """Blocks for ten milliseconds and takes 6 MB, once a process."""
    with np.load(DATA) as table:
        return WordVectors(table["keys"], table["codes"], table["weights"], table["centroids"].astype(np.float32))
