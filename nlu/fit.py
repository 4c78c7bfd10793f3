"""Multinomial logistic regression: of sparse examples in the space of the examples, of dense ones in the space of their numbers."""

from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from nlu.model import softmax

ROUNDS: Final = 200
"""At most. What was measured needed 20 to 80 with 700 examples and 85 to 130 with 10,000."""

STILL: Final = 3e-3
"""A step this small, against what has been learnt so far, ends the descent: no set that was measured gets better after it."""


class Layer(NamedTuple):
    """``weights``: features x labels; ``bias``: (labels,)."""

    weights: Any
    bias: Any

    def __call__(self, matrix: Any) -> Any:
        """Logits of each row."""
        return matrix @ self.weights + self.bias


class _Problem(Protocol):
    def start(self) -> Any: ...

    def step(self, at: Any) -> Any:
        """The next place on the way down."""
        ...

    def layer(self, found: Any) -> Layer: ...


def fit(matrix: Any, wanted: Any, labels: int, regularization: float) -> Layer:
    """``matrix``: examples x features, of numpy or a sparse one of scipy; ``wanted``: their labels' numbers.

    What all examples share is taken out first: it says nothing, and the steps would have to be short because of it.
    """
    target = np.eye(labels, dtype=np.float32)[wanted]
    kind = _Dense if isinstance(matrix, np.ndarray) else _Sparse
    problem: _Problem = kind(matrix, target, np.float32(regularization))
    return problem.layer(_descend(problem))


def _descend(problem: _Problem) -> Any:
    """Nesterov's accelerated descent (1983), with a fresh momentum whenever it overshot (O'Donoghue, Candès 2015, arXiv:1204.3982)."""
    best = ahead = problem.start()
    momentum = 1.0
    for _ in range(ROUNDS):
        moved = problem.step(ahead)
        way = moved - best
        if float(((ahead - moved) * way).sum()) > 0:
            momentum = 1.0
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = moved + np.float32((momentum - 1) / following) * way
        best, momentum = moved, following
        if float(np.linalg.norm(way)) <= STILL * float(np.linalg.norm(moved)):
            break
    return best


class _Sparse:
    """One coefficient per example and label: memory and time grow with what the examples hold, not with their square."""

    def __init__(self, matrix: Any, target: Any, regularization: Any) -> None:
        self._matrix, self._transposed = matrix, matrix.T.tocsr()
        self._mean = np.asarray(matrix.mean(axis=0), np.float32).ravel()
        self._target, self._regularization = target, regularization
        self._length = np.float32(1 / (self._largest_eigenvalue() / 2 + regularization))

    def start(self) -> Any:
        return np.zeros_like(self._target)

    def step(self, at: Any) -> Any:
        slope = softmax(self._logits(self._weights(at))) - self._target + self._regularization * at
        return at - self._length * slope

    def layer(self, found: Any) -> Layer:
        weights = self._weights(found)
        return Layer(weights, -(self._mean @ weights))

    def _weights(self, coefficients: Any) -> Any:
        return self._transposed @ coefficients - np.multiply.outer(self._mean, coefficients.sum(axis=0))

    def _logits(self, weights: Any) -> Any:
        return self._matrix @ weights - self._mean @ weights

    def _largest_eigenvalue(self) -> float:
        """Of the products of all pairs of examples; a twentieth too large, so that a step is never too long."""
        vector = np.random.default_rng(0).standard_normal(len(self._target)).astype(np.float32)
        for _ in range(20):
            vector = self._logits(self._weights(vector))
            vector /= np.linalg.norm(vector) + np.float32(1e-9)
        return float(vector @ self._logits(self._weights(vector))) * 1.05


class _Dense:
    """One weight per number and label; each step is turned by the curvature that no loss can exceed (Böhning 1992,
    doi:10.1007/BF00048682): numbers that all vary together would make it creep."""

    def __init__(self, matrix: Any, target: Any, regularization: Any) -> None:
        self._mean = matrix.mean(axis=0)
        self._matrix, self._target, self._regularization = matrix - self._mean, target, regularization
        curvature = self._matrix.T @ self._matrix / 2
        curvature[np.diag_indices_from(curvature)] += regularization
        self._factor = cho_factor(curvature, lower=True, overwrite_a=True, check_finite=False)

    def start(self) -> Any:
        return np.zeros((self._matrix.shape[1], self._target.shape[1]), np.float32)

    def step(self, at: Any) -> Any:
        slope = self._matrix.T @ (softmax(self._matrix @ at) - self._target) + self._regularization * at
        return at - cho_solve(self._factor, slope, overwrite_b=True, check_finite=False)

    def layer(self, found: Any) -> Layer:
        return Layer(found, -(self._mean @ found))
