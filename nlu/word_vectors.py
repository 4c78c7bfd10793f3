"""A text as the mean of its words' vectors, looked up in a table that comes with the product: what a sentence encoder says of single
words, without running it. Made by bench/language/train-word-vectors."""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
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

_PLAIN: Final = str.maketrans("ё’ʼ", "е''")
_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
DATA: Final = Path(__file__).parent / "data" / "words.npz"


class WordVectors:
    """Vectors are packed as centroids of their parts, 56 bytes a word. The mean of ten words takes 15 microseconds, a word that was not
    looked up lately 5 more, one that is not kept 20. Safe to use from several threads."""

    def __init__(self, keys: NDArray[np.uint64], codes: NDArray[np.uint8], centroids: Floats) -> None:
        """``keys``: ``key_of`` each word, sorted. ``codes``: (words x parts), of vectors that are the shorter, the more texts have the
        word. ``centroids``: (parts x 256 x dimensions of a part)."""
        self._keys = keys
        self._codes = codes
        self._centroids = centroids
        self._parts = np.arange(len(centroids))
        self.dims = centroids.shape[0] * centroids.shape[2]
        self._rows = lru_cache(maxsize=4_000)(self._find)

    def mean(self, words: Sequence[str]) -> Floats:
        """(``dims``,) of length 1; zeros if no word is known. ``words``: small letters, as ``nlu.features.Tokenizers`` splits."""
        rows = [row for word in words[:MAX_WORDS] for row in self._rows(word)]
        total: Floats = self._centroids[self._parts, self._codes[rows]].sum(axis=0).reshape(self.dims)
        return np.asarray(total / max(float(np.sqrt(total @ total)), 1e-9), np.float32)

    def _find(self, word: str) -> tuple[int, ...]:
        return rows_of(word, self._row) if len(word) <= MAX_WORD else ()

    def _row(self, word: str) -> int | None:
        key = key_of(word)
        row = bisect_left(self._keys, key)
        return row if row < len(self._keys) and self._keys[row] == key else None


def rows_of(word: str, row: Callable[[str], int | None]) -> tuple[int, ...]:
    """Where what ``word`` means stands: itself, else its Russian if it is Ukrainian, else what is left without its ending, else the
    parts of a compound. ``row``: of a word that is kept. (Cross-validation on seven German, Russian and Ukrainian sets: 71 of 100
    right with whole words only, 86 so.)"""
    word = word.translate(_PLAIN)
    found = row(word)
    if found is not None:
        return (found,)
    if not _CYRILLIC.search(word):
        return _shorter(word, row) or _longer(word, row) or _compound(word, row)
    tables = words_of_the_package()
    known = _each(tables.forms[word], row) if word in tables.forms else ()
    return known or _shorter(word, row) or _each(russian_word(word, tables), row)


def _each(russian: str, row: Callable[[str], int | None]) -> tuple[int, ...]:
    words = russian.translate(_PLAIN).split()
    return tuple(found for word in words for found in _shorter(word, row, least=0))


def _shorter(word: str, row: Callable[[str], int | None], least: int = 1) -> tuple[int, ...]:
    """Without ``least`` to ENDING letters."""
    for cut in range(least, ENDING + 1):
        if len(word) - cut >= SHORTEST or not cut:
            found = row(word[: len(word) - cut])
            if found is not None:
                return (found,)
    return ()


def _longer(word: str, row: Callable[[str], int | None]) -> tuple[int, ...]:
    """German verbs: what somebody does (``storniere``) by what one can do (``stornieren``)."""
    found = row(f"{word}n") if word.endswith("e") else None
    return () if found is None else (found,)


def _compound(word: str, row: Callable[[str], int | None]) -> tuple[int, ...]:
    """Its longest end that is known after a beginning that is known too, with or without an s between; else its longest known end."""
    ends = [(start, end) for start in range(1, len(word) - SHORTEST + 1) if (end := row(word[start:])) is not None]
    for start, end in ends:
        head = word[:start]
        for begin in (head, head.removesuffix("s")):
            if len(begin) >= SHORTEST and (found := row(begin)) is not None:
                return (found, end)
    return tuple(end for _, end in ends[:1])


def key_of(word: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"))


@cache
def vectors_of_the_package() -> WordVectors:
    """Blocks for 5 ms and takes 6 MB, once a process."""
    with np.load(DATA) as table:
        return WordVectors(table["keys"], table["codes"], table["centroids"].astype(np.float32))
