"""Logistic regression is learnt to its end, in whichever space."""

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from nlu.fit import fit
from nlu.model import softmax

REGULARIZATION = 0.05


def examples(seed: int, count: int = 120, width: int = 12, labels: int = 4, least: float = 0.05) -> tuple[Any, Any]:
    """Numbers of different size, down to ``least``, that vary together, as those of encoders do."""
    dice = np.random.default_rng(seed)
    middles = dice.normal(size=(labels, width))
    wanted = np.arange(count) % labels
    matrix = middles[wanted] + dice.normal(size=(count, width))
    together = matrix @ (np.eye(width) + dice.normal(size=(width, width))) * np.geomspace(1, least, width) + 3
    return (together / np.linalg.norm(together, axis=1, keepdims=True)).astype(np.float32), wanted


def slope(matrix: Any, wanted: Any, weights: Any, bias: Any) -> Any:
    """Of the loss whose least value is looked for, by weights (features x labels)."""
    centred = matrix - matrix.mean(axis=0)
    missed = softmax(matrix @ weights + bias) - np.eye(weights.shape[1])[wanted]
    return centred.T @ missed + REGULARIZATION * weights


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("form", [np.asarray, csr_matrix])
def test_what_is_found_is_the_bottom(seed: int, form: Any) -> None:
    matrix, wanted = examples(seed)
    layer = fit(form(matrix), wanted, 4, REGULARIZATION)
    at_start = np.linalg.norm(slope(matrix, wanted, np.zeros_like(layer.weights), 0))
    assert np.linalg.norm(slope(matrix, wanted, layer.weights, layer.bias)) < 0.02 * at_start


@pytest.mark.parametrize("seed", range(5))
def test_both_spaces_lead_to_the_same(seed: int) -> None:
    matrix, wanted = examples(seed, least=0.5)
    dense, sparse = (softmax(fit(form(matrix), wanted, 4, REGULARIZATION)(matrix)) for form in (np.asarray, csr_matrix))
    assert np.abs(dense - sparse).max() < 0.03


def test_more_numbers_than_examples_are_no_matter() -> None:
    matrix, wanted = examples(0, count=8, width=30)
    assert (fit(matrix, wanted, 4, REGULARIZATION)(matrix).argmax(axis=1) == wanted).all()
