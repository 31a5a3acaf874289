"""What the model learns to predict."""

from collections.abc import Mapping

import tensorflow as tf

from components.transform import rows
from components.transform.plan import Plan


def encode_label(raw: Mapping[str, rows.RawColumn], plan: Plan) -> tf.Tensor:
    """The label of each row.

    Args:
        raw: Raw columns, with those that the label is made from.
        plan: Of which label, task and classes are looked at.

    Returns:
        [batch] float32. With a share: 1 where `label.column` is above that share of `label.of`,
        which must be above 0; a row in which either is missing is 0. Of several classes, the id.
        Of two, 0 or 1. Else the number. NaN for a row without a label, or with a value that is
        no class.
    """
    label = plan.label
    raw_values = rows.dense(raw[label.column])
    if label.of is not None:
        whole = rows.numbers(rows.dense(raw[label.of]))
        # A comparison with NaN is false, so a missing value never makes a positive.
        value = rows.numbers(raw_values)
        return tf.cast((whole > 0) & (value > label.share * whole), tf.float32)
    if plan.task == "multiclass":
        return _place(raw_values, plan)
    if plan.task == "binary" and label.positive is not None:
        return _is_positive(raw_values, plan)
    value = rows.numbers(raw_values)
    if plan.task == "binary":
        return tf.where((value == 0) | (value == 1), value, float("nan"))
    return value


def _place(values: tf.Tensor, plan: Plan) -> tf.Tensor:
    """The id of each value among the classes."""
    is_class = values[:, tf.newaxis] == tf.constant([list(plan.classes)], values.dtype)
    place = tf.cast(tf.argmax(tf.cast(is_class, tf.int64), axis=1), tf.float32)
    return tf.where(tf.reduce_any(is_class, axis=1), place, float("nan"))


def _is_positive(values: tf.Tensor, plan: Plan) -> tf.Tensor:
    positive = tf.constant(plan.classes[-1])
    if values.dtype.is_floating:
        positive = tf.constant(float(plan.classes[-1]))
    elif values.dtype == tf.int64:
        positive = tf.cast(positive, tf.int64)
    answer = tf.cast(values == positive, tf.float32)
    is_known = ~rows.is_missing(values)
    if len(plan.classes) > 1 and not values.dtype.is_floating:
        known = tf.constant([list(plan.classes)], values.dtype)
        is_known &= tf.reduce_any(values[:, tf.newaxis] == known, axis=1)
    return tf.where(is_known, answer, float("nan"))
