"""What the model sees of a number: how unusual it is, and between which quantiles it lies."""

import tensorflow as tf

from components.transform.number_statistics import number_statistics

BINS = 32
"""Bins of the quantile encoding of every number."""

_Z_LIMIT = 4.0


def encode_numbers(numbers: tf.Tensor) -> tf.Tensor:
    """Encodes all number columns at once.

    The first value is the z-score, cut at ±4. The others are a piecewise-linear encoding: bin j
    is 0 below its lower boundary, 1 from its upper one on, and linear between; where quantiles
    coincide the bin is a step. Both come from all training rows. A missing number gives zeros.

    Args:
        numbers: [batch, columns] float32; missing is NaN, no infinities.

    Returns:
        [batch, columns, 1 + BINS] float32.
    """
    found = number_statistics(numbers, BINS + 1)
    scores = tf.math.divide_no_nan(numbers - found.means, found.deviations)
    scores = tf.clip_by_value(_zero_if_undefined(scores), -_Z_LIMIT, _Z_LIMIT)
    positions = piecewise_linear(numbers, found.edges)
    return tf.concat([scores[:, :, tf.newaxis], positions], axis=2)


def piecewise_linear(numbers: tf.Tensor, edges: tf.Tensor) -> tf.Tensor:
    """How far each number is through each bin.

    Args:
        numbers: [batch, columns] float32, NaN for missing.
        edges: [columns, bins + 1] float32, ascending along a column.

    Returns:
        [batch, columns, bins] float32 in [0, 1]; zeros for a missing number.
    """
    lower, upper = edges[tf.newaxis, :, :-1], edges[tf.newaxis, :, 1:]
    numbers = numbers[:, :, tf.newaxis]
    width = upper - lower
    sloped = tf.clip_by_value(tf.math.divide_no_nan(numbers - lower, width), 0.0, 1.0)
    stepped = tf.cast(numbers >= upper, tf.float32)
    return _zero_if_undefined(tf.where(width > 0, sloped, stepped))


def _zero_if_undefined(values: tf.Tensor) -> tf.Tensor:
    return tf.where(tf.math.is_finite(values), values, 0.0)
