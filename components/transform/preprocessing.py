"""The function that TensorFlow Transform runs over the training rows and keeps as a graph."""

from collections.abc import Mapping
from typing import Any, assert_never

import tensorflow as tf

from components.transform import rows
from components.transform.categories import encode_categories
from components.transform.hashing import as_tokens, hash_cross, hash_values
from components.transform.labels import encode_label
from components.transform.own_features import own_features
from components.transform.plan import Plan
from components.transform.quantities import Quantity, encode_quantities
from components.transform.texts import encode_texts
from schema.features import (
    Buckets,
    Category,
    Cross,
    Date,
    Hashed,
    Number,
    Text,
    transformed,
    transformed_name,
)


def preprocessing_fn(
    inputs: Mapping[str, rows.RawColumn], custom_config: Mapping[str, Any]
) -> dict[str, tf.Tensor]:
    """Turns raw columns into features and the label, each under its transformed name.

    Args:
        inputs: Raw columns by name.
        custom_config: A `Plan` as plain values.

    Returns:
        Numbers and dates: as `encode_quantities` gives them. A category, a number in buckets, what
        is hashed and a cross: [batch] int64. A text: [batch, texts.TOKENS] int64. The label:
        [batch] float32. Or what the problem's own function gives, see `own_features`.
    """
    plan = Plan.from_plain(custom_config)
    if plan.preprocessing_fn:
        return own_features(inputs, plan, plan.preprocessing_fn)
    quantities: list[Quantity] = []
    categories: list[Category] = []
    crosses: list[Cross] = []
    features = {transformed(plan.label.column): encode_label(inputs, plan)}
    for feature in plan.features:
        match feature:
            case Number() | Date() | Buckets():
                quantities.append(feature)
            case Category():
                categories.append(feature)
            case Hashed():
                values = rows.dense(inputs[feature.column])
                features[transformed_name(feature)] = hash_values(values, feature.buckets)
            case Text():
                values = rows.dense(inputs[feature.column])
                features[transformed_name(feature)] = encode_texts(values, feature.buckets)
            case Cross():
                crosses.append(feature)
            case _:
                assert_never(feature)
    # What an analyzer tells is asked of all of them at once.
    if quantities:
        features |= encode_quantities(inputs, quantities)
    if categories:
        ids = encode_categories(inputs, categories)
        features |= {transformed(c.column): i for c, i in zip(categories, ids, strict=True)}
    in_buckets = {entry.column for entry in quantities if isinstance(entry, Buckets)}
    for cross in crosses:
        parts = [
            _bucket_token(features[transformed(column)])
            if column in in_buckets
            else as_tokens(rows.dense(inputs[column]))
            for column in cross.columns
        ]
        features[transformed_name(cross)] = hash_cross(parts, cross.buckets)
    return features


def _bucket_token(bucket: tf.Tensor) -> tf.Tensor:
    return tf.where(bucket == 0, "", tf.strings.as_string(bucket))
