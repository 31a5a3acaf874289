"""What a table looks like, column by column, without anybody having said what it means."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from components.rows.typed_columns import cast_text

SAMPLE_ROWS = 1_000_000
"""So many rows are looked at; of a larger table the first ones."""

_COUNTED_VALUES = 20_000
_KEPT_ROWS = 20_000
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?$"
_CODE = r"^0[0-9]+$"


@dataclass
class Profile:
    """One column.

    Attributes:
        name: As in the data.
        rows: How many were looked at.
        missing: In how many of them nothing stands.
        counts: Value to rows; of too many values, only some.
        has_more: Whether there are more values than were counted.
        are_whole: Whether every value is a whole number of 64 bits.
        are_numbers: Whether every value is a number.
        are_dates: Whether every value is an ISO 8601 date.
        are_codes: Whether some number has a leading zero, which it would lose.
        is_rising: Whether each number is larger than the one before.
        characters: In all values together.
    """

    name: str
    rows: int = 0
    missing: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    has_more: bool = False
    are_whole: bool = True
    are_numbers: bool = True
    are_dates: bool = True
    are_codes: bool = False
    is_rising: bool = True
    characters: int = 0
    _last: float = float("-inf")

    @property
    def present(self) -> int:
        """Rows in which something stands."""
        return self.rows - self.missing

    @property
    def distinct(self) -> int:
        """How many values there are, or how many were counted."""
        return len(self.counts)

    @property
    def is_number(self) -> bool:
        """Whether it is a column of numbers, rather than of codes that look like them."""
        return self.are_numbers and not self.are_codes and self.present > 0

    @property
    def is_whole(self) -> bool:
        """Whether it is a column of whole numbers."""
        return self.is_number and self.are_whole

    @property
    def is_date(self) -> bool:
        """Whether it is a column of dates."""
        return self.are_dates and self.present > 0

    def missing_in(self, rows: int) -> None:
        """Adds rows of a file that does not have the column."""
        self.rows += rows
        self.missing += rows

    def add(self, column: pa.Array) -> None:
        """Adds rows: text, null where missing."""
        self.rows += len(column)
        self.missing += column.null_count
        present = column.drop_null()
        if not len(present):
            return
        counted = pc.value_counts(present)
        values = counted.field("values")
        self._count(counted)
        self.characters += pc.sum(pc.utf8_length(present)).as_py()
        self.are_whole &= _all_fit(values, "int")
        self.are_numbers &= _all_fit(values, "float")
        self.are_dates &= pc.all(pc.match_substring_regex(values, _DATE)).as_py()
        self.are_codes |= pc.any(pc.match_substring_regex(values, _CODE)).as_py()
        self.is_rising = self.is_rising and self.are_numbers and self._rises(present)

    def _count(self, counted: pa.StructArray) -> None:
        for entry in counted.to_pylist():
            value = entry["values"]
            if value in self.counts or len(self.counts) < _COUNTED_VALUES:
                self.counts[value] += entry["counts"]
            else:
                self.has_more = True

    def _rises(self, present: pa.Array) -> bool:
        numbers, _ = cast_text(present, "float")
        values = numbers.cast(pa.float64()).to_numpy(zero_copy_only=False)
        rises = bool(values[0] > self._last and (values[1:] > values[:-1]).all())
        self._last = float(values[-1])
        return rises


@dataclass(frozen=True)
class Table:
    """The whole of it.

    Attributes:
        columns: In the order of the first file.
        rows: How many were looked at.
        is_sample: Whether there are more.
        first_rows: Some thousand rows as text, to try columns on.
    """

    columns: dict[str, Profile]
    rows: int
    is_sample: bool
    first_rows: pa.Table


def profile(batches: Iterable[pa.RecordBatch]) -> Table:
    """Looks at a table.

    Args:
        batches: Its rows as text, null where missing; columns may differ from batch to batch.
    """
    columns: dict[str, Profile] = {}
    kept: list[pa.Table] = []
    rows = 0
    for batch in batches:
        if rows >= SAMPLE_ROWS:
            return Table(columns, rows, True, _together(kept))
        for name in batch.schema.names:
            if name not in columns:
                columns[name] = Profile(name)
                columns[name].missing_in(rows)
            columns[name].add(batch.column(name))
        for name in columns.keys() - set(batch.schema.names):
            columns[name].missing_in(batch.num_rows)
        if rows < _KEPT_ROWS:
            kept.append(pa.Table.from_batches([batch.slice(0, _KEPT_ROWS - rows)]))
        rows += batch.num_rows
    return Table(columns, rows, False, _together(kept))


def _together(kept: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(kept, promote_options="default") if kept else pa.table({})


def _all_fit(values: pa.Array, kind: str) -> bool:
    _, bad = cast_text(values, "int" if kind == "int" else "float")
    return bad is None or not pc.any(bad).as_py()
