"""Trains the classifier on a bot's examples: multinomial logistic regression in the space of the examples."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from conversation.errors import ContentError
from conversation.understanding import Intent
from nlu.features import Tokenizers, character_features, clean, word_features
from nlu.model import (
    LOCAL,
    NO_VECTORS,
    Floats,
    Head,
    LanguageReport,
    Meta,
    Model,
    calibrated,
    calibration_inputs,
    ranked,
    softmax,
    vectorize,
)
from nlu.read import OTHER, Examples, read_examples

Row: TypeAlias = tuple[str, str, str]
"""An example: language, intent, text."""


REGULARIZATION = 0.1
FOLDS = 5
ACCEPT = 0.75
"""The score that reports count as accepted: the usual threshold of a bot."""

_ROUNDS = 80
"""By then no probability moves by more than 0.001 (860 examples)."""

_BLOCK = 4_096


def rows_of(files: Mapping[str, bytes]) -> tuple[Row, ...]:
    """Every example as (language, intent, text), in the order in which ``train`` wants its vectors. Raises ContentError."""
    return _rows(read_examples(files))


def train(files: Mapping[str, bytes], encoded: Mapping[str, Floats] = NO_VECTORS) -> Model:
    """Blocks for seconds: run it in a thread. Raises ContentError for files that can't be used.

    ``encoded``: encoder's name to a row per example (rows x dims, length 1) in the order of ``rows_of``; a row that the
    encoder does not suit is all zeros. Raises ValueError for another shape.
    """
    began = time.perf_counter()
    read = read_examples(files)
    tokenizers = Tokenizers(sorted(files))
    rows = _rows(read)
    _check_shapes(rows, encoded)
    labels = tuple(sorted({intent for _, intent, _ in rows}))
    _check_enough(labels, rows)
    words = [tokenizers.words(clean(text), language) for language, _, text in rows]
    features, idf, unknown_idf = _weigh_features(words)
    index = {feature: number for number, feature in enumerate(features)}
    vectors = [vectorize(each, index, idf, unknown_idf) for each in words]
    wanted = np.array([labels.index(intent) for _, intent, _ in rows])
    kernel = _kernel(vectors, len(features))
    probabilities, familiarity = _cross_validate(kernel, wanted, len(labels))
    meta = Meta(
        labels=labels,
        features=features,
        languages=tuple(sorted(files)),
        entities={language.language: language.entities for language in read},
        words=_words_by_language(rows, words),
        heads=(_head(LOCAL, rows, labels, probabilities, familiarity),),
        unknown_idf=unknown_idf,
        examples=len(rows),
    )
    arrays = {
        "idf": idf,
        "weights": _weights(vectors, _fit(kernel, wanted, len(labels)), len(features)),
        **_postings(vectors, len(features)),
    }
    seconds = time.perf_counter() - began
    return Model(Meta(**{**_fields(meta), "seconds": round(seconds, 3)}), arrays)


def held_out(
    files: Mapping[str, bytes], encoded: Mapping[str, Floats] = NO_VECTORS
) -> Mapping[str, tuple[tuple[Intent, ...], ...]]:
    """Head's name to what ``Model.classify`` says to each of ``rows_of(files)`` when it was not trained on that example
    (five-fold cross-validation). Arguments, time and errors as with ``train``."""
    rows = rows_of(files)
    _check_shapes(rows, encoded)
    labels = tuple(sorted({intent for _, intent, _ in rows}))
    _check_enough(labels, rows)
    tokenizers = Tokenizers(sorted(files))
    words = [tokenizers.words(clean(text), language) for language, _, text in rows]
    features, idf, unknown_idf = _weigh_features(words)
    index = {feature: number for number, feature in enumerate(features)}
    vectors = [vectorize(each, index, idf, unknown_idf) for each in words]
    wanted = np.array([labels.index(intent) for _, intent, _ in rows])
    probabilities, familiarity = _cross_validate(_kernel(vectors, len(features)), wanted, len(labels))
    head = _head(LOCAL, rows, labels, probabilities, familiarity)
    answers = (
        ranked(labels, each, near, head.calibrated_for(row[0]))
        for each, near, row in zip(probabilities, familiarity, rows, strict=True)
    )
    return {head.name: tuple(answers)}


def _check_shapes(rows: Sequence[Row], encoded: Mapping[str, Floats]) -> None:
    for name, vectors in encoded.items():
        if vectors.ndim != 2 or len(vectors) != len(rows):
            raise ValueError(f"vectors of {name}: {vectors.shape}, wanted a row for each of {len(rows)} examples")


def _head(name: str, rows: Sequence[Row], labels: Sequence[str], probabilities: Any, familiarity: Any) -> Head:
    wanted = np.array([labels.index(intent) for _, intent, _ in rows])
    reported = probabilities * np.array([label != OTHER for label in labels], np.float32)
    choice, top = reported.argmax(axis=1), reported.max(axis=1)
    calibration = _calibrate(top, choice == wanted, familiarity)
    scores = calibrated(top, familiarity, calibration)
    languages = sorted({row[0] for row in rows})
    reports = tuple(_report(language, rows, labels, choice, scores) for language in languages)
    return Head(name=name, calibration={"": calibration}, reports=reports)


def _rows(read: Sequence[Examples]) -> tuple[Row, ...]:
    return tuple(
        (language.language, intent, text)
        for language in read
        for intent, texts in language.intents.items()
        for text in texts
    )


def _fields(meta: Meta) -> dict[str, Any]:
    return {name: getattr(meta, name) for name in meta.__struct_fields__}


def _check_enough(labels: Sequence[str], rows: Sequence[tuple[str, str, str]]) -> None:
    if len(labels) < 2:
        raise ContentError(
            "nlu/: there must be at least two intents with examples (`other` counts), else nothing can be told apart"
        )
    counts = {label: sum(intent == label for _, intent, _ in rows) for label in labels}
    few = [label for label, count in counts.items() if count < 2]
    if few:
        raise ContentError(f"nlu/: too few examples for {', '.join(few)}; write at least two, better twenty")


def _weigh_features(words: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], Any, float]:
    """The features of all examples, their inverse document frequency, and that of a feature nobody has seen."""
    counts: dict[str, int] = {}
    for each in words:
        for feature in {*word_features(each), *character_features(each)}:
            counts[feature] = counts.get(feature, 0) + 1
    total = 1 + len(words)
    idf = np.log(total / (1 + np.fromiter(counts.values(), np.float32, len(counts)))) + 1
    return tuple(counts), idf.astype(np.float32), float(np.log(total) + 1)


def _kernel(vectors: Sequence[tuple[Any, Any]], width: int) -> Any:
    """Products of every pair of examples (examples x examples), block by block to keep memory small."""
    kernel = np.zeros((len(vectors), len(vectors)), np.float32)
    for begin in range(0, width, _BLOCK):
        block = np.zeros((len(vectors), min(_BLOCK, width - begin)), np.float32)
        for row, (ids, values) in enumerate(vectors):
            inside = (ids >= begin) & (ids < begin + _BLOCK)
            block[row, ids[inside] - begin] = values[inside]
        kernel += block @ block.T
    return kernel


def _fit(kernel: Any, wanted: Any, labels: int) -> Any:
    """Logistic regression by Nesterov's accelerated descent with restarts; one coefficient per example and label."""
    target = np.eye(labels, dtype=np.float32)[wanted]
    step = np.float32(1 / (_largest_eigenvalue(kernel) / 2 + REGULARIZATION))
    best = ahead = np.zeros((len(wanted), labels), np.float32)
    momentum = 1.0
    for _ in range(_ROUNDS):
        moved = ahead - step * (softmax(kernel @ ahead) - target + np.float32(REGULARIZATION) * ahead)
        if float(((ahead - moved) * (moved - best)).sum()) > 0:  # it overshot: start with a fresh momentum
            momentum = 1.0
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = moved + np.float32((momentum - 1) / following) * (moved - best)
        best, momentum = moved, following
    return best


