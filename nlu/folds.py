"""What a model says to examples that it has not seen: by five-fold cross-validation, and with whole intents left out."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import vstack

from nlu.fit import Layer, fit
from nlu.read import Row

FOLDS = 5
LEFT_OUT = 3
"""Groups of intents that are left out in turn: their examples are to the rest what strangers' questions are to a bot."""

MANY = 4_000
"""Examples from which three folds and one group of strangers will do."""

_CHUNK = 512


class Folds(NamedTuple):
    """By example: ``fold``, and ``group``, that of its intent. ``order``: numbers of the examples, intent by intent. All depend on the
    examples alone, not on how they are ordered in a file."""

    fold: Any
    group: Any
    order: Any

    @property
    def folds(self) -> range:
        return range(int(self.fold.max()) + 1)

    @property
    def groups(self) -> range:
        """Those that are left out in turn."""
        return range(int(self.group.max()) + 1 if len(self.group) < MANY else 1)


class Taught(NamedTuple):
    """What a block can learn from: examples x features with the numbers of their labels, and the same of the intents' names."""

    matrix: Any
    wanted: Any
    names: Any
    named: Any

    def fit(self, known: Any, named: Any, labels: int, regularization: float) -> Layer:
        """``known``, ``named``: numbers of the examples and the names that are learnt."""
        parts = [self.matrix[known], self.names[named]]
        together = np.concatenate(parts) if isinstance(self.matrix, np.ndarray) else vstack(parts, "csr")
        return fit(together, np.concatenate([self.wanted[known], self.named[named]]), labels, regularization)


class Unseen(NamedTuple):
    """What one block says to every example (logits: examples x labels; cosine to the nearest other example).

    ``strange`` and ``far`` the same, of a model that does not know the example's intent at all, for those in ``left_out``.
    """

    logits: Any
    near: Any
    strange: Any
    far: Any
    left_out: Any


def deal(rows: Sequence[Row], together: Sequence[int] | None = None, seed: int = 0) -> Folds:
    """Examples of an intent are dealt out evenly. ``together``: by example, a number; those with the same one are dealt as one.
    ``seed``: another one deals anew."""
    count = min(FOLDS if len(rows) < MANY else 3, len(rows))
    order = sorted(range(len(rows)), key=lambda number: (rows[number][1], _digest(rows[number], seed)))
    fold = np.zeros(len(rows), np.int32)
    hands: dict[int, int] = {}
    for number in order:
        fold[number] = hands.setdefault(number if together is None else together[number], len(hands)) % count
    labels = sorted({intent for _, intent, _ in rows})
    group = np.array([labels.index(intent) % LEFT_OUT for _, intent, _ in rows], np.int32)
    return Folds(fold, group, np.array(order))


def _digest(row: Row, seed: int) -> bytes:
    salt = seed.to_bytes(8, "big")
    return hashlib.blake2b("\0".join(row).encode("utf-8", "replace"), digest_size=8, salt=salt).digest()


def unseen(taught: Taught, nearness: Any, *, labels: int, regularization: float, folds: Folds, kept: Any) -> Unseen:
    """``nearness``: examples x features, those by which two texts are compared; ``kept``: numbers of the examples to compare with.
    What is learnt is learnt from examples that are not all zeros."""
    matrix, wanted = taught.matrix, taught.wanted
    full = np.asarray(abs(matrix).sum(axis=1)).ravel() > 0
    logits = np.zeros((len(wanted), labels), np.float32)
    strange = np.zeros_like(logits)
    groups = folds.group[_first_of(wanted, labels)]
    for fold in folds.folds:
        known, asked = np.flatnonzero(full & (folds.fold != fold)), np.flatnonzero(folds.fold == fold)
        if len(known):
            logits[asked] = taught.fit(known, slice(None), labels, regularization)(matrix[asked])
    for group in folds.groups:
        known, asked = np.flatnonzero(full & (folds.group != group)), np.flatnonzero(folds.group == group)
        if len(known):
            named = np.flatnonzero(groups[taught.named] != group)
            strange[asked] = taught.fit(known, named, labels, regularization)(matrix[asked])
    strange[folds.group[:, None] == groups[None, :]] = -30.0
    return Unseen(
        logits=logits,
        near=_nearest(nearness, folds.fold, kept),
        strange=strange,
        far=_nearest(nearness, folds.group, kept),
        left_out=np.isin(folds.group, folds.groups),
    )


def _first_of(wanted: Any, labels: int) -> Any:
    """An example of each label."""
    first = np.zeros(labels, np.int64)
    first[wanted[::-1]] = np.arange(len(wanted))[::-1]
    return first


def _nearest(matrix: Any, parts: Any, kept: Any) -> Any:
    """The cosine of each example to the nearest of those kept that is not in the same part; 0 if there is none."""
    nearest = np.zeros(len(parts), np.float32)
    transposed = matrix[kept].T if isinstance(matrix, np.ndarray) else matrix[kept].T.tocsr()
    for begin in range(0, len(parts), _CHUNK):
        part = parts[begin : begin + _CHUNK]
        products = matrix[begin : begin + _CHUNK] @ transposed
        if isinstance(products, np.ndarray):
            products[part[:, None] == parts[kept][None, :]] = 0
            nearest[begin : begin + _CHUNK] = products.max(axis=1)
        else:
            rows = np.repeat(np.arange(len(part)), np.diff(products.indptr))
            products.data[part[rows] == parts[kept[products.indices]]] = 0
            np.maximum.at(nearest, begin + rows, products.data)
    return nearest
