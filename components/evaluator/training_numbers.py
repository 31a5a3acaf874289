"""Numbers of training rows, which say where sensitive columns of numbers are cut."""

from collections.abc import Sequence

import pyarrow as pa
import tensorflow as tf
from tensorflow_metadata.proto.v0 import schema_pb2

from components.answering.collecting import Collector
from components.judgement.grouping import arrow_values
from components.training.features import read_examples
from components.transform.rows import DTYPES, dense
from schema.columns import Column, columns

_MOST_ROWS = 100_000
_CHUNK_ROWS = 4096
_NUMBERS = ("int", "float")


def training_numbers(
    files: Sequence[str], schema: schema_pb2.Schema, wanted: Sequence[str]
) -> dict[str, pa.Array]:
    """Reads the columns of numbers among some columns.

    Args:
        files: gzip TFRecord files of the train split.
        schema: The contract with the data.
        wanted: Raw columns of any kind.

    Returns:
        By column of numbers, unless the schema calls it categorical, the values of the first
        100,000 rows.
    """
    codes = {entry.name for entry in schema.feature if entry.int_domain.is_categorical}
    numbers = [
        column
        for column in columns(schema)
        if column.name in wanted and column.kind in _NUMBERS and column.name not in codes
    ]
    if not numbers:
        return {}
    spec = {column.name: tf.io.VarLenFeature(DTYPES[column.kind]) for column in numbers}
    collectors = {column.name: Collector(column.kind) for column in numbers}
    for examples in read_examples(files).take(_MOST_ROWS).batch(_CHUNK_ROWS):
        for name, values in tf.io.parse_example(examples, spec).items():
            collectors[name].add(dense(values).numpy())
    return {column.name: _values(column, collectors[column.name]) for column in numbers}


def _values(column: Column, collector: Collector) -> pa.Array:
    return arrow_values(collector.column(), column.kind)
