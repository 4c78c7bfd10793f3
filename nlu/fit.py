"""Multinomial logistic regression for sparse and dense examples alike, in the space of the examples."""

from typing import Any

import numpy as np

from nlu.model import softmax

ROUNDS = 60
"""By then no probability moves by more than 0.003 (1,200 and 15,000 examples)."""


def fit(matrix: Any, wanted: Any, labels: int, regularization: float) -> Any:
    """Weights (features x labels). ``matrix``: examples x features, of numpy or a sparse one of scipy; ``wanted``: their labels' numbers.

    Nesterov's accelerated descent with restarts over one coefficient per example and label: memory and time grow with what
    the examples hold, not with their square. Examples that are all zeros count for nothing.
    """
    transposed = matrix.T if isinstance(matrix, np.ndarray) else matrix.T.tocsr()
    target = np.eye(labels, dtype=np.float32)[wanted]
    step = np.float32(1 / (_largest_eigenvalue(matrix, transposed) / 2 + regularization))
    best = ahead = np.zeros_like(target)
    momentum = 1.0
    for _ in range(ROUNDS):
        slope = softmax(matrix @ (transposed @ ahead)) - target + np.float32(regularization) * ahead
        moved = ahead - step * slope
        if float(((ahead - moved) * (moved - best)).sum()) > 0:  # it overshot: start with a fresh momentum
            momentum = 1.0
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = moved + np.float32((momentum - 1) / following) * (moved - best)
        best, momentum = moved, following
    return transposed @ best


def _largest_eigenvalue(matrix: Any, transposed: Any) -> float:
    """Of the products of all pairs of examples; a twentieth too large, so that the step is never too long."""
    vector = np.ones(matrix.shape[0], np.float32)
    for _ in range(20):
        vector = matrix @ (transposed @ vector)
        vector /= np.linalg.norm(vector) + np.float32(1e-9)
    return float(vector @ (matrix @ (transposed @ vector))) * 1.05
