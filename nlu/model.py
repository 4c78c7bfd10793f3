"""The trained classifier in plain numpy: blocks, each a linear layer, for letters, for words' vectors and for each sentence encoder, and
the heads that make calibrated scores of them."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from conversation.understanding import Intent
from conversation.value import Value
from nlu.encoding import Floats
from nlu.read import OTHER, EntityRule
from nlu.sparse import Postings, Vectorizer
from nlu.word_vectors import vectors_of_the_package

LOCAL = "local"
"""The head that needs no encoder; it is in every model."""

LETTERS = "letters"
"""The block of characters, words, pairs of words and concepts. Every head hears it."""

WORDS = "words"
"""The block of the mean of the words' vectors. Every head hears it."""

NO_VECTORS: Mapping[str, Any] = MappingProxyType({})

INPUTS = 4
"""What a score is made of: see ``calibration_inputs``."""

MAX_INTENTS = 5
MIN_SCORE = 0.01

SPARSE = {
    "idf": np.float32,
    "weights": np.float16,
    "bias": np.float32,
    "starts": np.int32,
    "rows": np.int32,
    "values": np.float16,
}
DENSE = {"weights": np.float32, "bias": np.float32, "mean": np.float32, "examples": np.float16}


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


class Mix(Value, frozen=True, kw_only=True):
    """``blocks``: how much the logits of each block count, in their order. ``calibration``: see ``calibrated``."""

    blocks: tuple[float, ...]
    calibration: tuple[float, ...]


class Head(Value, frozen=True, kw_only=True):
    """What some blocks together make of a text. ``encoders``: what it needs vectors of.

    ``mixes``: by language, for those with enough examples of their own; "" for all others.
    """

    name: str
    encoders: tuple[str, ...] = ()
    mixes: dict[str, Mix]
    reports: tuple[LanguageReport, ...] = ()

    @property
    def blocks(self) -> tuple[str, ...]:
        return blocks_of(self.encoders)

    def mix(self, language: str) -> Mix:
        return self.mixes.get(language) or self.mixes[""]


def blocks_of(encoders: Collection[str]) -> tuple[str, ...]:
    """What the head of these encoders hears."""
    return (LETTERS, WORDS, *sorted(encoders))


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
    synonyms: dict[str, tuple[str, ...]] = {}
    encoders: tuple[str, ...] = ()
    heads: tuple[Head, ...]
    unknown_idf: float
    examples: int
    seconds: float = 0.0


class Model:
    """``arrays``: those of SPARSE, and those of DENSE for WORDS and each of ``meta.encoders``, named ``weights.0``, ``weights.1`` …

    Raises ValueError for arrays that do not fit each other.
    """

    def __init__(self, meta: Meta, arrays: Mapping[str, Any]) -> None:
        check_arrays(meta, arrays)
        self.meta = meta
        self.heads: Mapping[str, Head] = {head.name: head for head in meta.heads}
        self.vectorizer = Vectorizer(meta.features, arrays["idf"], meta.unknown_idf)
        self.weights = arrays["weights"]
        self._arrays = arrays
        self._postings = Postings(arrays["starts"], arrays["rows"], arrays["values"].astype(np.float32))
        self._dense = {
            name: _Dense(*(arrays[f"{array}.{number}"] for array in DENSE))
            for number, name in enumerate((WORDS, *meta.encoders))
        }
        self._word_vectors = vectors_of_the_package()

    @property
    def reports(self) -> tuple[LanguageReport, ...]:
        """Of each language, by the head that answers it when all encoders are there."""
        by_size = sorted(self.meta.heads, key=lambda head: len(head.encoders))
        return tuple({report.language: report for head in by_size for report in head.reports}.values())

    def arrays(self) -> Mapping[str, Any]:
        return self._arrays

    def head_for(self, encoders: Collection[str]) -> str:
        """The name of the best head that needs no other encoders than these."""
        fitting = [head for head in self.meta.heads if set(head.encoders) <= set(encoders)]
        return max(fitting, key=lambda head: len(head.encoders)).name

    def dims(self, encoder: str) -> int:
        """Of the vectors that the model was trained with; 0 for an encoder that it does not know."""
        return self._dense[encoder].dims if encoder in self.meta.encoders else 0

    def classify(
        self, words: Sequence[str], vectors: Mapping[str, Floats] = NO_VECTORS, language: str = ""
    ) -> tuple[Intent, ...]:
        """Intents best first, scores calibrated: of texts scored 0.8, about 80 % mean that intent.

        ``vectors``: by the encoder's name, one row of length 1 (dims,) each; the best head for what is there answers.
        ``language``: where the text's language is known, its own calibration counts.
        """
        useful = {name: vector for name, vector in vectors.items() if name in self.meta.encoders and vector.any()}
        head = self.heads[self.head_for(useful)]
        ids, values = self.vectorizer(words)
        useful[WORDS] = self._word_vectors.mean(words)
        if not len(ids) and not any(useful[name].any() for name in head.blocks[1:]):
            return ()
        logits = [values @ self.weights[ids].astype(np.float32) + self._arrays["bias"]]
        near = [self._postings.nearest(ids, values)]
        for name in head.blocks[1:]:
            said, nearest = self._dense[name](useful[name])
            logits.append(said)
            near.append(nearest)
        mix = head.mix(language)
        mixed = sum(weight * said for weight, said in zip(mix.blocks, logits, strict=True))
        return ranked(self.meta.labels, np.asarray(mixed), near, mix.calibration)


