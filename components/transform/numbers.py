"""What the model sees of a number: how unusual it is, and between which quantiles it lies."""

import tensorflow as tf

BINS = 32
"""Bins of the quantile encoding of every number."""

_Z_LIMIT = 8.0


def encode_numbers(
    numbers: tf.Tensor,
    means: tf.Tensor,
    deviations: tf.Tensor,
    tails: tuple[tf.Tensor, tf.Tensor],
    edges: tf.Tensor,
) -> tf.Tensor:
    """Encodes all number columns at once.

    The first value is the z-score of the number moved out of the tails, cut at ±8. The others are a
    piecewise-linear encoding: bin j is 0 below its lower boundary, 1 from its upper one on, and
    linear between; where quantiles coincide the bin is a step. A missing number gives zeros.

    Args:
        numbers: [batch, columns] float32; missing is NaN, no infinities.
        means: [columns] float32, over all training rows.
        deviations: [columns] float32, likewise.
        tails: Where the lower one ends and the upper one begins, each [columns] float32; where
            both are the same the column has none.
        edges: [columns, BINS + 1] float32, quantiles, likewise.

    Returns:
        [batch, columns, 1 + BINS] float32.
    """
    low, high = tails
    # A few training rows say too little of how the label goes on in a tail.
    inner = tf.where(low < high, tf.clip_by_value(numbers, low, high), numbers)
    scores = tf.math.divide_no_nan(inner - means, deviations)
    scores = tf.clip_by_value(_zero_if_undefined(scores), -_Z_LIMIT, _Z_LIMIT)
    positions = piecewise_linear(numbers, edges)
    return tf.concat([scores[:, :, tf.newaxis], positions], axis=2)


def shorten_tail(numbers: tf.Tensor) -> tf.Tensor:
    """sign(x)·log1p(|x|), which is about x near 0; NaN stays NaN."""
    return tf.sign(numbers) * tf.math.log1p(tf.abs(numbers))


def bucket_of(numbers: tf.Tensor, edges: tf.Tensor) -> tf.Tensor:
    """The number of the bucket in which each number lies.

    Args:
        numbers: [batch] float32, NaN for missing.
        edges: [buckets - 1] float32, ascending; an edge lies in the bucket above it.

    Returns:
        [batch] int64: 0 for a missing number, or from 1 to the number of buckets.
    """
    is_missing = tf.math.is_nan(numbers)
    place = tf.searchsorted(edges, tf.where(is_missing, 0.0, numbers), "right", tf.int64)
    return tf.where(is_missing, tf.constant(0, tf.int64), 1 + place)


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
