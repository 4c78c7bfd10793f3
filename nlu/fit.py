"""Multinomial logistic regression for sparse and dense examples alike, in the space of the examples."""

from typing import Any, NamedTuple

import numpy as np

from nlu.model import softmax

ROUNDS = 60
"""By then no set that was measured gets better (770 to 9,000 examples)."""


class Layer(NamedTuple):
    """``weights``: features x labels; ``bias``: (labels,)."""

    weights: Any
    bias: Any

    def __call__(self, matrix: Any) -> Any:
        """Logits of each row."""
        return matrix @ self.weights + self.bias


class _Centred(NamedTuple):
    """Examples without what all of them share: it says nothing, and the steps would have to be short because of it. A sparse matrix
    stays sparse."""

    matrix: Any
    transposed: Any
    mean: Any

    def weights(self, coefficients: Any) -> Any:
        return self.transposed @ coefficients - np.multiply.outer(self.mean, coefficients.sum(axis=0))

    def logits(self, weights: Any) -> Any:
        return self.matrix @ weights - self.mean @ weights


def fit(matrix: Any, wanted: Any, labels: int, regularization: float) -> Layer:
    """``matrix``: examples x features, of numpy or a sparse one of scipy; ``wanted``: their labels' numbers.

    Nesterov's accelerated descent with restarts over one coefficient per example and label: memory and time grow with what
    the examples hold, not with their square.
    """
    transposed = matrix.T if isinstance(matrix, np.ndarray) else matrix.T.tocsr()
    centred = _Centred(matrix, transposed, np.asarray(matrix.mean(axis=0), np.float32).ravel())
    target = np.eye(labels, dtype=np.float32)[wanted]
    step = np.float32(1 / (_largest_eigenvalue(centred, len(wanted)) / 2 + regularization))
    best = ahead = np.zeros_like(target)
    momentum = 1.0
    for _ in range(ROUNDS):
        slope = softmax(centred.logits(centred.weights(ahead))) - target + np.float32(regularization) * ahead
        moved = ahead - step * slope
        if float(((ahead - moved) * (moved - best)).sum()) > 0:  # it overshot: start with a fresh momentum
            momentum = 1.0
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = moved + np.float32((momentum - 1) / following) * (moved - best)
        best, momentum = moved, following
    weights = centred.weights(best)
    return Layer(weights, -(centred.mean @ weights))


def _largest_eigenvalue(centred: _Centred, examples: int) -> float:
    """Of the products of all pairs of examples; a twentieth too large, so that the step is never too long."""
    vector = np.random.default_rng(0).standard_normal(examples).astype(np.float32)
    for _ in range(20):
        vector = centred.logits(centred.weights(vector))
        vector /= np.linalg.norm(vector) + np.float32(1e-9)
    return float(vector @ centred.logits(centred.weights(vector))) * 1.05