def _largest_eigenvalue(kernel: Any) -> float:
    vector = np.ones(len(kernel), np.float32)
    for _ in range(20):
        vector = kernel @ vector
        vector /= np.linalg.norm(vector) + np.float32(1e-9)
    return float(vector @ kernel @ vector) * 1.05


def _cross_validate(kernel: Any, wanted: Any, labels: int) -> tuple[Any, Any]:
    """Per example, from a model that never saw it: the labels' probabilities and the familiarity."""
    folds = np.random.default_rng(0).permutation(len(wanted)) % min(FOLDS, len(wanted))
    probabilities = np.zeros((len(wanted), labels), np.float32)
    familiarity = np.zeros(len(wanted), np.float32)
    for fold in range(min(FOLDS, len(wanted))):
        known, asked = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        products = kernel[np.ix_(asked, known)]
        probabilities[asked] = softmax(products @ _fit(kernel[np.ix_(known, known)], wanted[known], labels))
        familiarity[asked] = products.max(axis=1)
    return probabilities, familiarity


def _calibrate(top: Any, right: Any, familiarity: Any) -> tuple[float, float, float]:
    """Platt scaling over log-odds and familiarity, by Newton's method with steps halved until they lead downhill."""
    inputs, hits = calibration_inputs(top, familiarity), right.astype(np.float64)
    prior = np.array([1.0, 0.0, 0.0])

    def loss(weights: Any) -> float:
        logits = inputs @ weights
        return float((np.logaddexp(0, logits) - hits * logits).sum() + 0.25 * ((weights - prior) ** 2).sum())

    weights = prior.copy()
    for _ in range(30):
        guess = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        gradient = inputs.T @ (guess - hits) + 0.5 * (weights - prior)
        curvature = (inputs * (guess * (1 - guess))[:, None]).T @ inputs + 0.5 * np.eye(3)
        step = np.linalg.solve(curvature, gradient)
        for _ in range(30):
            if loss(weights - step) <= loss(weights):
                break
            step /= 2
        weights = weights - step
    return float(weights[0]), float(weights[1]), float(weights[2])


