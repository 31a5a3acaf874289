"""What the model learns to predict."""

from collections.abc import Mapping

import tensorflow as tf

from components.transform import rows
from schema.features import Label


def encode_label(raw: Mapping[str, rows.RawColumn], label: Label) -> tf.Tensor:
    """The label of each row.

    Args:
        raw: Raw columns, with those that the label is made from.
        label: With a share: 1 where `label.column` is above that share of `label.of`, which must
            be above 0; a row in which either is missing is 0. Without: the column itself, NaN
            where missing.

    Returns:
        [batch] float32.
    """
    value = rows.numbers(rows.dense(raw[label.column]))
    if label.of is None:
        return value
    whole = rows.numbers(rows.dense(raw[label.of]))
    # A comparison with NaN is false, so a missing value never makes a positive.
    return tf.cast((whole > 0) & (value > label.share * whole), tf.float32)
