"""The forward pass of a BERT (Devlin et al. 2018, arXiv:1810.04805) in plain numpy: MiniLM, XLM-R, MPNet and their like."""

from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nlu.encoders.bert_config import BIAS, BUCKETS, TYPES, BertConfig
from nlu.encoding import Floats, unit_rows

Pooling: TypeAlias = Literal["mean", "first", "wide"]
"""A text's vector is the mean of its pieces', or the one of the mark of its beginning. Wide: of three parts, the mean, the largest of
each number, and the mean of two thirds of the way up, where words still differ that mean much the same."""

PARTS: Final = {"mean": (1.0,), "first": (1.0,), "wide": (1.0, 0.9, 0.7)}
"""By pooling, the length of each part. Maxima of different texts differ less than means do: once what all examples share is taken out,
the second and third part are half as long as the first (cross-validation on BANKING77 and HWU64: +0.4 points for the first alone)."""


class Bert:
    """``tensors``: by the names of ``shapes``. Safe to use from several threads."""

    def __init__(self, config: BertConfig, tensors: Mapping[str, Floats], pooling: Pooling) -> None:
        self._config = config
        self._tensors = tensors
        self._pooling = pooling
        self._bias = _bias(tensors[BIAS], config.places) if config.kind.relative else None

    def vectors(self, texts: Sequence[Sequence[int]]) -> Floats:
        """(texts x hidden size times parts), rows of length 1. ``texts``: numbers of pieces; none empty, none longer than there are places."""
        bounds = np.cumsum([0, *map(len, texts)])
        spans = [slice(begin, end) for begin, end in pairwise(bounds.tolist())]
        rows = self._embed(texts)
        for layer in range(self._config.num_hidden_layers):
            if layer == 2 * self._config.num_hidden_layers // 3:
                middle = rows
            rows = self._layer(rows, f"encoder.layer.{layer}.", spans)
        if self._pooling == "first":
            return unit_rows(rows[bounds[:-1]])
        mean = np.add.reduceat(rows, bounds[:-1], axis=0)
        if self._pooling == "mean":
            return unit_rows(mean)
        parts = (mean, np.maximum.reduceat(rows, bounds[:-1], axis=0), np.add.reduceat(middle, bounds[:-1], axis=0))
        lengths = map(np.float32, PARTS[self._pooling])
        return unit_rows(
            np.concatenate([length * unit_rows(part) for length, part in zip(lengths, parts, strict=True)], axis=1)
        )

    def _embed(self, texts: Sequence[Sequence[int]]) -> Floats:
        tensors = self._tensors
        first = self._config.first_position
        places = list(chain.from_iterable(range(first, first + len(pieces)) for pieces in texts))
        rows = tensors["embeddings.word_embeddings.weight"][list(chain.from_iterable(texts))]
        rows += tensors["embeddings.position_embeddings.weight"][places]
        if self._config.kind.types:
            rows += tensors[TYPES][0]
        return self._normal(rows, "embeddings.LayerNorm")

    def _layer(self, rows: Floats, name: str, spans: Sequence[slice]) -> Floats:
        kind = self._config.kind
        *ways, told = (f"{name}attention.{each}" for each in kind.attention)
        asked, keys, values = (self._linear(rows, way) for way in ways)
        seen = np.empty_like(rows)
        for span in spans:
            seen[span] = self._attend(asked[span], keys[span], values[span])
        rows = self._normal(self._linear(seen, told) + rows, f"{name}attention.{kind.attended}")
        wide = _gelu(self._linear(rows, f"{name}intermediate.dense"))
        return self._normal(self._linear(wide, f"{name}output.dense") + rows, f"{name}output.LayerNorm")

    def _attend(self, asked: Floats, keys: Floats, values: Floats) -> Floats:
        """One text's pieces look at each other, each head for itself."""
        heads = (len(asked), self._config.num_attention_heads, -1)
        asked, values = asked.reshape(heads).transpose(1, 0, 2), values.reshape(heads).transpose(1, 0, 2)
        weights = asked @ keys.reshape(heads).transpose(1, 2, 0)
        weights *= np.float32(1 / np.sqrt(asked.shape[2]))
        if self._bias is not None:
            weights += self._bias[:, : len(keys), : len(keys)]
        weights -= weights.max(axis=2, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=2, keepdims=True)
        return np.asarray((weights @ values).transpose(1, 0, 2).reshape(len(keys), -1), np.float32)

    def _linear(self, rows: Floats, name: str) -> Floats:
        found: Floats = rows @ self._tensors[f"{name}.weight"].T
        found += self._tensors[f"{name}.bias"]
        return found

    def _normal(self, rows: Floats, name: str) -> Floats:
        """Each row with mean 0 and variance 1, then moved as the model has learnt; in place."""
        width = np.float32(rows.shape[1])
        rows -= np.add.reduce(rows, axis=1, keepdims=True) / width
        variance = np.einsum("ij,ij->i", rows, rows) / width
        rows *= (1 / np.sqrt(variance + np.float32(self._config.layer_norm_eps)))[:, None]
        rows *= self._tensors[f"{name}.weight"]
        rows += self._tensors[f"{name}.bias"]
        return rows


_FURTHER: Final = (*range(1, 9), 12, 16, 23, 32, 46, 64, 91)
"""From where on two pieces are a bucket further apart: one by one up to 8, then by roots of 2 (Raffel et al. 2020, arXiv:1910.10683)."""


def _bias(learnt: Floats, places: int) -> Floats:
    """(heads x places x places): what is added to how like two pieces are. A view: only how far apart they are counts."""
    apart = np.arange(1 - places, places)
    buckets = np.searchsorted(_FURTHER, abs(apart), "right") + np.where(apart > 0, BUCKETS // 2, 0)
    by_distance = np.ascontiguousarray(learnt[buckets].T)
    return sliding_window_view(by_distance, places, axis=1)[:, ::-1]


_ERF: Final = tuple(map(np.float32, (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)))
"""Abramowitz and Stegun, 7.1.26: right to 1.5e-7, and numpy has no error function."""


def _gelu(rows: Floats) -> Floats:
    """Each number times the probability that a normal one is below it; in place."""
    size = np.abs(rows)
    size *= np.float32(1 / np.sqrt(2))
    near: Any = 1 / (1 + np.float32(0.3275911) * size)
    tail = near * _ERF[0]
    for factor in _ERF[1:]:
        tail += factor
        tail *= near
    np.multiply(size, -size, out=size)
    tail *= np.exp(size, out=size)  # 1 - erf, of the absolute value
    tail *= np.float32(0.5)
    rows *= np.where(rows > 0, 1 - tail, tail)
    return rows