class _Dense:
    """The block of an encoder, or of words' vectors."""

    def __init__(self, weights: Floats, bias: Floats, mean: Floats, examples: Any) -> None:
        self._weights, self._bias, self._mean = weights, bias, mean
        self._examples = examples.astype(np.float32)
        self.dims = len(mean)

    def __call__(self, vector: Floats) -> tuple[Floats, float]:
        """What it says (labels,), and the cosine to the nearest example."""
        centred = centre(vector[None, :], self._mean)[0]
        return centred @ self._weights + self._bias, float((self._examples @ centred).max())


def check_arrays(meta: Meta, arrays: Mapping[str, Any]) -> None:
    wanted: dict[str, Any] = dict(SPARSE)
    for number in range(1 + len(meta.encoders)):
        wanted |= {f"{name}.{number}": kind for name, kind in DENSE.items()}
    for name, kind in wanted.items():
        if name not in arrays or arrays[name].dtype != kind:
            raise ValueError(f"array {name} is missing or of another type than {kind.__name__}")
    features, labels = len(meta.features), len(meta.labels)
    shapes = {"idf": (features,), "weights": (features, labels), "bias": (labels,), "starts": (features + 1,)}
    shapes["values"] = arrays["rows"].shape
    for number in range(1 + len(meta.encoders)):
        width = arrays[f"mean.{number}"].shape[-1]
        shapes[f"mean.{number}"] = (width,)
        shapes[f"bias.{number}"] = (labels,)
        shapes[f"weights.{number}"] = (width, labels)
        shapes[f"examples.{number}"] = (len(arrays[f"examples.{number}"]), width)
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise ValueError(f"array {name} is {arrays[name].shape}, wanted {shape}")
    table = vectors_of_the_package().dims
    if arrays["mean.0"].shape != (table,):
        raise ValueError(f"words had {arrays['mean.0'].shape} numbers when it was trained, and have {table} now")
    starts = arrays["starts"]
    if starts[0] != 0 or starts[-1] != len(arrays["rows"]) or (np.diff(starts) < 0).any():
        raise ValueError("array starts does not lead through the examples")
    if len(arrays["rows"]) and not 0 <= arrays["rows"].min() <= arrays["rows"].max() < meta.examples:
        raise ValueError("array rows names examples that are not there")
    if LOCAL not in {head.name for head in meta.heads}:
        raise ValueError("there is no local head")
    for head in meta.heads:
        size = len(head.blocks)
        fits = all(len(mix.blocks) == size and len(mix.calibration) == INPUTS for mix in head.mixes.values())
        if not fits or "" not in head.mixes or not set(head.encoders) <= set(meta.encoders):
            raise ValueError(f"head {head.name} does not fit its encoders")


def ranked(
    labels: Sequence[str], logits: Any, near: Sequence[float], calibration: Sequence[float]
) -> tuple[Intent, ...]:
    """The reported intents of one text, best first, scores calibrated. ``logits``: (labels,), `other` included; ``near``: (blocks,)."""
    probabilities = softmax(logits[None, :])[0]
    best = np.argsort(-logits, kind="stable")[: MAX_INTENTS + 1]
    reported = [number for number in best if labels[number] != OTHER][:MAX_INTENTS]
    if not reported:
        return ()
    first = reported[0]
    top = float(probabilities[first])
    score = float(calibrated(probabilities[[first]], logits[[first]], np.array(near)[:, None], calibration)[0])
    rest = sum(float(probabilities[number]) for number in reported[1:])
    share = min(score / top, (1 - score) / rest) if rest else 0.0
    scores = [score, *(float(probabilities[number]) * share for number in reported[1:])]
    return tuple(
        Intent(name=labels[number], score=round(value, 4))
        for number, value in zip(reported, scores, strict=True)
        if value >= MIN_SCORE
    )


def centre(vectors: Floats, mean: Floats) -> Floats:
    """Rows without what all examples share, brought to length 1 again; rows of zeros stay zeros."""
    moved = np.where(vectors.any(axis=1, keepdims=True), vectors - mean, 0)
    lengths = np.sqrt(np.einsum("ij,ij->i", moved, moved))[:, None]
    return np.asarray(moved / np.maximum(lengths, 1e-6), np.float32)


def softmax(logits: Any) -> Any:
    """Rows of numbers to rows of probabilities."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def calibration_inputs(top: Any, strength: Any, near: Any) -> Any:
    """What a score is made of, a row per text: log-odds of the best reported intent, its logit (low for what is like none of
    them), one, and the log cosine to the nearest example, on average over the blocks. ``near``: blocks x texts."""
    sure = np.minimum(np.maximum(top, 1e-6), 1 - 1e-6)
    columns = np.empty((INPUTS, len(top)))
    columns[0] = np.log(sure / (1 - sure))
    columns[1] = strength
    columns[2] = 1
    columns[3] = np.log(np.maximum(near, 0) + 0.2).mean(axis=0)
    return columns.T


def calibrated(top: Any, strength: Any, near: Any, calibration: Sequence[float]) -> Any:
    """The probability that the best reported intent is right."""
    odds = calibration_inputs(top, strength, near) @ np.array(calibration)
    return 1 / (1 + np.exp(-np.minimum(np.maximum(odds, -30), 30)))
