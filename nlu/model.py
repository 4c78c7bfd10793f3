"""The trained classifier in plain numpy: TF-IDF features, one linear layer for all languages, calibrated scores."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from conversation.understanding import Intent
from conversation.value import Value
from nlu.features import character_features, word_features
from nlu.read import OTHER, EntityRule

Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int32]

WORD_WEIGHT = 0.7
"""Weight of the word block against the character block, chosen by cross-validation."""

LOCAL = "local"
"""The head that needs no encoder; it is in every model."""

NO_VECTORS: Mapping[str, Any] = MappingProxyType({})

MAX_INTENTS = 5
MIN_SCORE = 0.01


class LanguageReport(Value, frozen=True, kw_only=True):
    """What training found out about one language; shares from 0 to 1, measured by five-fold cross-validation.

    ``accuracy``: the right intent is first, `other` included. ``accepted``: tasks that are right with a score of at least
    0.75. ``wrong``: tasks and other texts that get a wrong intent with such a score.
    """

    language: str
    intents: int
    examples: int
    accuracy: float
    accepted: float
    wrong: float


class Head(Value, frozen=True, kw_only=True):
    """What one set of encoders, together with words and characters, makes of a text. ``encoders``: what it needs vectors of.

    ``calibration``: by language, for those with enough examples of their own; "" for all others.
    """

    name: str
    encoders: tuple[str, ...] = ()
    calibration: dict[str, tuple[float, float, float]]
    reports: tuple[LanguageReport, ...] = ()

    def calibrated_for(self, language: str) -> tuple[float, float, float]:
        return self.calibration.get(language) or self.calibration[""]


def head_name(encoders: Collection[str]) -> str:
    """``local``, ``local+multilingual``, ``local+minilm+multilingual``: the encoders in the order of their names."""
    return "+".join([LOCAL, *sorted(encoders)])


class Meta(Value, frozen=True, kw_only=True):
    """The model's half that is not numbers. ``words``: word to the languages whose examples have it."""

    labels: tuple[str, ...]
    features: tuple[str, ...]
    languages: tuple[str, ...]
    entities: dict[str, tuple[EntityRule, ...]]
    words: dict[str, tuple[str, ...]]
    heads: tuple[Head, ...]
    unknown_idf: float
    examples: int
    seconds: float = 0.0


class Model:
    """``idf`` (features), ``weights`` (features x labels), and the examples by feature: ``starts`` (features + 1) into
    ``rows`` and ``values`` (one entry per example that has the feature)."""

    def __init__(self, meta: Meta, arrays: dict[str, Any]) -> None:
        self.meta = meta
        self.idf: Floats = arrays["idf"]
        self.weights: Floats = arrays["weights"]
        self.starts: Ints = arrays["starts"]
        self.rows: Ints = arrays["rows"]
        self.values: Floats = arrays["values"]
        self._index = {feature: number for number, feature in enumerate(meta.features)}
        self.heads: Mapping[str, Head] = {head.name: head for head in meta.heads}

    def arrays(self) -> dict[str, Any]:
        names = ("idf", "weights", "starts", "rows", "values")
        return {name: getattr(self, name) for name in names}

    def head_for(self, encoders: Collection[str]) -> str:
        """The name of the best head that needs no other encoders than these."""
        fitting = [head for head in self.meta.heads if set(head.encoders) <= set(encoders)]
        return max(fitting, key=lambda head: len(head.encoders)).name

    def classify(
        self, words: Sequence[str], vectors: Mapping[str, Floats] = NO_VECTORS, language: str = ""
    ) -> tuple[Intent, ...]:
        """Intents best first, scores calibrated: of texts scored 0.8, about 80 % mean that intent.

        ``vectors``: by the encoder's name, one row of length 1 (dims,) each; the best head for what is there answers.
        ``language``: where the text's language is known, its own calibration counts.
        """
        head = self.heads[self.head_for(vectors)]
        ids, values = vectorize(words, self._index, self.idf, self.meta.unknown_idf)
        if not len(ids):
            return ()
        probabilities = softmax((values @ self.weights[ids])[None, :])[0]
        return ranked(self.meta.labels, probabilities, self._familiarity(ids, values), head.calibrated_for(language))

    def _familiarity(self, ids: Ints, values: Floats) -> float:
        """The cosine to the nearest example."""
        starts, lengths = self.starts[ids], self.starts[ids + 1] - self.starts[ids]
        ends = np.cumsum(lengths)
        places = np.arange(ends[-1]) + np.repeat(starts - ends + lengths, lengths)
        products = self.values[places] * np.repeat(values, lengths)
        return float(np.bincount(self.rows[places], weights=products, minlength=1).max())


def ranked(
    labels: Sequence[str], probabilities: Any, familiarity: float, calibration: tuple[float, float, float]
) -> tuple[Intent, ...]:
    """The reported intents of one text, best first, scores calibrated. ``probabilities``: (labels,), `other` included."""
    reported = [number for number in np.argsort(-probabilities) if labels[number] != OTHER][:MAX_INTENTS]
    if not reported:
        return ()
    top = float(probabilities[reported[0]])
    score = float(calibrated(np.array([top]), np.array([familiarity]), calibration)[0])
    rest = sum(float(probabilities[number]) for number in reported[1:])
    share = min(score / top, (1 - score) / rest) if rest else 0.0
    scores = [score, *(float(probabilities[number]) * share for number in reported[1:])]
    return tuple(
        Intent(name=labels[number], score=round(value, 4))
        for number, value in zip(reported, scores, strict=True)
        if value >= MIN_SCORE
    )


def vectorize(words: Sequence[str], index: dict[str, int], idf: Floats, unknown_idf: float) -> tuple[Ints, Floats]:
    """Feature numbers and their weights. Unknown features count in the length: a text of new words stays unfamiliar."""
    ids: list[int] = []
    blocks: list[Floats] = []
    for features, weight in ((word_features(words), WORD_WEIGHT), (character_features(words), 1.0)):
        counts: dict[int, int] = {}
        unknown = 0
        for feature in features:
            number = index.get(feature)
            if number is None:
                unknown += 1
            else:
                counts[number] = counts.get(number, 0) + 1
        if not counts:
            continue
        numbers = np.fromiter(counts, np.int32, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * idf[numbers]
        length = np.sqrt(float(values @ values) + unknown * unknown_idf**2)
        ids += counts
        blocks.append((values * np.float32(weight / length / np.sqrt(1 + WORD_WEIGHT**2))).astype(np.float32))
    if not blocks:
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    return np.array(ids, np.int32), np.concatenate(blocks)


def softmax(logits: Any) -> Any:
    """Rows of numbers to rows of probabilities."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def calibration_inputs(top: Any, familiarity: Any) -> Any:
    """What a score is made of, a row per text: log-odds of the best reported intent, one, log cosine to the nearest example."""
    clipped = np.clip(top, 1e-6, 1 - 1e-6)
    return np.stack([np.log(clipped / (1 - clipped)), np.ones_like(clipped), np.log(familiarity + 1e-3)], axis=1)


def calibrated(top: Any, familiarity: Any, calibration: tuple[float, float, float]) -> Any:
    """The probability that the best reported intent is right."""
    return 1 / (1 + np.exp(-np.clip(calibration_inputs(top, familiarity) @ np.array(calibration), -30, 30)))
