"""The function that TensorFlow Transform runs over the training rows and keeps as a graph."""

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from components.transform import rows
from components.transform.categories import encode_categories
from components.transform.labels import encode_label
from components.transform.numbers import encode_numbers
from components.transform.plan import Plan
from schema.features import Category, Number, transformed


def preprocessing_fn(
    inputs: Mapping[str, rows.RawColumn], custom_config: Mapping[str, Any]
) -> dict[str, tf.Tensor]:
    """Turns raw columns into features and the label, each under its transformed name.

    Args:
        inputs: Raw columns by name.
        custom_config: A `Plan` as plain values.

    Returns:
        A number: [batch, 1 + BINS] float32, and one value more, 1 where it is missing, if the
        schema lets it be missing. A category: [batch] int64. The label: [batch] float32.
    """
    plan = Plan.from_plain(custom_config)
    numbers = [feature for feature in plan.features if isinstance(feature, Number)]
    categories = [feature for feature in plan.features if isinstance(feature, Category)]
    features = {transformed(plan.label.column): encode_label(inputs, plan.label)}
    if numbers:
        features |= _numbers(inputs, numbers)
    if categories:
        ids = encode_categories(inputs, categories)
        features |= {transformed(c.column): i for c, i in zip(categories, ids, strict=True)}
    return features


def _numbers(
    inputs: Mapping[str, rows.RawColumn], numbers: Sequence[Number]
) -> dict[str, tf.Tensor]:
    values = tf.stack([rows.numbers(rows.dense(inputs[n.column])) for n in numbers], axis=1)
    encoded = encode_numbers(values)
    is_missing = tf.cast(rows.is_missing(values), tf.float32)
    flagged = tf.concat([encoded, is_missing[:, :, tf.newaxis]], axis=2)
    return {
        transformed(number.column): flagged[:, index]
        if number.may_be_missing
        else encoded[:, index]
        for index, number in enumerate(numbers)
    }
