"""Trains the classifier on a bot's examples: what each block says to unseen ones decides how much it counts in each head."""

import time
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from conversation.understanding import Intent
from nlu.doubles import doubles_of
from nlu.encoding import Floats
from nlu.heads import make_head, mixed
from nlu.model import LETTERS, LOCAL, NO_VECTORS, WORDS, Head, Meta, Model, head_name, ranked
from nlu.read import Examples, Row, read_examples, synonyms_of
from nlu.study import Study, check_shapes, study

MAX_ENCODERS = 5
"""Encoders of which every combination gets a head; of more, only all together and each alone."""


def rows_of(files: Mapping[str, bytes]) -> tuple[Row, ...]:
    """Every example as (language, intent, text), in the order in which ``train`` wants its vectors. Raises ContentError."""
    return _rows(read_examples(files))


def train(
    files: Mapping[str, bytes],
    encoded: Mapping[str, Floats] = NO_VECTORS,
    called: Mapping[str, Floats] = NO_VECTORS,
) -> Model:
    """Blocks for seconds: run it in a thread. Raises ContentError for files that can't be used.

    ``encoded``: encoder's name to a row per example (rows x dims, length 1) in the order of ``rows_of``; a row that the
    encoder does not suit is all zeros. ``called``: the same of ``nlu.names.names_of`` those rows. Raises ValueError for another shape.
    """
    read = read_examples(files)
    return train_rows(_rows(read), encoded, called, read)


def train_rows(
    rows: Sequence[Row],
    encoded: Mapping[str, Floats] = NO_VECTORS,
    called: Mapping[str, Floats] = NO_VECTORS,
    read: Sequence[Examples] = (),
) -> Model:
    """As ``train``, of examples that are read already. ``read``: where the rules for values and the synonyms are taken from."""
    began = time.perf_counter()
    check_shapes(rows, encoded)
    synonyms = synonyms_of(read)
    known = study(rows, encoded, called, together=doubles_of(rows, encoded).together, synonyms=synonyms)
    meta = Meta(
        labels=known.labels,
        features=known.features,
        languages=tuple(sorted({row[0] for row in rows} | {each.language for each in read})),
        entities={each.language: each.entities for each in read},
        words=_words_by_language(rows, known.words),
        synonyms=synonyms,
        encoders=known.encoders,
        heads=_heads(known),
        unknown_idf=known.unknown_idf,
        examples=len(rows),
    )
    arrays = _arrays(known)
    seconds = round(time.perf_counter() - began, 3)
    return Model(Meta(**{**{name: getattr(meta, name) for name in meta.__struct_fields__}, "seconds": seconds}), arrays)


def held_out(
    files: Mapping[str, bytes],
    encoded: Mapping[str, Floats] = NO_VECTORS,
    called: Mapping[str, Floats] = NO_VECTORS,
    seed: int = 0,
) -> Mapping[str, tuple[tuple[Intent, ...], ...]]:
    """Head's name to what ``Model.classify`` says to each of ``rows_of(files)`` when it was trained neither on that example nor on one
    that says the same (five-fold cross-validation). Where an encoder has no vector of an example, the best head without it answers.
    ``seed``: another one deals the examples anew. Arguments, time and errors as with ``train``.
    """
    read = read_examples(files)
    synonyms, rows = synonyms_of(read), _rows(read)
    check_shapes(rows, encoded)
    together = doubles_of(rows, encoded).together
    known = study(rows, encoded, called, together=together, synonyms=synonyms)
    heads = {head.name: head for head in _heads(known)}
    if seed:
        known = study(rows, encoded, called, together=together, seed=seed, synonyms=synonyms)
    said = {name: (mixed(known, head), known.near(head.blocks)) for name, head in heads.items()}
    found: dict[str, tuple[tuple[Intent, ...], ...]] = {}
    for name, head in heads.items():
        answers = []
        for number, row in enumerate(known.rows):
            by = heads.get(head_name([each for each in head.encoders if known.blocks[each].has[number]]), heads[LOCAL])
            logits, near = said[by.name]
            calibration = by.mix(row[0]).calibration
            answers.append(ranked(known.labels, logits[number], near[:, number], calibration))
        found[name] = tuple(answers)
    return found


def _rows(read: Sequence[Examples]) -> tuple[Row, ...]:
    return tuple(
        (language.language, intent, text)
        for language in read
        for intent, texts in language.intents.items()
        for text in texts
    )


def _heads(known: Study) -> tuple[Head, ...]:
    encoders = known.encoders
    sizes = range(len(encoders) + 1) if len(encoders) <= MAX_ENCODERS else (0, 1, len(encoders))
    heads = [make_head(known, chosen) for size in sizes for chosen in combinations(encoders, size)]
    return tuple(head for head in heads if head is not None)


def _arrays(known: Study) -> dict[str, Any]:
    letters = known.blocks[LETTERS]
    shared = letters.nearness[known.kept].tocsc()
    shared.sort_indices()
    layer = known.layer(LETTERS)
    arrays = {
        "idf": known.idf,
        "weights": layer.weights.astype(np.float16),
        "bias": layer.bias.astype(np.float32),
        "starts": shared.indptr.astype(np.int32),
        "rows": shared.indices.astype(np.int32),
        "values": shared.data.astype(np.float16),
    }
    for number, name in enumerate((WORDS, *known.encoders)):
        block = known.blocks[name]
        layer = known.layer(name)
        arrays[f"weights.{number}"] = layer.weights.astype(np.float32)
        arrays[f"bias.{number}"] = layer.bias.astype(np.float32)
        arrays[f"mean.{number}"] = block.mean
        arrays[f"examples.{number}"] = block.taught.matrix[known.kept].astype(np.float16)
    return arrays


def _words_by_language(
    rows: Sequence[tuple[str, str, str]], words: Sequence[Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for (language, _, _), each in zip(rows, words, strict=True):
        for word in each:
            if any(char.isalpha() for char in word):
                found.setdefault(word, set()).add(language)
    return {word: tuple(sorted(languages)) for word, languages in found.items()}
