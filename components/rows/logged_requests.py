"""Rows that a model was asked about, from a log of requests: TFRecords of PredictionLog.

| in the request                          | becomes                                      |
| --------------------------------------- | -------------------------------------------- |
| one tensor a column                     | a row an element                             |
| what stands in it for a missing value   | missing                                      |
| a tensor of serialized tf.Examples      | those                                        |
| tf.Examples to classify or to regress   | those                                        |
| a record that is no PredictionLog       | itself, to be put aside                      |
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np

from schema.features import tensor_name

_NO_INTEGER = np.iinfo(np.int64).min
"""Stands in `serve_rows` where an int64 is missing; for floats it is NaN, for texts nothing."""


def with_rows_for_requests(records: Iterable[bytes], columns: Collection[str]) -> Iterator[bytes]:
    """Yields tf.Examples as they are, and for each PredictionLog the tf.Examples in it.

    Args:
        records: Of one file, which holds the one or the other.
        columns: Their tensors are known by `tensor_name`.
    """
    records = iter(records)
    first = next(records, None)
    if first is None:
        return
    together = chain([first], records)
    if _prediction_log(first) is None:
        yield from together
        return
    names = {tensor_name(column): column for column in columns}
    for record in together:
        log = _prediction_log(record)
        yield from [record] if log is None else _examples(log, names)


def _prediction_log(record: bytes) -> Any:
    """The record as PredictionLog; None if it is none. A tf.Example has none of its kinds."""
    from google.protobuf.message import DecodeError
    from tensorflow_serving.apis import prediction_log_pb2

    try:
        log = prediction_log_pb2.PredictionLog.FromString(record)
    except DecodeError:
        return None
    return log if log.WhichOneof("log_type") else None


def _examples(log: Any, names: dict[str, str]) -> Iterator[bytes]:
    kind = log.WhichOneof("log_type")
    request = getattr(log, kind).request
    if kind != "predict_log":
        listed = getattr(request.input, request.input.WhichOneof("kind") or "example_list")
        for example in listed.examples:
            if listed.DESCRIPTOR.name == "ExampleListWithContext":
                example.MergeFrom(listed.context)
            yield example.SerializeToString()
        return
    tensors = {names[name]: tensor for name, tensor in request.inputs.items() if name in names}
    if tensors:
        yield from _of_columns(tensors)
        return
    for tensor in request.inputs.values():
        yield from tensor.string_val


def _of_columns(tensors: dict[str, Any]) -> Iterator[bytes]:
    import tensorflow as tf

    arrays = {column: tf.make_ndarray(tensor).reshape(-1) for column, tensor in tensors.items()}
    for row in range(max(map(len, arrays.values()))):
        example = tf.train.Example()
        for column, values in arrays.items():
            if row < len(values) and not _is_missing(values[row]):
                _put(example.features.feature[column], values[row])
        yield example.SerializeToString()


def _is_missing(value: Any) -> bool:
    if isinstance(value, bytes):
        return not value
    return bool(np.isnan(value) if isinstance(value, np.floating) else value == _NO_INTEGER)


def _put(feature: Any, value: Any) -> None:
    if isinstance(value, bytes):
        feature.bytes_list.value.append(value)
    elif isinstance(value, np.floating):
        feature.float_list.value.append(value)
    else:
        feature.int64_list.value.append(value)
