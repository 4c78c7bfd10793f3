"""From what blocks say to unseen examples to one probability: how much each block counts, and how far a score is right."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nlu.model import softmax

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


def calibrate(inputs: Any, right: Any, *, counted: Any, prior: Any, firm: float) -> Any:
    """Platt scaling by Newton's method. ``inputs``: those of ``nlu.model.calibration_inputs``; ``counted``: how much each example
    counts; ``firm``: how firmly the result stays near ``prior``."""
    hits = right.astype(np.float64)

    def loss(weights: Any) -> float:
        odds = inputs @ weights
        return float(
            (counted * (np.logaddexp(0, odds) - hits * odds)).sum() + firm / 2 * ((weights - prior) ** 2).sum()
        )

    weights, reached = prior.copy(), loss(prior)
    for _ in range(50):
        guess = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        gradient = inputs.T @ (counted * (guess - hits)) + firm * (weights - prior)
        curvature = (inputs * (counted * guess * (1 - guess))[:, None]).T @ inputs + firm * np.eye(len(weights))
        move, pace = np.linalg.solve(curvature, gradient), 1.0
        while (
            pace > 1e-4 and loss(weights - pace * move) > reached
        ):  # a full step may lead beyond where the curve is known
            pace /= 2
        if pace <= 1e-4:
            break
        weights = weights - pace * move
        reached = loss(weights)
    return weights
