"""From what blocks say to unseen examples to one probability: how much each block counts, and how far a score is right."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nlu.model import calibration_inputs, softmax

_FIRM = 1.0
"""How firmly weights of blocks stay near what they were before the examples were looked at: like this many doubts."""


def weigh_blocks(logits: Sequence[Any], wanted: Any, prior: Any) -> Any:
    """The weight of each block (blocks,), none below 0, by projected descent of the log loss. ``logits``: examples x labels each."""
    weights = prior.copy()
    rows = np.arange(len(wanted))
    stacked = np.stack(logits)
    right = stacked[:, rows, wanted]
    loss, slope, curvature = _loss(stacked, right, weights, prior)
    pace = 1.0
    for _ in range(40):
        move = np.linalg.solve(curvature, slope)
        candidate = np.maximum(weights - pace * move, 0.0)
        found = _loss(stacked, right, candidate, prior)
        if found[0] > loss - 1e-9 * abs(loss):
            pace /= 4
            if pace < 1e-3:
                break
            continue
        weights, (loss, slope, curvature), pace = candidate, found, min(1.0, pace * 4)
    return weights


def _loss(stacked: Any, right: Any, weights: Any, prior: Any) -> tuple[float, Any, Any]:
    """Of these weights: the loss, its slope (blocks,) and a curvature (blocks x blocks)."""
    mixed = np.tensordot(weights.astype(np.float32), stacked, 1)
    probabilities = softmax(mixed)
    top = mixed.max(axis=1)
    normalizer = top + np.log(np.exp(mixed - top[:, None]).sum(axis=1))
    loss = float((normalizer - weights @ right).sum()) + _FIRM * float(((weights - prior) ** 2).sum())
    means = (probabilities[None] * stacked).sum(axis=2)
    slope = (means - right).sum(axis=1) + 2 * _FIRM * (weights - prior)
    spread = np.einsum("nl,anl,bnl->ab", probabilities, stacked, stacked, optimize=True) - means @ means.T
    return loss, slope.astype(np.float64), spread.astype(np.float64) + 2 * _FIRM * np.eye(len(weights))


def calibrate(top: Any, near: Any, right: Any, *, counted: Any, prior: Any, firm: float) -> Any:
    """Platt scaling over log-odds and nearness, by Newton's method. ``near``: cosine by block (blocks x examples);
    ``counted``: how much each example counts; ``firm``: how firmly the result stays near ``prior``."""
    inputs, hits = calibration_inputs(top, near), right.astype(np.float64)
    weights = prior.copy()
    for _ in range(30):
        guess = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        gradient = inputs.T @ (counted * (guess - hits)) + firm * (weights - prior)
        curvature = (inputs * (counted * guess * (1 - guess))[:, None]).T @ inputs + firm * np.eye(len(weights))
        weights = weights - np.linalg.solve(curvature, gradient)
    return weights
