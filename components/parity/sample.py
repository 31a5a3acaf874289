"""The rows that are compared, in every shape in which a signature takes them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf

from components.errors import InputError
from components.transform.rows import missing_value
from schema.features import tensor_name

# The sample is spread over this many times as many rows: files may be sorted.
_SPREAD = 50
_CHUNK_ROWS = 1024


@dataclass(frozen=True)
class Sample:
    """Some rows of a split.

    Attributes:
        numbers: Of each row in the order in which the split is read, from 0.
        examples: Serialized tf.Examples with all columns.
        requests: The same as a client sends them: without the columns that rows lack when serving.
    """

    numbers: tuple[int, ...]
    examples: tuple[bytes, ...]
    requests: tuple[bytes, ...]


def read_sample(split_dir: Path, rows: int, serving_columns: Collection[str]) -> Sample:
    """Takes rows from the beginning of a split, evenly spread; always the same ones.

    Args:
        split_dir: gzip TFRecord files of serialized tf.Examples.
        rows: How many, if there are so many.
        serving_columns: The columns that a request may have.

    Raises:
        InputError: there are none.
    """
    files = [str(path) for path in sorted(split_dir.iterdir())]
    first = tf.data.TFRecordDataset(files, "GZIP").take(rows * _SPREAD).batch(_CHUNK_ROWS)
    found = [example for chunk in first.as_numpy_iterator() for example in chunk]
    if not found:
        raise InputError(f"{split_dir}: no rows to compare; expected some in this split")
    count = min(rows, len(found))
    numbers = tuple(place * len(found) // count for place in range(count))
    examples = tuple(found[number] for number in numbers)
    return Sample(numbers, examples, tuple(as_request(e, serving_columns) for e in examples))


def as_request(example: bytes, serving_columns: Collection[str]) -> bytes:
    """The example without the columns that rows do not have when serving."""
    parsed = tf.train.Example.FromString(example)
    for column in set(parsed.features.feature) - set(serving_columns):
        del parsed.features.feature[column]
    return parsed.SerializeToString(deterministic=True)


def as_tensors(requests: Sequence[bytes], wanted: Mapping[str, tf.TensorSpec]) -> dict[str, Any]:
    """The requests as `serve_rows` takes them: one [rows] tensor a column.

    Args:
        requests: Serialized tf.Examples; a column that a row lacks gets the value for missing.
        wanted: The signature's inputs by name.
    """
    parsed = [tf.train.Example.FromString(request).features.feature for request in requests]
    rows = [{tensor_name(column): row[column] for column in row} for row in parsed]
    return {
        name: tf.constant([_value(row.get(name), spec.dtype) for row in rows], spec.dtype)
        for name, spec in wanted.items()
    }


def _value(feature: tf.train.Feature | None, dtype: tf.DType) -> int | float | str | bytes:
    kind = None if feature is None else feature.WhichOneof("kind")
    values = () if kind is None else getattr(feature, kind).value
    return values[0] if values else missing_value(dtype)
