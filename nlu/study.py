"""A bot's examples as numbers, and what each block of the model says to those that it has not seen."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from conversation.errors import ContentError
from nlu.encoding import Floats
from nlu.features import Tokenizers, clean
from nlu.folds import Folds, Row, Unseen, deal, unseen
from nlu.model import LOCAL, centre
from nlu.sparse import Vectorizer, features_of

SPARSE_REGULARIZATION = 0.05
DENSE_REGULARIZATION = 0.02
KEPT = 4_000
"""Examples that a text is compared with; of more, every second or third of each intent."""

_COMMON = 20
"""A feature of more than this part of the examples says nothing about how near two texts are."""


RARE = 3_000
"""Examples from which a feature of one example alone is left out: half of all features, and no model misses them."""


class Block(NamedTuple):
    """``matrix``: examples x features; ``nearness``: the same, of those features that tell near from far; ``has``: the examples that
    have a row in it."""

    matrix: Any
    nearness: Any
    regularization: float
    has: Any
    mean: Any
    unseen: Unseen


class Study(NamedTuple):
    """``blocks``: by encoder, with LOCAL for words and characters first. ``kept``: numbers of the examples to compare with."""

    rows: Sequence[Row]
    labels: tuple[str, ...]
    wanted: Any
    words: Sequence[Sequence[str]]
    features: tuple[str, ...]
    idf: Any
    unknown_idf: float
    kept: Any
    blocks: Mapping[str, Block]

    @property
    def is_kept(self) -> Any:
        """``kept`` as a mask."""
        return np.isin(np.arange(len(self.rows)), self.kept)

    def near(self, encoders: Sequence[str]) -> Any:
        """Cosines to the nearest other example (blocks x examples)."""
        return np.stack([self.blocks[name].unseen.near for name in (LOCAL, *encoders)])


def study(
    rows: Sequence[Row],
    encoded: Mapping[str, Floats],
    together: Sequence[int] | None = None,
    seed: int = 0,
    synonyms: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Study:
    """Takes most of a training's time. Raises ContentError for too few examples and ValueError for vectors of another shape.
    ``together`` and ``seed``: see ``nlu.folds.deal``; ``synonyms``: see ``Tokenizers``."""
    _check_shapes(rows, encoded)
    labels = tuple(sorted({intent for _, intent, _ in rows}))
    _check_enough(labels, rows)
    tokenizers = Tokenizers(sorted({language for language, _, _ in rows}), synonyms)
    words = [tokenizers.words(clean(text), language) for language, _, text in rows]
    features, idf, unknown_idf = _weigh_features(words)
    numbers = {label: number for number, label in enumerate(labels)}
    wanted = np.array([numbers[intent] for _, intent, _ in rows])
    folds = deal(rows, together, seed)
    kept = np.sort(folds.order[:: -(-len(rows) // KEPT)])
    matrix = _matrix(words, Vectorizer(features, idf, unknown_idf), len(features))
    blocks = {LOCAL: _sparse_block(matrix, wanted, len(labels), folds, kept)}
    for name in sorted(name for name, vectors in encoded.items() if vectors.any()):
        blocks[name] = _dense_block(encoded[name], wanted, len(labels), folds, kept)
    return Study(rows, labels, wanted, words, features, idf, unknown_idf, kept, blocks)


def _sparse_block(matrix: Any, wanted: Any, labels: int, folds: Folds, kept: Any) -> Block:
    often = np.bincount(matrix[kept].indices, minlength=matrix.shape[1])
    nearness = matrix.copy()
    nearness.data[often[matrix.indices] > max(_COMMON, len(kept) // _COMMON)] = 0
    nearness.eliminate_zeros()
    said = unseen(matrix, nearness, wanted, labels=labels, regularization=SPARSE_REGULARIZATION, folds=folds, kept=kept)
    return Block(matrix, nearness, SPARSE_REGULARIZATION, np.ones(len(wanted), bool), None, said)


def _dense_block(vectors: Floats, wanted: Any, labels: int, folds: Folds, kept: Any) -> Block:
    has = vectors.any(axis=1)
    mean = (vectors.sum(axis=0) / has.sum()).astype(np.float32)
    matrix = centre(vectors.astype(np.float32), mean)
    said = unseen(matrix, matrix, wanted, labels=labels, regularization=DENSE_REGULARIZATION, folds=folds, kept=kept)
    return Block(matrix, matrix, DENSE_REGULARIZATION, has, mean, said)


def _matrix(words: Sequence[Sequence[str]], vectorizer: Vectorizer, width: int) -> Any:
    vectors = [vectorizer(each) for each in words]
    starts = np.cumsum([0, *(len(ids) for ids, _ in vectors)])
    values = np.concatenate([values for _, values in vectors])
    return csr_matrix((values, np.concatenate([ids for ids, _ in vectors]), starts), (len(words), width))


def _check_shapes(rows: Sequence[Row], encoded: Mapping[str, Floats]) -> None:
    for name, vectors in encoded.items():
        if vectors.ndim != 2 or len(vectors) != len(rows) or not np.isfinite(vectors).all():
            raise ValueError(
                f"vectors of {name}: {vectors.shape}, wanted a row of numbers for each of {len(rows)} examples"
            )


def _check_enough(labels: Sequence[str], rows: Sequence[tuple[str, str, str]]) -> None:
    if len(labels) < 2:
        raise ContentError(
            "nlu/: there must be at least two intents with examples (`other` counts), else nothing can be told apart"
        )
    counts = dict.fromkeys(labels, 0)
    for _, intent, _ in rows:
        counts[intent] += 1
    few = [label for label, count in counts.items() if count < 2]
    if few:
        raise ContentError(f"nlu/: too few examples for {', '.join(few)}; write at least two, better twenty")


def _weigh_features(words: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], Any, float]:
    """The features of all examples, their inverse document frequency, and that of a feature nobody has seen."""
    counts: dict[str, int] = {}
    for each in words:
        for feature in features_of(each):
            counts[feature] = counts.get(feature, 0) + 1
    features = tuple(sorted(feature for feature, count in counts.items() if count > 1 or len(words) < RARE))
    total = 1 + len(words)
    idf = np.log(total / (1 + np.array([counts[feature] for feature in features], np.float32))) + 1
    return features, idf.astype(np.float32), float(np.log(total) + 1)
