"""TFRecords of tf.Example, or of requests that were logged, as Arrow batches.

| in the file                          | becomes                                        |
| ------------------------------------ | ---------------------------------------------- |
| a feature that is absent or empty    | missing                                        |
| a feature with more than one value   | its row is put aside                           |
| a list of another type               | cast as Parquet's columns are, or put aside    |
| a record that is no tf.Example       | put aside                                      |
| a record that is cut off or damaged  | `DataRefused`, with its number                 |
| a PredictionLog                      | the rows of its request: `logged_requests`     |
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.errors import DataRefused
from components.rows.files import at_hand
from components.rows.logged_requests import with_rows_for_requests

_BATCH_RECORDS = 16_384


@dataclass(frozen=True)
class Records:
    """Some records.

    Attributes:
        columns: Feature to its values: [records] of one type, null where missing.
        several: Feature to the records in which it has more than one value.
        not_examples: The records that are no tf.Example.
        count: How many records there are.
    """

    columns: dict[str, pa.Array]
    several: dict[str, npt.NDArray[np.int64]]
    not_examples: npt.NDArray[np.int64]
    count: int


def read_records(path: str, wanted: Collection[str]) -> Iterator[Records]:
    """Yields the records.

    Args:
        path: A TFRecord file, gzip by its name.
        wanted: Columns that are there in every batch; others are there where they occur.

    Raises:
        DataRefused: a record is damaged.
    """
    records = chain.from_iterable(serialized(path))
    examples = with_rows_for_requests(records, wanted)
    while batch := list(islice(examples, _BATCH_RECORDS)):
        yield decoded(batch, wanted)


def serialized(path: str) -> Iterator[list[bytes]]:
    """Yields the records as they are, some thousand at a time.

    Raises:
        DataRefused: a record is damaged.
    """
    # Importing TensorFlow takes seconds, and few files are of this kind.
    import tensorflow as tf

    compression = "GZIP" if path.lower().endswith(".gz") else ""
    done = 0
    with at_hand(path) as place:
        records = tf.data.TFRecordDataset(place, compression)
        try:
            # Handed over one by one, records cost many times what reading them does.
            for batch in records.batch(_BATCH_RECORDS).as_numpy_iterator():
                yield batch.tolist()
                done += len(batch)
        except (tf.errors.DataLossError, tf.errors.OutOfRangeError) as error:
            msg = (
                f"{path}: record {done + _sound(records.skip(done)) + 1} is damaged, or the file "
                "was cut off; expected a TFRecord file; write it again"
            )
            raise DataRefused(msg) from error


def _sound(records: Any) -> int:
    """How many records there are before a damaged one."""
    import tensorflow as tf

    count = 0
    try:
        for _ in records:
            count += 1
    except (tf.errors.DataLossError, tf.errors.OutOfRangeError):
        pass
    return count


def decoded(records: list[bytes], wanted: Collection[str]) -> Records:
    """Returns the records' features; `wanted` are there in any case."""
    from tfx_bsl.coders.example_coder import ExamplesToRecordBatchDecoder

    not_examples = np.empty(0, np.int64)
    decoder = ExamplesToRecordBatchDecoder()
    try:
        batch = decoder.DecodeBatch(records)
    except RuntimeError:
        # One of them is no tf.Example, or a feature is of two types in two of them.
        return _decoded_one_by_one(records, wanted)
    return _flat(batch, wanted, not_examples, len(records))


def _decoded_one_by_one(records: list[bytes], wanted: Collection[str]) -> Records:
    from google.protobuf.message import DecodeError
    from tensorflow.core.example import example_pb2

    values: dict[str, list[object]] = {name: [] for name in wanted}
    several: dict[str, list[int]] = {}
    broken: list[int] = []
    for number, record in enumerate(records):
        try:
            features = example_pb2.Example.FromString(record).features.feature
        except DecodeError:
            broken.append(number)
            continue
        for name, feature in features.items():
            kind = feature.WhichOneof("kind")
            found = list(getattr(feature, kind).value) if kind else []
            column = values.setdefault(name, [])
            column += [None] * (number - len(column)) + [found[0] if found else None]
            if len(found) > 1:
                several.setdefault(name, []).append(number)
    columns = {
        name: _of_any_type(column + [None] * (len(records) - len(column)))
        for name, column in values.items()
    }
    return Records(
        columns,
        {name: np.array(rows, np.int64) for name, rows in several.items()},
        np.array(broken, np.int64),
        len(records),
    )


def _of_any_type(values: list[object]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # Two types in one column: as text, which is cast again to what the schema says.
        texts = [v if v is None or isinstance(v, bytes) else str(v).encode() for v in values]
        return pa.array(texts, pa.binary())


def _flat(
    batch: pa.RecordBatch, wanted: Collection[str], broken: npt.NDArray[np.int64], count: int
) -> Records:
    columns: dict[str, pa.Array] = {}
    several: dict[str, npt.NDArray[np.int64]] = {}
    for name, lists in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_null(lists.type):
            columns[name] = pa.nulls(count)
            continue
        lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
        starts = lists.offsets.to_numpy()[:-1]
        places = pa.array(starts, mask=lengths == 0)
        columns[name] = lists.values.take(places)
        if (lengths > 1).any():
            several[name] = np.flatnonzero(lengths > 1)
    for name in wanted:
        columns.setdefault(name, pa.nulls(count))
    return Records(columns, several, broken, count)
