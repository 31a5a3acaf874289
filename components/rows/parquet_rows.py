"""Parquet as Arrow batches: row groups, and each column in the schema's type.

| column in the file            | as int          | as float         | as bytes                  |
| ----------------------------- | --------------- | ---------------- | ------------------------- |
| integers, booleans as 0 and 1 | itself          | the nearest      | `7`; `true`, `false`      |
| floats, decimals              | if whole        | the nearest      | `1.5`                     |
| dates, timestamps             | put aside       | put aside        | `2024-01-05 12:00:00`     |
| text                          | as CSV has it   | as CSV has it    | itself                    |
| lists, structs, maps          | `InputError`    | `InputError`     | `InputError`              |

A null or NaN is missing.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.errors import InputError
from components.rows.files import is_local, open_binary
from components.rows.typed_columns import cast_text
from schema import Kind

_BATCH_ROWS = 32_768
_INT_LIMITS = (-(2.0**63), 2.0**63)

Group = tuple[int, int, int]
"""First row group, the one after the last, and the number of the first row."""


def row_groups(path: str, target_bytes: int) -> list[Group]:
    """Puts row groups together until they have about so many bytes.

    Raises:
        InputError: the file cannot be read as Parquet, or has a nested column.
    """
    with open_parquet(path) as file:
        metadata = file.metadata
        groups: list[Group] = []
        size, first, row, first_row = 0, 0, 0, 0
        for index in range(metadata.num_row_groups):
            group = metadata.row_group(index)
            size += group.total_byte_size
            row += group.num_rows
            if size >= target_bytes or index == metadata.num_row_groups - 1:
                groups.append((first, index + 1, first_row))
                size, first, first_row = 0, index + 1, row
    return groups or [(0, 0, 0)]


def open_parquet(path: str) -> pq.ParquetFile:
    """Opens the file.

    Raises:
        InputError: it cannot be read as Parquet, or has a nested column or one name twice.
    """
    try:
        file = pq.ParquetFile(path if is_local(path) else open_binary(path))
    except (OSError, pa.ArrowInvalid) as error:
        msg = f"{path}: {error}; expected a readable Parquet file"
        raise InputError(msg) from error
    names = file.schema_arrow.names
    for field in file.schema_arrow:
        if pa.types.is_nested(field.type):
            msg = (
                f"{path}: column {field.name!r}: found {field.type}; "
                "expected at most one value a row"
            )
            raise InputError(msg)
        if names.count(field.name) > 1:
            msg = f"{path}: column name {field.name!r} stands twice; expected distinct names"
            raise InputError(msg)
    return file


def read_parquet(path: str, start: int, end: int | None) -> Iterator[pa.RecordBatch]:
    """Yields the rows of some row groups in the file's own types.

    Raises:
        InputError: the file cannot be read.
    """
    with open_parquet(path) as file:
        groups = range(start, file.num_row_groups if end is None else end)
        if not groups:
            return
        try:
            yield from file.iter_batches(_BATCH_ROWS, row_groups=list(groups), use_threads=False)
        except (OSError, pa.ArrowInvalid) as error:
            msg = f"{path}: {error}; expected a readable Parquet file"
            raise InputError(msg) from error


def cast_native(column: pa.Array, kind: Kind) -> tuple[pa.Array, pa.Array | None]:
    """Returns a column in a kind's type, and which cells do not fit; None where all do."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), _TYPES[kind]), None
    if kind == "bytes":
        return _as_bytes(column), None
    if _is_text(column.type):
        return cast_text(column.cast(pa.string()), kind)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    if not (
        pa.types.is_integer(column.type)
        or pa.types.is_floating(column.type)
        or pa.types.is_decimal(column.type)
    ):
        return pa.nulls(len(column), _TYPES[kind]), pc.is_valid(column)
    return _as_int(column) if kind == "int" else _as_float(column)


def as_text(column: pa.Array) -> pa.Array:
    """Returns a column as text, as it would stand in a CSV file; null where missing."""
    return _as_bytes(column).cast(pa.string(), safe=False)


_TYPES = {"int": pa.int64(), "float": pa.float32(), "bytes": pa.binary()}


def _as_int(column: pa.Array) -> tuple[pa.Array, pa.Array | None]:
    if pa.types.is_integer(column.type) and column.type != pa.uint64():
        return column.cast(pa.int64()), None
    numbers = _without_nan(pc.cast(column, pa.float64(), safe=False))
    fits = pc.and_(
        pc.equal(numbers, pc.trunc(numbers)),
        pc.and_(pc.greater_equal(numbers, _INT_LIMITS[0]), pc.less(numbers, _INT_LIMITS[1])),
    )
    fits = pc.fill_null(fits, False)
    # Beyond 2^53 the way through floats would lose digits that the column has.
    exact = column if not pa.types.is_floating(column.type) else numbers
    values = pc.if_else(fits, exact, pa.scalar(None, exact.type)).cast(pa.int64())
    bad = pc.and_(pc.invert(fits), pc.is_valid(numbers))
    return values, bad


def _as_float(column: pa.Array) -> tuple[pa.Array, pa.Array | None]:
    numbers = _without_nan(pc.cast(column, pa.float64(), safe=False))
    values = numbers.cast(pa.float32(), safe=False)
    overflown = pc.and_(pc.is_inf(values), pc.invert(pc.is_inf(numbers)))
    overflown = pc.fill_null(overflown, False)
    return pc.if_else(overflown, pa.scalar(None, pa.float32()), values), overflown


def _without_nan(numbers: pa.Array) -> pa.Array:
    return pc.if_else(pc.is_nan(numbers), pa.scalar(None, numbers.type), numbers)


def _as_bytes(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_timestamp(column.type):
        return _without_empty_fraction(pc.strftime(column, "%Y-%m-%d %H:%M:%S"))
    if pa.types.is_floating(column.type):
        # 7.0 is how many tools keep an integer that may be missing; as a category it is 7.
        column = _without_nan(column)
        return pc.replace_substring_regex(column.cast(pa.string()), r"\.0$", "").cast(pa.binary())
    if not _is_text(column.type) and not pa.types.is_null(column.type):
        column = column.cast(pa.string())
    return column.cast(pa.binary())


def _without_empty_fraction(text: pa.Array) -> pa.Array:
    # Arrow writes the fraction of a second to the type's precision.
    return pc.replace_substring_regex(text, r"\.0+$", "").cast(pa.binary())


def _is_text(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def bad_rows(bad: Mapping[str, pa.Array]) -> dict[str, npt.NDArray[np.int64]]:
    """Column to the rows whose cell does not fit; columns in which all fit are left out."""
    return {
        name: pc.indices_nonzero(mask).to_numpy().astype(np.int64)
        for name, mask in bad.items()
        if pc.any(mask).as_py()
    }
