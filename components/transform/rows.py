"""Raw columns as they reach preprocessing, made dense: each type has one value for missing."""

from typing import TypeAlias

import tensorflow as tf

RawColumn: TypeAlias = tf.Tensor | tf.SparseTensor
"""[batch] where the schema says that the column is always there; else sparse, [batch, 0 or 1]."""

DTYPES = {"int": tf.int64, "float": tf.float32, "bytes": tf.string}
"""By the kind of a column of the schema."""

NO_INTEGER = tf.int64.min
"""Stands where an int64 is missing; a number that no table holds in earnest."""


def missing_value(dtype: tf.DType) -> int | float | str:
    """What stands where a value of the type is missing: `NO_INTEGER`, NaN or the empty string."""
    if dtype == tf.string:
        return ""
    return float("nan") if dtype.is_floating else NO_INTEGER


def dense(column: RawColumn) -> tf.Tensor:
    """[batch] of the column's own type, `missing_value` where missing."""
    if not isinstance(column, tf.SparseTensor):
        return column
    # A batch in which no row has the column is parsed to width 0.
    one_wide = tf.SparseTensor(column.indices, column.values, tf.stack([column.dense_shape[0], 1]))
    return tf.sparse.to_dense(one_wide, missing_value(column.dtype))[:, 0]


def is_missing(values: tf.Tensor) -> tf.Tensor:
    """Bool of the same shape. The infinities count as missing, too."""
    if values.dtype.is_floating:
        return tf.logical_not(tf.math.is_finite(values))
    return tf.equal(values, missing_value(values.dtype))


def numbers(values: tf.Tensor) -> tf.Tensor:
    """float32 of the same shape, NaN where missing. Beyond 2^24 integers lose their last digits."""
    return tf.where(is_missing(values), float("nan"), tf.cast(values, tf.float32))