def _weights(vectors: Sequence[tuple[Any, Any]], coefficients: Any, width: int) -> Any:
    weights = np.zeros((width, coefficients.shape[1]), np.float32)
    for (ids, values), each in zip(vectors, coefficients, strict=True):
        weights[ids] += values[:, None] * each[None, :]
    return weights


def _postings(vectors: Sequence[tuple[Any, Any]], width: int) -> dict[str, Any]:
    ids = np.concatenate([ids for ids, _ in vectors])
    rows = np.repeat(np.arange(len(vectors), dtype=np.int32), [len(ids) for ids, _ in vectors])
    order = np.argsort(ids, kind="stable")
    starts = np.searchsorted(ids[order], np.arange(width + 1)).astype(np.int32)
    return {"starts": starts, "rows": rows[order], "values": np.concatenate([values for _, values in vectors])[order]}


def _words_by_language(
    rows: Sequence[tuple[str, str, str]], words: Sequence[Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for (language, _, _), each in zip(rows, words, strict=True):
        for word in each:
            if any(char.isalpha() for char in word):
                found.setdefault(word, set()).add(language)
    return {word: tuple(sorted(languages)) for word, languages in found.items()}


def _report(
    language: str, rows: Sequence[tuple[str, str, str]], labels: Sequence[str], choice: Any, scores: Any
) -> LanguageReport:
    mine = np.array([row[0] == language for row in rows])
    tasks = mine & np.array([row[1] != OTHER for row in rows])
    right = np.array([labels[int(number)] == row[1] for number, row in zip(choice, rows, strict=True)])
    sure = scores >= ACCEPT
    return LanguageReport(
        language=language,
        intents=len({row[1] for row in rows if row[0] == language}),
        examples=int(mine.sum()),
        accuracy=round(float((right | (~sure & ~tasks))[mine].mean()), 4),
        accepted=round(float((right & sure)[tasks].mean()), 4),
        wrong=round(float((sure & ~right)[mine].mean()), 4),
    )
