"""Parts of files as batches of typed rows; every row fits or is put aside."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from components.rows.batches import Batch, Fault, Reject, shown
from components.rows.csv_lines import Lines
from components.rows.csv_rows import read_csv
from components.rows.parquet_rows import as_text, bad_rows, cast_native, read_parquet
from components.rows.parts import Part
from components.rows.tfrecord_rows import Records, read_records
from components.rows.typed_columns import BAD, cast_text, without_stand_ins
from schema import Kind

__all__ = ["Batch", "Reject", "locate", "read", "read_text", "typed"]


def read(
    part: Part,
    kinds: Mapping[str, Kind],
    missing: Collection[str] = (),
    only: Collection[str] | None = None,
) -> Iterator[Batch]:
    """Yields the part's rows in the schema's types.

    Memory is bounded by the size of a batch, whatever that of the file.

    Args:
        part: What to read.
        kinds: Column to type; a column that it lacks is kept as bytes.
        missing: Texts that in columns of numbers mean that nothing is there.
        only: The columns that are wanted, as far as the file has them; None for all. What stands
            in another column does not put a row aside. A TFRecord has no columns to choose from.

    Raises:
        InputError: the file cannot be read.
        DataRefused: from somewhere on, it makes no sense.
    """
    match part.format:
        case "csv":
            return _read_csv(part, kinds, missing, only)
        case "parquet":
            return _read_parquet(part, kinds, missing, only)
        case "tfrecord":
            return _read_tfrecord(part, kinds, missing)


def read_text(
    part: Part, put_aside: Callable[[Reject], object] = lambda _: None
) -> Iterator[pa.RecordBatch]:
    """Yields the part's rows as text: string columns, null where missing.

    Numbers, booleans and times of other formats are written as a CSV file would have them: `7`,
    `1.5`, `true`, `2024-01-05 12:00:00`.

    Args:
        part: What to read.
        put_aside: Is told of every row that is broken as such, which is left out.

    Raises:
        InputError: the file cannot be read.
        DataRefused: from somewhere on, it makes no sense.
    """
    match part.format:
        case "csv":
            lines = Lines(part)
            for text in read_csv(part):
                at = lines.of([fault.number for fault in text.faults])
                for fault in text.faults:
                    put_aside(_reject(part, fault, at[fault.number]))
                if text.rows.num_rows:
                    yield text.rows
        case "parquet":
            for rows in read_parquet(part.path, part.start, part.end):
                columns = [as_text(column) for column in rows.columns]
                yield pa.record_batch(columns, names=rows.schema.names)
        case "tfrecord":
            for records in read_records(part.path, ()):
                names = sorted(records.columns)
                yield pa.record_batch([as_text(records.columns[n]) for n in names], names=names)


def locate(part: Part, numbers: Collection[int]) -> dict[int, int]:
    """Returns where rows of the part stand in the file.

    Args:
        part: A part.
        numbers: Rows of it, as `Batch.numbers` has them.

    Returns:
        Number to the line on which the row begins, from 1, in CSV; to its number in the whole
        file, from 0, in other formats.
    """
    if part.format == "csv":
        return Lines(part).of(numbers)
    return {number: part.first_row + number for number in numbers}


def typed(
    part: Part,
    records: Records,
    first: int,
    kinds: Mapping[str, Kind],
    missing: Collection[str] = (),
) -> Batch:
    """Returns records of a TFRecord in the schema's types.

    Args:
        part: Where they are from.
        records: Some of its records.
        first: The number of the first of them in the part.
        kinds: Column to type; a column that it lacks is kept as bytes.
        missing: Texts that in columns of numbers mean that nothing is there.
    """
    numbers = np.arange(first, first + records.count)
    faults = _faults(records, numbers)
    fits = ~np.isin(numbers, [fault.number for fault in faults])
    columns = {name: c.filter(pa.array(fits)) for name, c in records.columns.items()}
    return _of_columns(part, columns, numbers[fits], kinds, missing, faults)


def _read_csv(
    part: Part,
    kinds: Mapping[str, Kind],
    missing: Collection[str],
    only: Collection[str] | None,
) -> Iterator[Batch]:
    lines = Lines(part)
    for text in read_csv(part):
        columns, bad = [], {}
        wanted = text.rows if only is None else _only(text.rows, only)
        for name, column in zip(wanted.schema.names, wanted.columns, strict=True):
            kind = kinds.get(name, "bytes")
            values, is_bad = cast_text(without_stand_ins(column, kind, missing), kind)
            columns.append(values)
            if is_bad is not None:
                bad[name] = is_bad
        rows = pa.record_batch(columns, names=wanted.schema.names)
        found = _Found(rows, text.numbers, bad_rows(bad), text.faults)
        yield _batch(part, found, kinds, wanted, lines.of)


def _only(rows: pa.RecordBatch, columns: Collection[str]) -> pa.RecordBatch:
    return rows.select([name for name in rows.schema.names if name in columns])


def _read_parquet(
    part: Part,
    kinds: Mapping[str, Kind],
    missing: Collection[str],
    only: Collection[str] | None,
) -> Iterator[Batch]:
    number = 0
    for native in read_parquet(part.path, part.start, part.end, only):
        numbers = np.arange(number, number + native.num_rows)
        number += native.num_rows
        named = dict(zip(native.schema.names, native.columns, strict=True))
        yield _of_columns(part, named, numbers, kinds, missing, ())


def _read_tfrecord(
    part: Part, kinds: Mapping[str, Kind], missing: Collection[str]
) -> Iterator[Batch]:
    number = 0
    for records in read_records(part.path, kinds):
        yield typed(part, records, number, kinds, missing)
        number += records.count


def _faults(records: Records, numbers: npt.NDArray[np.int64]) -> tuple[Fault, ...]:
    found = {int(n): Fault(int(n), "", "", "no tf.Example") for n in numbers[records.not_examples]}
    for name, rows in sorted(records.several.items()):
        for number in numbers[rows].tolist():
            found.setdefault(number, Fault(number, name, "", "more than one value"))
    return tuple(found[number] for number in sorted(found))


@dataclass(frozen=True)
class _Found:
    """Some rows before the bad ones are taken out."""

    rows: pa.RecordBatch
    numbers: npt.NDArray[np.int64]
    bad: Mapping[str, npt.NDArray[np.int64]]
    faults: tuple[Fault, ...]


def _of_columns(
    part: Part,
    named: Mapping[str, pa.Array],
    numbers: npt.NDArray[np.int64],
    kinds: Mapping[str, Kind],
    missing: Collection[str],
    faults: tuple[Fault, ...],
) -> Batch:
    columns, masks = [], {}
    for name, column in named.items():
        kind = kinds.get(name, "bytes")
        values, is_bad = cast_native(without_stand_ins(column, kind, missing), kind)
        columns.append(values)
        if is_bad is not None:
            masks[name] = is_bad
    found = _Found(pa.record_batch(columns, list(named)), numbers, bad_rows(masks), faults)
    return _batch(part, found, kinds, named, lambda rows: locate(part, rows))


def _batch(
    part: Part,
    found: _Found,
    kinds: Mapping[str, Kind],
    raw: pa.RecordBatch | Mapping[str, pa.Array],
    places: Callable[[Collection[int]], dict[int, int]],
) -> Batch:
    """Takes the bad rows out, each for the first of its columns that is bad."""
    rows, numbers = found.rows, found.numbers
    if not found.bad and not found.faults:
        return Batch(rows, numbers, ())
    first: dict[int, str] = {}
    for name in rows.schema.names:
        for row in found.bad.get(name, ()):
            first.setdefault(int(row), name)
    cells = [
        Fault(int(numbers[row]), name, _text(raw[name], row), BAD[kinds[name]])
        for row, name in first.items()
    ]
    if first:
        fits = np.ones(rows.num_rows, bool)
        fits[list(first)] = False
        rows, numbers = rows.filter(pa.array(fits)), numbers[fits]
    faults = sorted([*found.faults, *cells], key=lambda fault: fault.number)
    at = places([fault.number for fault in faults])
    return Batch(rows, numbers, tuple(_reject(part, fault, at[fault.number]) for fault in faults))


def _reject(part: Part, fault: Fault, place: int) -> Reject:
    is_csv = part.format == "csv"
    return Reject(
        path=part.path,
        line=place if is_csv else None,
        row=None if is_csv else place,
        column=fault.column,
        text=shown(fault.text),
        reason=fault.reason,
    )


def _text(column: pa.Array, row: int) -> str:
    return as_text(column.slice(row, 1))[0].as_py() or ""
