"""Texts as pieces, in groups that are worth a multiplication."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from nlu.encoding import Floats

_BATCH_PIECES: Final = 400
"""Pieces multiplied at a time: more is no quicker, and the working set stays a few megabytes."""


def encode_pieces(
    split: Sequence[Sequence[int]], width: int, vectors: Callable[[Sequence[Sequence[int]]], Floats]
) -> Floats:
    """(texts x ``width``); zeros for a text without pieces, of which ``vectors`` hears nothing."""
    found = np.zeros((len(split), width), np.float32)
    for rows in _batches(split):
        found[rows] = vectors([split[row] for row in rows])
    return found


def _batches(split: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    group: list[int] = []
    size = 0
    for number, pieces in enumerate(split):
        if not pieces:
            continue
        if group and size + len(pieces) > _BATCH_PIECES:
            yield group
            group, size = [], 0
        group.append(number)
        size += len(pieces)
    if group:
        yield group
