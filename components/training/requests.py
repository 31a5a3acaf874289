"""Rows as clients send them, made from examples."""

from collections.abc import Collection, Mapping, Sequence

import tensorflow as tf

from components.transform.rows import missing_value
from schema.features import tensor_name


def as_request(example: bytes, columns: Collection[str]) -> bytes:
    """The serialized tf.Example with those columns alone, as far as it has them."""
    parsed = tf.train.Example.FromString(example)
    for column in set(parsed.features.feature) - set(columns):
        del parsed.features.feature[column]
    return parsed.SerializeToString(deterministic=True)


def as_tensors(requests: Sequence[bytes], dtypes: Mapping[str, tf.DType]) -> dict[str, tf.Tensor]:
    """The requests as `serve_rows` takes them: one [rows] tensor a column.

    Args:
        requests: Serialized tf.Examples; a column that a row lacks gets the value for missing.
        dtypes: Of the signature's inputs, by name.
    """
    parsed = [tf.train.Example.FromString(request).features.feature for request in requests]
    rows = [{tensor_name(column): row[column] for column in row} for row in parsed]
    return {
        name: tf.constant([_value(row.get(name), dtype) for row in rows], dtype)
        for name, dtype in dtypes.items()
    }


def _value(feature: tf.train.Feature | None, dtype: tf.DType) -> int | float | str | bytes:
    kind = None if feature is None else feature.WhichOneof("kind")
    values = () if kind is None else getattr(feature, kind).value
    return values[0] if values else missing_value(dtype)
