"""Vectors of words made small: fewer dimensions, and each part of what is left as the number of its nearest centroid."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nlu.encoding import Floats
from nlu.word_vectors import rows_of

Bytes = NDArray[np.uint8]
CENTROIDS = 256
ALIKE = 0.93
"""Cosine from which a word need not be kept, as another stands for it."""
COMMON = 0.9
"""Weight below which a word is kept whatever stands for it."""


def directions(vectors: Floats, weights: Floats, dims: int, parts: int) -> Floats:
    """(width x ``dims``): the directions in which ``vectors``, times their ``weights``, differ most, in such an order that each of
    ``parts`` has about as much to tell ("parametric" optimised product quantisation, Ge et al. 2013)."""
    weighed = vectors * weights[:, None]
    variances, found = np.linalg.eigh((weighed.T @ weighed).astype(np.float64))
    kept = found[:, ::-1][:, :dims]
    kept = kept * np.where(kept[np.abs(kept).argmax(0), np.arange(dims)] < 0, -1, 1)
    return np.asarray(kept[:, fairly_shared(variances[::-1][:dims], parts)], np.float32)


def fairly_shared(variances: Floats, parts: int) -> list[int]:
    """Numbers of ``variances`` (falling), part by part: the next goes to the part whose product is the smallest and that has room."""
    room = len(variances) // parts
    groups: list[list[int]] = [[] for _ in range(parts)]
    sums = [0.0] * parts
    for number, amount in enumerate(np.log(variances / variances[-1])):
        part = min((part for part in range(parts) if len(groups[part]) < room), key=sums.__getitem__)
        groups[part].append(number)
        sums[part] += float(amount)
    return [number for group in groups for number in group]


def centroids(vectors: Floats, parts: int, counting: Floats, rounds: int = 15) -> Floats:
    """(``parts`` x CENTROIDS x dims of a part) by k-means, in which each of at least CENTROIDS ``vectors`` counts so much."""
    split = enumerate(np.split(vectors, parts, axis=1))
    return np.stack([_means(part, counting, number, rounds) for number, part in split])


def _means(vectors: Floats, counting: Floats, seed: int, rounds: int) -> Floats:
    rng = np.random.default_rng(seed)
    found = vectors[rng.choice(len(vectors), CENTROIDS, replace=False, p=counting / counting.sum())]
    for _ in range(rounds):
        near = nearest(vectors, found)
        counts = np.bincount(near, counting, CENTROIDS)[:, None]
        sums = np.stack([np.bincount(near, column * counting, CENTROIDS) for column in vectors.T], axis=1)
        found = np.where(counts > 0, sums / np.maximum(counts, 1e-9), found).astype(np.float32)
    return found


def nearest(vectors: Floats, means: Floats) -> NDArray[np.intp]:
    """The number of the nearest of ``means`` for each of ``vectors``."""
    half = (means * means).sum(1) / 2
    blocks = range(0, len(vectors), 8_192)
    return np.concatenate([(vectors[start : start + 8_192] @ means.T - half).argmax(1) for start in blocks])


def codes(vectors: Floats, means: Floats) -> Bytes:
    """(vectors x parts)."""
    parts = np.split(vectors, len(means), axis=1)
    return np.stack([nearest(part, mean) for part, mean in zip(parts, means, strict=True)], axis=1).astype(np.uint8)


def needed(words: Sequence[str], vectors: Floats, weights: Floats) -> list[int]:
    """Rows of ``words``, the commonest first, without those that ``rows_of`` finds another for that is near."""
    kept: dict[str, int] = {}
    for row, word in enumerate(words):
        if weights[row] > COMMON and _alike(word, row, kept, vectors):
            continue
        kept[word] = row
    return list(kept.values())


def _alike(word: str, row: int, kept: Mapping[str, int], vectors: Floats) -> bool:
    rows = rows_of(word, kept.get)
    found = vectors[list(rows)].sum(0)
    return bool(rows) and bool(found @ vectors[row] >= ALIKE * np.linalg.norm(found) * np.linalg.norm(vectors[row]))
