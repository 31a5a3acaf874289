"""The rows of the input for which a column's values are refused."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from tensorflow_metadata.proto.v0 import schema_pb2

from components.errors import ComponentError
from components.example_gen.sources import Source
from components.rows.files import found
from components.rows.parts import Part, parts_of
from components.rows.reading import locate, read
from schema import columns

SHOWN_ROWS = 5

_PART_BYTES = 32 * 2**20
_MISSING = frozenset({"FEATURE_TYPE_LOW_FRACTION_PRESENT", "FEATURE_TYPE_NOT_PRESENT"})
_OUTSIDE = frozenset(
    {
        "INT_TYPE_SMALL_INT",
        "INT_TYPE_BIG_INT",
        "FLOAT_TYPE_SMALL_FLOAT",
        "FLOAT_TYPE_BIG_FLOAT",
    }
)
_UNEXPECTED = "ENUM_TYPE_UNEXPECTED_STRING_VALUES"

Mask = Callable[[pa.Array], pa.Array]
"""From a column's values to which of them are refused."""


@dataclass(frozen=True)
class OffendingRow:
    """A row of the input.

    Attributes:
        path: The file.
        line: Where the row begins, from 1; None where there are no lines.
        row: Its number in the file, from 0; None where there are lines.
        value: What stands in the column; empty where it is missing.
    """

    path: str
    line: int | None
    row: int | None
    value: str

    def __str__(self) -> str:
        """`trips.csv: line 7: 'x'`."""
        where = f"line {self.line}" if self.line is not None else f"row {self.row}"
        value = f": {self.value!r}" if self.value else ""
        return f"{self.path.rpartition('/')[2]}: {where}{value}"


def offending_rows(
    wanted: Iterable[tuple[str, str]],
    sources: Sequence[Source],
    schema: schema_pb2.Schema,
    missing: Sequence[str] = (),
) -> dict[tuple[str, str], tuple[OffendingRow, ...]]:
    """Reads the input again, as far as needed, for the first rows that explain findings.

    Args:
        wanted: Column and kind of each finding, kinds as TFDV names them. Only those that are
            about single values are looked for.
        sources: The files.
        schema: The contract.
        missing: Texts that in columns of numbers mean that nothing is there.

    Returns:
        For each of them for which there are any: at most `SHOWN_ROWS` rows.
    """
    entries = {feature.name: feature for feature in schema.feature}
    masks: dict[tuple[str, str], Mask] = {}
    for column, kind in wanted:
        if column in entries and (mask := _mask(kind, entries[column], schema)):
            masks[column, kind] = mask
    rows: dict[tuple[str, str], list[OffendingRow]] = {key: [] for key in masks}
    kinds = {column.name: column.kind for column in columns(schema)}
    try:
        for source in sources if masks else ():
            size = found(source.path)[0].size
            for part in parts_of(source.path, source.format, size, _PART_BYTES):
                for batch in read(part, kinds, missing):
                    _collect(batch.rows, batch.numbers.tolist(), part, masks, rows)
                    if all(len(list_) >= SHOWN_ROWS for list_ in rows.values()):
                        return _first(rows)
    except (ComponentError, IndexError):
        # The files have changed since; what is known without them is shown.
        pass
    return _first(rows)


def _collect(
    batch: pa.RecordBatch,
    numbers: Sequence[int],
    part: Part,
    masks: Mapping[tuple[str, str], Mask],
    rows: dict[tuple[str, str], list[OffendingRow]],
) -> None:
    for (column, kind), mask in masks.items():
        room = SHOWN_ROWS - len(rows[column, kind])
        if room <= 0 or column not in batch.schema.names:
            continue
        values = batch.column(column)
        places = pc.indices_nonzero(pc.fill_null(mask(values), False)).to_pylist()[:room]
        if not places:
            continue
        at = locate(part, {numbers[place] for place in places})
        is_csv = part.format == "csv"
        rows[column, kind] += [
            OffendingRow(
                part.path,
                at.get(numbers[place]) if is_csv else None,
                None if is_csv else at[numbers[place]],
                _shown(values[place].as_py()),
            )
            for place in places
        ]


def _first(
    rows: Mapping[tuple[str, str], list[OffendingRow]],
) -> dict[tuple[str, str], tuple[OffendingRow, ...]]:
    return {key: tuple(list_) for key, list_ in rows.items() if list_}


def _mask(kind: str, entry: schema_pb2.Feature, schema: schema_pb2.Schema) -> Mask | None:
    if kind in _MISSING:
        return pc.is_null
    if kind == _UNEXPECTED:
        values = pa.array([value.encode() for value in _domain(entry, schema)], pa.binary())
        return lambda column: pc.and_(pc.is_valid(column), pc.invert(pc.is_in(column, values)))
    if kind in _OUTSIDE:
        domain = entry.int_domain if entry.HasField("int_domain") else entry.float_domain
        low = domain.min if domain.HasField("min") else None
        high = domain.max if domain.HasField("max") else None
        return lambda column: _outside(column, low, high, is_low="SMALL" in kind)
    return None


def _outside(column: pa.Array, low: float | None, high: float | None, *, is_low: bool) -> pa.Array:
    if is_low:
        return pc.less(column, low) if low is not None else pc.not_equal(column, column)
    return pc.greater(column, high) if high is not None else pc.not_equal(column, column)


def _domain(entry: schema_pb2.Feature, schema: schema_pb2.Schema) -> Sequence[str]:
    if not entry.domain:
        return entry.string_domain.value
    return next((d.value for d in schema.string_domain if d.name == entry.domain), ())


def _shown(value: object) -> str:
    if value is None:
        return ""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
