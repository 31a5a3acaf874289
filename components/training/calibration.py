"""Probabilities that are what they say."""

import math
from collections.abc import Callable

import tensorflow as tf

from components.training.targets import Target

_COOLEST, _WARMEST = 0.25, 4.0
_STEPS = 30
_GOLDEN = (math.sqrt(5) - 1) / 2


def calibrated(target: Target, label: tf.Tensor, output: tf.Tensor, weights: tf.Tensor) -> Target:
    """Returns the target that fits rows not learnt from best, by its temperature or its level.

    Temperature scaling is from Guo et al., "On Calibration of Modern Neural Networks" (2017). It
    changes no order of the answers, and so no AUC.

    Args:
        target: What the outputs mean.
        label: [rows] float32.
        output: [rows, members, outputs].
        weights: [rows, members]: 1 for the members that did not learn from the row.
    """
    if target.task == "regression":
        return target.levelled(label, output, weights)

    def loss(logarithm: float) -> float:
        warmed = target.at_temperature(math.exp(logarithm))
        return warmed.ensemble_loss(label, output, weights)

    best = _lowest(loss, math.log(_COOLEST), math.log(_WARMEST))
    return target.at_temperature(math.exp(best))


def _lowest(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one valley is lowest, by golden-section search."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(_STEPS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = function(right)
    return (low + high) / 2
