"""Typed rows as serialized tf.Examples, a whole batch at once.

tfx_bsl has an encoder, too, but it writes the columns of each row in an order that changes from
process to process: the same rows would never give the same file. Here columns stand in the order of
their names, so equal rows are equal bytes.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

# Tag bytes of the protocol buffer wire format: field number, and "length and content follow".
_FEATURES = b"\x0a"
_ENTRY = b"\x0a"
_NAME = b"\x0a"
_VALUE = b"\x12"
_LIST_OF = {"binary": b"\x0a", "float": b"\x12", "int64": b"\x1a"}
# One string of a list of strings, and all numbers of a list of numbers, happen to begin alike.
_ELEMENT = b"\x0a"

_MISSING = -1
_MAX_VARINT_BYTES = 10


def encode(batch: pa.RecordBatch) -> pa.Array:
    """Serializes the rows.

    A missing value is a feature without a list, as TFX's CsvExampleGen writes it.

    Args:
        batch: int64, float32 and binary columns, at most one value a row, null where missing.

    Returns:
        [rows] binary, each a tf.Example.
    """
    if not batch.num_rows:
        return pa.array([], pa.binary())
    pieces: list[pa.Array] = []
    for name in sorted(batch.schema.names):
        column = batch.column(name)
        content = _content(column)
        pieces += [_before_content(name, str(column.type), content), content]
    features = _joined(pieces)
    heads = _by_length(features, lambda length: _FEATURES + _varint(length))
    return _joined([heads, features])


def _content(column: pa.Array) -> pa.Array:
    """The values as they stand inside their list: [rows] binary, null where missing."""
    if pa.types.is_binary(column.type):
        return column
    is_missing = pc.is_null(column).to_numpy(zero_copy_only=False)
    if pa.types.is_int64(column.type):
        flat, lengths = _varints(pc.fill_null(column, 0).to_numpy())
    else:
        flat = pc.fill_null(column, 0).to_numpy().astype("<f4").view(np.uint8)
        lengths = np.full(len(column), 4)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    dense = pa.Array.from_buffers(
        pa.binary(), len(column), [None, pa.py_buffer(offsets), pa.py_buffer(flat)]
    )
    return pc.if_else(pa.array(is_missing), pa.scalar(None, pa.binary()), dense)


def _before_content(name: str, kind: str, content: pa.Array) -> pa.Array:
    """Everything between the row before and the value: it depends on the value's length only."""
    key = name.encode()

    def head(length: int) -> bytes:
        body = max(length, 0)
        feature = b""
        if length != _MISSING:
            element = _ELEMENT + _varint(length)
            feature = _LIST_OF[kind] + _varint(len(element) + length) + element
        entry = _NAME + _varint(len(key)) + key + _VALUE + _varint(len(feature) + body) + feature
        return _ENTRY + _varint(len(entry) + body) + entry

    return _by_length(content, head)


def _by_length(content: pa.Array, head: Callable[[int], bytes]) -> pa.Array:
    """Returns `head` of each value's length; lengths repeat, so it is asked once for each."""
    lengths = pc.fill_null(pc.binary_length(content), _MISSING).to_numpy()
    # As `np.unique` would, but without sorting.
    distinct = np.flatnonzero(np.bincount(lengths - _MISSING)) + _MISSING
    place = np.zeros(distinct[-1] - _MISSING + 1, np.int32)
    place[distinct - _MISSING] = np.arange(len(distinct))
    heads = pa.array([head(int(length)) for length in distinct], pa.binary())
    return heads.take(pa.array(place[lengths - _MISSING]))


def _joined(pieces: list[pa.Array]) -> pa.Array:
    return pc.binary_join_element_wise(*pieces, b"", null_handling="skip")


def _varint(number: int) -> bytes:
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


def _varints(
    numbers: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """All numbers as varints behind one another, and how many bytes each takes."""
    shifts = np.arange(0, 7 * _MAX_VARINT_BYTES, 7, dtype=np.uint64)
    rest = numbers.view(np.uint64)[:, np.newaxis] >> shifts
    lengths = np.maximum(1, np.count_nonzero(rest, axis=1))
    place = np.arange(_MAX_VARINT_BYTES)
    is_last = place == lengths[:, np.newaxis] - 1
    groups = (rest & np.uint64(0x7F)).astype(np.uint8) | np.where(is_last, 0, 0x80).astype(np.uint8)
    return groups[place < lengths[:, np.newaxis]], lengths
