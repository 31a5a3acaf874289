"""From text to the types that the curated schema promises, cell by cell accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from schema import Kind

_EXPECTED = {"int": "a whole number", "float": "a number"}
# Beyond this, neighbouring integers share one float64, so "…3.0" no longer says which is meant.
_EXACT_IN_FLOAT = 2**53


@dataclass(frozen=True)
class BadCell:
    """A value that does not fit its column.

    Attributes:
        row: Index in the batch, from 0.
        column: The column's name.
        text: The cell as it stands in the file.
        expected: What the schema promises.
    """

    row: int
    column: str
    text: str
    expected: str


def typed(
    batch: pa.RecordBatch, kinds: Mapping[str, Kind]
) -> tuple[pa.RecordBatch, list[BadCell]]:
    """Casts the columns.

    Args:
        batch: String columns, null where missing.
        kinds: Column to type; a column that it lacks stays text, for validation to find.

    Returns:
        int64, float32 and binary columns, null where missing or bad; and the bad cells.
    """
    columns, bad = [], []
    for name, text in zip(batch.schema.names, batch.columns, strict=True):
        kind = kinds.get(name, "bytes")
        values = _cast(text, kind)
        columns.append(values)
        if values.null_count > text.null_count:
            lost = pc.and_(pc.is_null(values), pc.invert(_is_missing(text, kind)))
            bad += [
                BadCell(row, name, text[row].as_py(), _EXPECTED[kind])
                for row in pc.indices_nonzero(lost).to_pylist()
            ]
    return pa.record_batch(columns, names=batch.schema.names), bad


def as_lists(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Returns each column as lists of one value, null where missing, as tf.Example encoding wants."""
    return pa.record_batch([_as_list(column) for column in batch.columns], names=batch.schema.names)


def _as_list(column: pa.Array) -> pa.Array:
    has_value = pc.cast(pc.is_valid(column), pa.int32())
    ends = pc.cumulative_sum(has_value)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    return pa.ListArray.from_arrays(offsets, column.drop_null(), mask=pc.is_null(column))


def _is_missing(text: pa.Array, kind: Kind) -> pa.Array:
    """Empty cells, and in number columns the spellings of NaN."""
    if kind == "bytes":
        return pc.is_null(text)
    return pc.or_(
        pc.is_null(text), pc.fill_null(pc.is_in(pc.utf8_lower(text), pa.array(["nan"])), False)
    )


def _cast(text: pa.Array, kind: Kind) -> pa.Array:
    if kind == "bytes":
        return text.cast(pa.binary())
    try:
        values = text.cast(pa.int64() if kind == "int" else pa.float32())
    except pa.ArrowInvalid:
        values = pa.array(
            [_number(cell, kind) for cell in text.to_pylist()],
            pa.int64() if kind == "int" else pa.float32(),
        )
    if kind == "float":
        return pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float32()), values)
    return values


def _number(cell: str | None, kind: Kind) -> int | float | None:
    """One cell as a number; None where it is missing or none."""
    if cell is None:
        return None
    try:
        if kind == "float":
            return float(cell) if "_" not in cell else None
        return _whole(cell)
    except (ValueError, OverflowError):
        return None


def _whole(cell: str) -> int | None:
    """`7`, `+7`, `7.0` and `7e0` are whole numbers; so many tools write them with a fraction."""
    if "_" in cell:
        return None
    if cell.lstrip("+-").isdecimal():
        value = int(cell)
    else:
        number = float(cell)
        if not number.is_integer() or abs(number) >= _EXACT_IN_FLOAT:
            return None
        value = int(number)
    return value if -(2**63) <= value < 2**63 else None
