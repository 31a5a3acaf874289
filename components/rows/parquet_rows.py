"""Parquet as Arrow batches: row groups, and each column in the schema's type.

| column in the file            | as int          | as float         | as bytes                  |
| ----------------------------- | --------------- | ---------------- | ------------------------- |
| integers, booleans as 0 and 1 | itself          | the nearest      | `7`; `true`, `false`      |
| floats, decimals              | if whole        | the nearest      | `1.5`                     |
| dates, timestamps             | put aside       | put aside        | `2024-01-05 12:00:00`     |
| text in UTF-8                 | as CSV has it   | as CSV has it    | itself; missing if blank  |
| other bytes                   | put aside       | put aside        | put aside                 |
| lists, structs, maps          | `InputError`    | `InputError`     | `InputError`              |

A null or NaN is missing.
"""

import datetime
import re
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.errors import InputError
from components.rows.files import is_local, open_binary
from components.rows.typed_columns import cast_text, unsliced
from schema import Kind

_BATCH_ROWS = 32_768
_LARGEST_INT = 2**63 - 1
_INT_LIMITS = (-(2.0**63), 2.0**63)
_OFFSET = re.compile("([+-])([0-9]{2}):([0-9]{2})")

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


def read_parquet(
    path: str, start: int, end: int | None, only: Collection[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yields the rows of some row groups in the file's own types.

    Args:
        path: The file.
        start: The first row group.
        end: The one after the last; None for all that there are.
        only: Columns that are wanted, as far as it has them; None for all.

    Raises:
        InputError: the file cannot be read.
    """
    with open_parquet(path) as file:
        groups = range(start, file.num_row_groups if end is None else end)
        if not groups:
            return
        names = file.schema_arrow.names
        wanted = names if only is None else [name for name in names if name in only]
        try:
            yield from file.iter_batches(
                _BATCH_ROWS, row_groups=list(groups), columns=wanted, use_threads=False
            )
        except (OSError, pa.ArrowInvalid) as error:
            msg = f"{path}: {error}; expected a readable Parquet file"
            raise InputError(msg) from error


def cast_native(column: pa.Array, kind: Kind) -> tuple[pa.Array, pa.Array | None]:
    """Returns a column in a kind's type, and which cells do not fit; None where all do."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), _TYPES[kind]), None
    if _is_text(column.type):
        return _cast_text(column, kind)
    if kind == "bytes":
        return _as_bytes(column), None
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
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return _readable(column) if _is_text(column.type) else _as_bytes(column).cast(pa.string())


_TYPES = {"int": pa.int64(), "float": pa.float32(), "bytes": pa.binary()}


def _cast_text(column: pa.Array, kind: Kind) -> tuple[pa.Array, pa.Array | None]:
    text = unsliced(_readable(column))
    trimmed = pc.utf8_trim_whitespace(text)
    present = pc.fill_null(pc.not_equal(trimmed, ""), False)
    no_text = pa.scalar(None, pa.string())
    values, bad = cast_text(
        pc.if_else(present, text if kind == "bytes" else trimmed, no_text), kind
    )
    is_broken = _is_broken(column, text)
    if is_broken is None:
        return values, bad
    values = pc.if_else(is_broken, pa.scalar(None, values.type), values)
    return values, is_broken if bad is None else pc.or_(bad, is_broken)


def _readable(column: pa.Array) -> pa.Array:
    """Text or bytes as text; what is not UTF-8 has replacement characters in it."""
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        cells = column.cast(pa.binary()).to_pylist()
        return pa.array(
            [None if cell is None else cell.decode(errors="replace") for cell in cells], pa.string()
        )


def _is_broken(column: pa.Array, text: pa.Array) -> pa.Array | None:
    """Which cells are not the text that was made of them; None if all are."""
    same = pc.equal(column.cast(pa.binary()), text.cast(pa.binary()))
    return None if pc.all(same).as_py() is not False else pc.invert(pc.fill_null(same, True))


def _as_int(column: pa.Array) -> tuple[pa.Array, pa.Array | None]:
    if column.type == pa.uint64():
        too_large = pc.greater(column, pa.scalar(_LARGEST_INT, pa.uint64()))
        values = pc.if_else(too_large, pa.scalar(None, pa.uint64()), column)
        return values.cast(pa.int64()), pc.fill_null(too_large, False)
    if pa.types.is_integer(column.type):
        return column.cast(pa.int64()), None
    column = _wider(column)
    numbers = _without_nan(pc.cast(column, pa.float64(), safe=False))
    fits = pc.and_(
        # In the column's own type: beyond 2^53 a decimal's fraction is lost in a float.
        pc.equal(column, pc.trunc(column)),
        pc.and_(pc.greater_equal(numbers, _INT_LIMITS[0]), pc.less(numbers, _INT_LIMITS[1])),
    )
    fits = pc.fill_null(fits, False)
    # Beyond 2^53 the way through floats would lose digits that the column has.
    exact = column if not pa.types.is_floating(column.type) else numbers
    values = pc.if_else(fits, exact, pa.scalar(None, exact.type)).cast(pa.int64())
    bad = pc.and_(pc.invert(fits), pc.is_valid(numbers))
    return values, bad


def _as_float(column: pa.Array) -> tuple[pa.Array, pa.Array | None]:
    numbers = _without_nan(pc.cast(_wider(column), pa.float64(), safe=False))
    values = numbers.cast(pa.float32(), safe=False)
    overflown = pc.and_(pc.is_inf(values), pc.invert(pc.is_inf(numbers)))
    overflown = pc.fill_null(overflown, False)
    return pc.if_else(overflown, pa.scalar(None, pa.float32()), values), overflown


def _wider(column: pa.Array) -> pa.Array:
    """16-bit floats in 32, for Arrow has hardly a function for them."""
    return column.cast(pa.float32()) if pa.types.is_float16(column.type) else column


def _without_nan(numbers: pa.Array) -> pa.Array:
    return pc.if_else(pc.is_nan(numbers), pa.scalar(None, numbers.type), numbers)


def _as_bytes(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_timestamp(column.type):
        column = _in_its_zone(column)
        return _without_empty_fraction(pc.strftime(column, "%Y-%m-%d %H:%M:%S"))
    if pa.types.is_floating(column.type):
        # 7.0 is how many tools keep an integer that may be missing; as a category it is 7.
        column = _without_nan(_wider(column))
        return pc.replace_substring_regex(column.cast(pa.string()), r"\.0$", "").cast(pa.binary())
    return column.cast(pa.string()).cast(pa.binary())


def _in_its_zone(column: pa.Array) -> pa.Array:
    """Timestamps as a clock of their zone shows them, where the zone is an offset from UTC.

    Arrow knows zones by name, and writes those as their clocks show them, too.
    """
    offset = _OFFSET.fullmatch(column.type.tz or "")
    if not offset:
        return column
    sign, hours, minutes = offset.groups()
    passed = datetime.timedelta(hours=int(hours), minutes=int(minutes))
    utc = column.cast(pa.timestamp(column.type.unit))
    return pc.add(utc, pa.scalar(-passed if sign == "-" else passed))


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
