"""The forward pass of Google's multilingual Universal Sentence Encoder v3 (the convolutional one), in plain numpy.

Pieces of a text become rows of a table; three branches look at windows of 2, 3 and 5 neighbouring rows, twice each, with a shortcut
around each convolution; the rows and what the branches made of them are normalised, summed over the text, and taken through
three dense layers. (Yang et al. 2019, arXiv:1907.04307, and the names and shapes of the weights.)
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlu.encoding import Floats, unit_rows

Places: TypeAlias = NDArray[np.int64]

WIDTH: Final = 512
"""Numbers in a row of the table, and in a text's vector."""

_BRANCH: Final = 256
_WINDOWS: Final = ((2, 0), (3, 1), (5, 2))
"""Rows in a branch's window, and how many of them stand before the piece in the middle."""

_GAP: Final = 2
"""Rows of zeros before, between and behind texts: no window reaches further."""

_HIDDEN: Final = 320
_TINY: Final = np.float32(1e-12)

SHAPES: Final[Mapping[str, tuple[int, ...]]] = {
    "scale": (17,),
    "lo": (17,),
    "into": (WIDTH, 3 * _BRANCH),
    "into_bias": (3 * _BRANCH,),
    "into_gain": (3 * _BRANCH,),
    "into_shift": (3 * _BRANCH,),
    **{f"look{turn}_{rows}": (rows * _BRANCH, _BRANCH) for rows, _ in _WINDOWS for turn in (1, 2)},
    **{f"look{turn}_{rows}_bias": (_BRANCH,) for rows, _ in _WINDOWS for turn in (1, 2)},
    "out": (WIDTH + 3 * _BRANCH, 2 * _HIDDEN),
    "out_bias": (2 * _HIDDEN,),
    "first": (_HIDDEN, _HIDDEN),
    "second": (_HIDDEN, WIDTH),
    "last": (_HIDDEN + WIDTH, WIDTH),
}
"""The arrays that the network is made of, float32, in the order in which they are kept."""


def arrange(given: Mapping[str, Floats]) -> dict[str, Floats]:
    """The published weights as this network multiplies them: branches side by side, and what follows on each other without a
    bend in between (normalisation, projection, entry into the dense layers) multiplied out."""
    rows = [rows for rows, _ in _WINDOWS]
    entry = np.concatenate([given["d0"], given["p1"]], axis=1)
    out = given["cnn_W"] @ entry
    arranged = {
        "scale": given["scale"],
        "lo": given["lo"],
        "into": np.concatenate([given[f"proj{n}"] for n in rows], axis=1),
        "into_bias": np.concatenate([given[f"proj_b{n}"] for n in rows]),
        "into_gain": np.concatenate([given[f"ln_g{n}"] for n in rows]),
        "into_shift": np.concatenate([given[f"ln_b{n}"] for n in rows]),
        **{f"look{turn}_{n}": given[f"w{turn}_{n}"] for n in rows for turn in (1, 2)},
        **{f"look{turn}_{n}_bias": given[f"b{turn}_{n}"] for n in rows for turn in (1, 2)},
        "out": given["ln_g"][:, None] * out,
        "out_bias": given["ln_b"] @ out + given["cnn_b"] @ entry,
        "first": given["d1"],
        "second": given["d2"],
        "last": np.concatenate([given["p3"], given["d3"]]),
    }
    return {name: np.ascontiguousarray(arranged[name], np.float32) for name in SHAPES}


class Table(Protocol):
    """The rows of all pieces, uint8, with one of 17 scales for every 17th row."""

    def rows(self, pieces: Sequence[int]) -> NDArray[np.uint8]:
        """(pieces x 512)."""
        ...


class Network:
    """``weights``: as ``arrange`` leaves them. Safe to use from several threads."""

    def __init__(self, table: Table, weights: Mapping[str, Floats]) -> None:
        self._table = table
        self._weights = weights

    def vectors(self, texts: Sequence[Sequence[int]]) -> Floats:
        """(texts x 512), rows of length 1. ``texts``: numbers of pieces, the marks of beginning and end among them; none empty."""
        counts = np.array([len(pieces) for pieces in texts])
        starts = np.cumsum(counts) - counts
        seen = np.arange(counts.sum()) + np.repeat(np.arange(1, len(texts) + 1) * _GAP, counts)
        features = self._features(tuple(chain.from_iterable(texts)), seen)
        lengths = np.sqrt(counts).astype(np.float32)[:, None]
        return self._dense(np.add.reduceat(features, starts, axis=0) / lengths, lengths)

    def _features(self, pieces: Sequence[int], seen: Places) -> Floats:
        """A row per piece. ``seen``: where the pieces stand when there are gaps before, between and behind texts."""
        weights = self._weights
        scales = np.array(pieces) % len(weights["scale"])
        features = np.empty((len(pieces), WIDTH + 3 * _BRANCH), np.float32)
        rows = features[:, :WIDTH]
        np.multiply(self._table.rows(pieces), weights["scale"][scales, None], out=rows)
        rows += weights["lo"][scales, None]
        into = rows @ weights["into"]
        into += weights["into_bias"]
        _normalise(into)
        into *= weights["into_gain"]
        into += weights["into_shift"]
        near = seen[:, None] + np.arange(-_GAP, _GAP + 1)
        padded = np.zeros((seen[-1] + 1 + _GAP, _BRANCH), np.float32)
        for number, (window, before) in enumerate(_WINDOWS):
            branch = slice(number * _BRANCH, (number + 1) * _BRANCH)
            places = near[:, _GAP - before : _GAP - before + window]
            padded[seen] = into[:, branch]
            found = self._look(padded, places, f"look1_{window}")
            found += into[:, branch]
            padded[seen] = found
            found += self._look(padded, places, f"look2_{window}")
            features[:, WIDTH + branch.start : WIDTH + branch.stop] = found
        _normalise(features)
        return features

    def _look(self, padded: Floats, places: Places, name: str) -> Floats:
        """What a convolution finds around each piece."""
        weights = self._weights
        found: Floats = padded.take(places, axis=0).reshape(len(places), -1) @ weights[name]
        found += weights[f"{name}_bias"]
        return np.maximum(found, 0, out=found)

    def _dense(self, sums: Floats, lengths: Floats) -> Floats:
        weights = self._weights
        entry = sums @ weights["out"] + lengths * weights["out_bias"]
        first = np.maximum(entry[:, _HIDDEN:] + np.maximum(entry[:, :_HIDDEN], 0) @ weights["first"], 0)
        second = np.maximum(first @ weights["second"], 0)
        return unit_rows(np.tanh(np.concatenate([first, second], axis=1) @ weights["last"]))


def _normalise(rows: Floats) -> None:
    """Brings each row to mean 0 and variance 1, in place."""
    width = np.float32(rows.shape[1])
    rows -= np.add.reduce(rows, axis=1, keepdims=True) / width
    variance = np.einsum("ij,ij->i", rows, rows) / width
    rows *= (1 / np.sqrt(variance + _TINY))[:, None]
