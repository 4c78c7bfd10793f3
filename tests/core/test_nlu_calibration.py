"""Scores are probabilities also where a hundred and fifty intents leave little for each."""

import numpy as np

from nlu.calibrate import calibrate


def test_calibration_of_many_intents_with_low_probabilities_does_not_run_away() -> None:
    """With steps that are not shortened this ends at weights of hundreds, and every score at nearly 0 or 1."""
    dice = np.random.default_rng(1)
    top = dice.uniform(0.008, 0.08, 1500)
    inputs = np.stack([np.log(top / (1 - top)), np.ones(1500), np.log(dice.uniform(0.1, 0.7, 1500))], axis=1)
    right = dice.random(1500) < 0.8
    weights = calibrate(inputs, right, counted=np.ones(1500), prior=np.array([1.0, 0.0, 0.0]), firm=0.5)
    scores = 1 / (1 + np.exp(-(inputs @ weights)))
    assert abs(scores.mean() - 0.8) < 0.05
    assert 0.6 < scores.min() < scores.max() < 0.95
