"""The rows that are compared."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf

from components.errors import InputError
from components.training.requests import as_request

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
