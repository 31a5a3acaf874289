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
from components.rows.reading import Batch, locate, read
from schema import columns

SHOWN_ROWS = 5

_PART_BYTES = 32 * 2**20
_MISSING = frozenset(
    {
        "FEATURE_TYPE_LOW_FRACTION_PRESENT",
        "FEATURE_TYPE_LOW_NUMBER_PRESENT",
        "FEATURE_TYPE_NOT_PRESENT",
    }
)
_OUTSIDE = frozenset(
    {
        "INT_TYPE_SMALL_INT",
        "INT_TYPE_BIG_INT",
        "FLOAT_TYPE_SMALL_FLOAT",
        "FLOAT_TYPE_BIG_FLOAT",
    }
)
_INFINITE = "FLOAT_TYPE_HAS_INF"
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


@dataclass(frozen=True)
class Wanted:
    """What rows are looked for.

    Attributes:
        split: Theirs.
        column: The column that is wrong in them.
        kind: The kind of the finding, as TFDV names it.
    """

    split: str
    column: str
    kind: str


def offending_rows(
    wanted: Iterable[Wanted],
    sources: Sequence[Source],
    schema: schema_pb2.Schema,
    splits: Callable[[pa.RecordBatch], Sequence[str]],
    missing: Sequence[str] = (),
) -> dict[Wanted, tuple[OffendingRow, ...]]:
    """Reads the input again, as far as needed, for the first rows that explain findings.

    Args:
        wanted: Only kinds that are about single values are looked for.
        sources: The files.
        schema: The contract.
        splits: From rows to the split of each.
        missing: Texts that in columns of numbers mean that nothing is there.

    Returns:
        For each of them for which there are any: at most `SHOWN_ROWS` rows.
    """
    entries = {feature.name: feature for feature in schema.feature}
    masks: dict[tuple[str, str], Mask] = {}
    rows: dict[Wanted, list[OffendingRow]] = {}
    for one in wanted:
        if one.column in entries and (mask := _mask(one.kind, entries[one.column], schema)):
            masks[one.column, one.kind] = mask
            rows[one] = []
    kinds = {column.name: column.kind for column in columns(schema)}
    try:
        for source in sources if rows else ():
            size = found(source.path)[0].size
            for part in parts_of(source.path, source.format, size, _PART_BYTES):
                for batch in read(part, kinds, missing):
                    _collect(batch, part, masks, rows, splits)
                    if all(len(list_) >= SHOWN_ROWS for list_ in rows.values()):
                        return _first(rows)
    except (ComponentError, IndexError):
        # The files have changed since; what is known without them is shown.
        pass
    return _first(rows)


def _collect(
    batch: Batch,
    part: Part,
    masks: Mapping[tuple[str, str], Mask],
    rows: dict[Wanted, list[OffendingRow]],
    splits: Callable[[pa.RecordBatch], Sequence[str]],
) -> None:
    numbers = batch.numbers.tolist()
    for (column, kind), mask in masks.items():
        same = [one for one in rows if (one.column, one.kind) == (column, kind)]
        lists = {one.split: rows[one] for one in same}
        room = {split: SHOWN_ROWS - len(list_) for split, list_ in lists.items()}
        if column not in batch.rows.schema.names or not any(room.values()):
            continue
        values = batch.rows.column(column)
        places = pc.indices_nonzero(pc.fill_null(mask(values), False))
        if not len(places):
            continue
        chosen = _chosen(places.to_pylist(), splits(batch.rows.take(places)), room)
        at = locate(part, {numbers[place] for place, _ in chosen})
        is_csv = part.format == "csv"
        for place, split in chosen:
            where = at[numbers[place]]
            line, row = (where, None) if is_csv else (None, where)
            lists[split].append(OffendingRow(part.path, line, row, _shown(values[place].as_py())))


def _chosen(
    places: Sequence[int], splits: Sequence[str], room: dict[str, int]
) -> list[tuple[int, str]]:
    """The first places of each split, as many as there is room for."""
    chosen = []
    for place, split in zip(places, splits, strict=True):
        if room.get(split):
            room[split] -= 1
            chosen.append((place, split))
    return chosen


def _first(
    rows: Mapping[Wanted, list[OffendingRow]],
) -> dict[Wanted, tuple[OffendingRow, ...]]:
    return {one: tuple(list_) for one, list_ in rows.items() if list_}


def _mask(kind: str, entry: schema_pb2.Feature, schema: schema_pb2.Schema) -> Mask | None:
    if kind in _MISSING:
        return pc.is_null
    if kind == _INFINITE:
        return pc.is_inf
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
