"""A bot's examples as numbers, and what each block of the model says to those that it has not seen."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from conversation.errors import ContentError
from nlu.blas import one_thread
from nlu.encoding import Floats
from nlu.features import Tokenizers, clean
from nlu.fit import Layer
from nlu.folds import Folds, Taught, Unseen, deal, unseen
from nlu.model import LETTERS, NO_VECTORS, WORDS, centre
from nlu.names import names_of
from nlu.read import Row
from nlu.sparse import Vectorizer, features_of
from nlu.word_vectors import vectors_of_the_package

SPARSE_REGULARIZATION = 0.05
DENSE_REGULARIZATION = 0.03
"""With up to SOME examples; it grows with the root of their number, up to threefold: among many examples are more that are labelled wrong."""
SOME = 700
KEPT = 4_000
"""Examples that a text is compared with; of more, every second or third of each intent."""

_COMMON = 20
"""A feature of more than this part of the examples says nothing about how near two texts are."""


RARE = 3_000
"""Examples from which a feature of one example alone is left out: half of all features, and no model misses them."""


class Block(NamedTuple):
    """``nearness``: examples x features, of those features that tell near from far; ``has``: the examples that have a row in it."""

    taught: Taught
    nearness: Any
    regularization: float
    has: Any
    mean: Any
    unseen: Unseen


class Study(NamedTuple):
    """``blocks``: by name, LETTERS and WORDS first. ``kept``: numbers of the examples to compare with."""

    rows: Sequence[Row]
    labels: tuple[str, ...]
    wanted: Any
    words: Sequence[Sequence[str]]
    features: tuple[str, ...]
    idf: Any
    unknown_idf: float
    kept: Any
    blocks: Mapping[str, Block]

    def layer(self, name: str) -> Layer:
        """What the block learns from all examples and names."""
        block = self.blocks[name]
        return block.taught.fit(np.flatnonzero(block.has), slice(None), len(self.labels), block.regularization)

    @property
    def is_kept(self) -> Any:
        """``kept`` as a mask."""
        return np.isin(np.arange(len(self.rows)), self.kept)

    @property
    def encoders(self) -> tuple[str, ...]:
        return tuple(self.blocks)[2:]

    def near(self, blocks: Sequence[str]) -> Any:
        """Cosines to the nearest other example (blocks x examples)."""
        return np.stack([self.blocks[name].unseen.near for name in blocks])


def study(
    rows: Sequence[Row],
    encoded: Mapping[str, Floats],
    called: Mapping[str, Floats] = NO_VECTORS,
    *,
    together: Sequence[int] | None = None,
    seed: int = 0,
    synonyms: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Study:
    """Takes most of a training's time. Raises ContentError for too few examples and ValueError for vectors of another shape.
    ``called``: see ``nlu.train.train``; ``together`` and ``seed``: see ``nlu.folds.deal``; ``synonyms``: see ``Tokenizers``."""
    one_thread()
    names = names_of(rows)
    check_shapes(rows, encoded)
    check_shapes(names, called)
    labels = tuple(sorted({intent for _, intent, _ in rows}))
    _check_enough(labels, rows)
    tokenizers = Tokenizers(sorted({language for language, _, _ in rows}), synonyms)
    words = [tokenizers.words(clean(text), language) for language, _, text in rows]
    words_of_names = [tokenizers.words(clean(text), language) for language, _, text in names]
    features, idf, unknown_idf = _weigh_features([*words, *words_of_names])
    numbers = {label: number for number, label in enumerate(labels)}
    wanted, named = (np.array([numbers[intent] for _, intent, _ in each], np.int64) for each in (rows, names))
    folds = deal(rows, together, seed)
    ground = _Ground(wanted, named, len(labels), folds, np.sort(folds.order[:: -(-len(rows) // KEPT)]))
    vectorizer = Vectorizer(features, idf, unknown_idf)
    matrix, beside = (_matrix(each, vectorizer, len(features)) for each in (words, words_of_names))
    blocks = {
        LETTERS: _sparse_block(matrix, beside, ground),
        WORDS: _dense_block(_means(words), _means(words_of_names), ground),
    }
    for name in sorted(name for name, vectors in encoded.items() if vectors.any()):
        nothing = np.zeros((len(names), encoded[name].shape[1]), np.float32)
        blocks[name] = _dense_block(encoded[name], called.get(name, nothing), ground)
    return Study(rows, labels, wanted, words, features, idf, unknown_idf, ground.kept, blocks)


class _Ground(NamedTuple):
    """What all blocks stand on: the numbers of the examples' labels and of the names', how many labels there are, how the examples are
    dealt out, and which are kept to compare with."""

    wanted: Any
    named: Any
    labels: int
    folds: Folds
    kept: Any

    def unseen(self, taught: Taught, nearness: Any, regularization: float) -> Unseen:
        return unseen(
            taught, nearness, labels=self.labels, regularization=regularization, folds=self.folds, kept=self.kept
        )


def _sparse_block(matrix: Any, beside: Any, ground: _Ground) -> Block:
    """``beside``: the names (names x features)."""
    often = np.bincount(matrix[ground.kept].indices, minlength=matrix.shape[1])
    nearness = matrix.copy()
    nearness.data[often[matrix.indices] > max(_COMMON, len(ground.kept) // _COMMON)] = 0
    nearness.eliminate_zeros()
    taught = Taught(matrix, ground.wanted, beside, ground.named)
    said = ground.unseen(taught, nearness, SPARSE_REGULARIZATION)
    return Block(taught, nearness, SPARSE_REGULARIZATION, np.ones(len(ground.wanted), bool), None, said)


def _dense_block(vectors: Floats, beside: Floats, ground: _Ground) -> Block:
    """``beside``: vectors of the names; those of zeros are not learnt."""
    has, called = (np.flatnonzero(each.any(axis=1)) for each in (vectors, beside))
    mean = (vectors.sum(axis=0) / max(1, len(has))).astype(np.float32)
    matrix = centre(vectors.astype(np.float32), mean)
    taught = Taught(matrix, ground.wanted, centre(beside[called], mean), ground.named[called])
    regularization = DENSE_REGULARIZATION * float(np.clip(len(matrix) / SOME, 1, 9)) ** 0.5
    said = ground.unseen(taught, matrix, regularization)
    return Block(taught, matrix, regularization, vectors.any(axis=1), mean, said)


def _means(words: Sequence[Sequence[str]]) -> Floats:
    table = vectors_of_the_package()
    return np.array([table.mean(each) for each in words], np.float32).reshape(len(words), table.dims)


def _matrix(words: Sequence[Sequence[str]], vectorizer: Vectorizer, width: int) -> Any:
    vectors = [vectorizer(each) for each in words]
    starts = np.cumsum([0, *(len(ids) for ids, _ in vectors)])
    values = np.concatenate([np.zeros(0, np.float32), *(values for _, values in vectors)])
    ids = np.concatenate([np.zeros(0, np.int32), *(ids for ids, _ in vectors)])
    return csr_matrix((values, ids, starts), (len(words), width))


def check_shapes(rows: Sequence[Row], encoded: Mapping[str, Floats]) -> None:
    """Raises ValueError for what can't be the vectors of these examples."""
    for name, vectors in encoded.items():
        if vectors.ndim != 2 or len(vectors) != len(rows) or not np.isfinite(vectors).all():
            raise ValueError(
                f"vectors of {name}: {vectors.shape}, wanted a row of numbers for each of {len(rows)} texts"
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
