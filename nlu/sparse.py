"""The block of a text's own words and characters: TF-IDF values by feature, and the examples that share them."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlu.concepts import concept_features
from nlu.encoding import Floats
from nlu.features import character_features, pair_features, word_features

Ints: TypeAlias = NDArray[np.int32]

_GROUPS: Final[tuple[tuple[Callable[[Sequence[str]], list[str]], float], ...]] = (
    (character_features, 0.48**0.5),
    (word_features, 0.2**0.5),
    (pair_features, 0.12**0.5),
    (concept_features, 0.2**0.5),
)
"""Groups of features and the lengths they share out, chosen by cross-validation over twelve sets of examples."""


class Vectorizer:
    """Texts to feature numbers and values. ``idf``: (features,); ``unknown_idf``: that of a feature nobody has seen."""

    def __init__(self, features: Sequence[str], idf: Floats, unknown_idf: float) -> None:
        self._index = {feature: number for number, feature in enumerate(features)}
        self._idf = idf
        self._unknown_idf = unknown_idf
        concept_features(("ї",))  # opens its tables with the model rather than at a customer's first text

    def __call__(self, words: Sequence[str]) -> tuple[Ints, Floats]:
        """Unknown features count in the length: a text of new words stays unfamiliar."""
        ids: list[int] = []
        blocks: list[Floats] = []
        for features_of, weight in _GROUPS:
            counts: dict[int, int] = {}
            unknown = 0
            for number in map(self._index.get, features_of(words)):
                if number is None:
                    unknown += 1
                else:
                    counts[number] = counts.get(number, 0) + 1
            if not counts:
                continue
            numbers = np.fromiter(counts, np.int32, len(counts))
            values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self._idf[numbers]
            length = np.sqrt(float(values @ values) + unknown * self._unknown_idf**2)
            ids += counts
            blocks.append((values * np.float32(weight / length)).astype(np.float32))
        if not blocks:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        return np.array(ids, np.int32), np.concatenate(blocks)


def features_of(words: Sequence[str]) -> set[str]:
    return {feature for group, _ in _GROUPS for feature in group(words)}


class Postings:
    """Examples by feature. ``starts`` (features + 1) into ``rows`` and ``values`` (one entry per example that has the feature)."""

    def __init__(self, starts: Ints, rows: Ints, values: Floats) -> None:
        self._starts, self._rows, self._values = starts, rows, values

    def nearest(self, ids: Ints, values: Floats) -> float:
        """The cosine to the nearest example, over the features that have postings."""
        begins = self._starts[ids]
        lengths = self._starts[ids + 1] - begins
        total = int(lengths.sum())
        if not total:
            return 0.0
        places = np.arange(total) + np.repeat(begins - np.cumsum(lengths) + lengths, lengths)
        products = self._values[places] * np.repeat(values, lengths)
        return float(np.bincount(self._rows[places], weights=products).max())
