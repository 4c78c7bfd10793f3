"""Examples that say the same: one of them in training would give the answer to the other away."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix

from conversation.value import Value
from nlu.encoding import Floats
from nlu.read import Row

ALIKE: Final = 0.8
"""Dice's coefficient of two sentences' letter triples from which they are near-duplicates: about one word in six differs."""
TRANSLATED: Final = 0.7
"""Cosine of two sentences of different languages, each the other's nearest, from which one translates the other."""
_CHUNK: Final = 512


class Doubles(Value, frozen=True, kw_only=True):
    """``together``: by example, a number that near-duplicates and translations share. ``near``: how many examples have a
    near-duplicate in their language; ``translated``: how many have a translation among the examples of another one."""

    together: tuple[int, ...]
    near: int = 0
    translated: int = 0


def doubles_of(rows: Sequence[Row], encoded: Mapping[str, Floats] = {}) -> Doubles:
    """Only sentences of one intent are compared. ``encoded``: as of ``nlu.train.train``; without vectors no translation is found."""
    near = _near_pairs(rows)
    translated = {pair for vectors in encoded.values() for pair in _translations(rows, vectors)}
    return Doubles(
        together=_components(len(rows), near | translated),
        near=len({number for pair in near for number in pair}),
        translated=len({number for pair in translated for number in pair}),
    )


def triples(text: str) -> frozenset[str]:
    """Three letters each, of the words in lower case."""
    padded = f"  {' '.join(''.join(char if char.isalnum() else ' ' for char in text.casefold()).split())} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _near_pairs(rows: Sequence[Row]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for numbers in _by(rows, lambda row: row[:2]).values():
        sets = [triples(rows[number][2]) for number in numbers]
        index = {each: at for at, each in enumerate(sorted(frozenset().union(*sets)))}
        starts = np.cumsum([0, *map(len, sets)])
        ids = [index[each] for set_ in sets for each in sorted(set_)]
        matrix = csr_matrix((np.ones(len(ids), np.float32), ids, starts), (len(sets), len(index)))
        sizes = np.array([len(each) for each in sets], np.float32)
        for begin in range(0, len(sets), _CHUNK):
            common = (matrix[begin : begin + _CHUNK] @ matrix.T).toarray()
            dice = 2 * common / (sizes[begin : begin + _CHUNK, None] + sizes[None])
            pairs = np.argwhere(dice >= ALIKE)
            found |= {(numbers[begin + a], numbers[b]) for a, b in pairs if begin + a < b}
    return found


def _translations(rows: Sequence[Row], vectors: Floats) -> set[tuple[int, int]]:
    """Pairs of two languages that are each other's nearest: chains of paraphrases would make one lump of an intent."""
    found: set[tuple[int, int]] = set()
    has: Any = vectors.any(axis=1)
    for languages in _by(rows, lambda row: (row[1],)).values():
        parts = _by([rows[number] for number in languages], lambda row: (row[0],))
        sides = [np.array([languages[at] for at in ats if has[languages[at]]], np.int64) for ats in parts.values()]
        sides = [side for side in sides if len(side)]
        for at, one in enumerate(sides):
            for other in sides[at + 1 :]:
                found |= _mutual(one, other, vectors[one] @ vectors[other].T)
    return found


def _mutual(one: Any, other: Any, cosines: Any) -> set[tuple[int, int]]:
    there, back = cosines.argmax(axis=1), cosines.argmax(axis=0)
    return {
        (int(one[row]), int(other[column]))
        for row, column in enumerate(there)
        if back[column] == row and cosines[row, column] >= TRANSLATED
    }


def _by(rows: Sequence[Row], key: Any) -> dict[tuple[str, ...], list[int]]:
    found: dict[tuple[str, ...], list[int]] = {}
    for number, row in enumerate(rows):
        found.setdefault(key(row), []).append(number)
    return found


def _components(count: int, pairs: set[tuple[int, int]]) -> tuple[int, ...]:
    """By example: the least number that it is tied to."""
    parent = list(range(count))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for a, b in sorted(pairs):
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return tuple(root(number) for number in range(count))
