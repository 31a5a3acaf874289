"""The function that TensorFlow Transform runs over the training rows and keeps as a graph."""

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from components.transform import rows
from components.transform.categories import encode_categories
from components.transform.dates import encode_parts, parse_dates
from components.transform.labels import encode_label
from components.transform.numbers import encode_numbers
from components.transform.plan import Plan
from schema.features import Category, Date, Number, transformed


def preprocessing_fn(
    inputs: Mapping[str, rows.RawColumn], custom_config: Mapping[str, Any]
) -> dict[str, tf.Tensor]:
    """Turns raw columns into features and the label, each under its transformed name.

    Args:
        inputs: Raw columns by name.
        custom_config: A `Plan` as plain values.

    Returns:
        A number: [batch, 1 + BINS] float32, and one value more, 1 where it is missing, if the
        schema lets it be missing. A date: as a number, and then `dates.encode_parts`. A category:
        [batch] int64. The label: [batch] float32.
    """
    plan = Plan.from_plain(custom_config)
    numbers = [feature for feature in plan.features if isinstance(feature, Number)]
    categories = [feature for feature in plan.features if isinstance(feature, Category)]
    dates = [feature for feature in plan.features if isinstance(feature, Date)]
    features = {transformed(plan.label.column): encode_label(inputs, plan)}
    if numbers or dates:
        features |= _numbers(inputs, numbers, dates)
    if categories:
        ids = encode_categories(inputs, categories)
        features |= {transformed(c.column): i for c, i in zip(categories, ids, strict=True)}
    return features


def _numbers(
    inputs: Mapping[str, rows.RawColumn], numbers: Sequence[Number], dates: Sequence[Date]
) -> dict[str, tf.Tensor]:
    """Encodes numbers, and dates by how late they are, all at once."""
    parsed = {date.column: parse_dates(rows.dense(inputs[date.column])) for date in dates}
    columns = [rows.numbers(rows.dense(inputs[number.column])) for number in numbers]
    values = tf.stack([*columns, *(when for when, _ in parsed.values())], axis=1)
    encoded = encode_numbers(values)
    is_missing = tf.cast(rows.is_missing(values), tf.float32)
    flagged = tf.concat([encoded, is_missing[:, :, tf.newaxis]], axis=2)
    features = {}
    both: tuple[Number | Date, ...] = (*numbers, *dates)
    for index, feature in enumerate(both):
        whole = flagged[:, index] if feature.may_be_missing else encoded[:, index]
        if isinstance(feature, Date):
            parts = encode_parts(parsed[feature.column][1], has_time=feature.has_time)
            whole = tf.concat([whole, parts], axis=1)
        features[transformed(feature.column)] = whole
    return features
