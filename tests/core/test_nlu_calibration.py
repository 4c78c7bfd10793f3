"""Scores are probabilities also where a hundred and fifty intents leave little for each."""

import numpy as np

from nlu.calibrate import calibrate
from nlu.model import calibrated


def test_calibration_of_many_intents_with_low_probabilities_does_not_run_away() -> None:
    """With steps that are not shortened this ends at weights of hundreds, and every score at nearly 0 or 1."""
    dice = np.random.default_rng(1)
    top = dice.uniform(0.008, 0.08, 1500)
    near = dice.uniform(0.1, 0.7, (1, 1500))
    right = dice.random(1500) < 0.8
    weights = calibrate(top, near, right, counted=np.ones(1500), prior=np.array([1.0, 0.0, 0.0]), firm=0.5)
    scores = calibrated(top, near, weights)
    assert abs(scores.mean() - 0.8) < 0.05
    assert 0.6 < scores.min() < scores.max() < 0.95
