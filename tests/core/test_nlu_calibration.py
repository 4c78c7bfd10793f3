"""Scores are probabilities also where a hundred and fifty intents leave little for each."""

import numpy as np

from nlu.model import calibrated
from nlu.train import _calibrate


def test_calibration_of_many_intents_with_low_probabilities_does_not_run_away() -> None:
    """With steps that are not shortened this ends at weights of hundreds, and every score at nearly 0 or 1."""
    dice = np.random.default_rng(1)
    top = dice.uniform(0.008, 0.08, 1500)
    familiarity = dice.uniform(0.1, 0.7, 1500)
    right = dice.random(1500) < 0.8
    scores = calibrated(top, familiarity, _calibrate(top, right, familiarity))
    assert abs(scores.mean() - 0.8) < 0.05
    assert 0.6 < scores.min() < scores.max() < 0.95
