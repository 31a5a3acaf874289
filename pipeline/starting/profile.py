"""What a table looks like, column by column, without anybody having said what it means."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from components.rows.typed_columns import cast_text
from pipeline.starting.sampling import Sample

SAMPLE_ROWS = 1_000_000
"""So many rows are looked at; of a larger table the first ones."""

_COUNTED_VALUES = 20_000
_KEPT_ROWS = 20_000
_SHOWN_TEXTS = 3
# Of free text: the least letters and spaces of a value on average, and distinct values a row.
_PROSE_LENGTH, _PROSE_SPACES, _PROSE_DISTINCT = 40, 4, 0.2
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?$"
_CODE = r"^0[0-9]+$"
# $1,234.00 and 45 % and 1,5: numbers as people write them, and no reader of numbers takes them.
_FORMATTED = (
    r"^\(?[-+]?[ ]?[$€£¥]?[ ]?[-+]?[0-9]{1,3}"
    r"([,.'’]?[0-9]{3})*([.,][0-9]+)?[ ]?[%‰$€£¥]?\)?$"
)
# In any case; a reader of numbers takes the first three for missing as they are.
_NOT_A_NUMBER = ("nan", "+nan", "-nan")
_STAND_INS = pa.array([*_NOT_A_NUMBER, "na", "n/a", "#n/a", "<na>", "null", "none", "?", "-"])


@dataclass
class Profile:
    """One column.

    Attributes:
        name: As in the data.
        rows: How many were looked at.
        missing: In how many of them nothing stands; in a column of numbers, or what stands for it.
        counts: Value to rows; of too many values, only some.
        has_more: Whether there are more values than were counted.
        stand_ins: Text that is often written for a missing value, such as `NA`, to rows.
        number_rows: In how many rows a number stands.
        texts: Some values that are neither numbers nor stand-ins.
        are_whole: Whether every number is a whole one of 64 bits.
        are_numbers: Whether every value is a number or a stand-in.
        are_formatted: Whether every text is a number such as `$1,234.00`.
        are_dates: Whether every value is an ISO 8601 date.
        are_codes: Whether some number has a leading zero, which it would lose.
        characters: In all values together.
        spaces: Those among them that stand between words.
    """

    name: str
    rows: int = 0
    missing: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    has_more: bool = False
    stand_ins: Counter[str] = field(default_factory=Counter)
    number_rows: int = 0
    texts: tuple[str, ...] = ()
    are_whole: bool = True
    are_numbers: bool = True
    are_formatted: bool = True
    are_dates: bool = True
    are_codes: bool = False
    characters: int = 0
    spaces: int = 0
    _is_rising: bool = True
    _first: int | None = None
    _last: int = -(2**63) - 1

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
        return self.are_numbers and not self.are_codes and self.number_rows > 0

    @property
    def is_whole(self) -> bool:
        """Whether it is a column of whole numbers."""
        return self.is_number and self.are_whole

    @property
    def is_formatted(self) -> bool:
        """Whether its numbers are text for the way in which they are written."""
        return bool(self.texts) and self.are_formatted

    @property
    def is_date(self) -> bool:
        """Whether it is a column of dates."""
        return self.are_dates and self.present > 0

    @property
    def is_prose(self) -> bool:
        """Whether people wrote its values: several words each, and hardly the same ones twice."""
        is_long = self.characters >= _PROSE_LENGTH * self.present
        has_words = self.spaces >= _PROSE_SPACES * self.present
        is_varied = self.has_more or self.distinct >= self.present * _PROSE_DISTINCT
        return self.present > 0 and not self.is_number and is_long and has_words and is_varied

    @property
    def is_counter(self) -> bool:
        """Whether it counts the rows: whole numbers, each larger than the one before, and dense."""
        if not self.is_whole or not self._is_rising or self._first is None:
            return False
        return self._last - self._first < 2 * self.rows

    @property
    def to_be_missing(self) -> tuple[str, ...]:
        """The stand-ins of a column of numbers that ExampleGen must be told of."""
        told = (text for text in self.stand_ins if text.lower() not in _NOT_A_NUMBER)
        return tuple(sorted(told)) if self.is_number else ()

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
        self.spaces += pc.sum(pc.count_substring(present, " ")).as_py()
        self._look_for_numbers(counted)
        self.are_dates &= pc.all(pc.match_substring_regex(values, _DATE)).as_py()
        self.are_codes |= pc.any(pc.match_substring_regex(values, _CODE)).as_py()
        self._is_rising = self._is_rising and self.are_numbers and self._rises(present)

    def settle(self) -> None:
        """Takes what stands for missing in a column of numbers for missing, after the last row."""
        if self.is_number:
            self.missing += self.stand_ins.total()
            for text in self.stand_ins:
                self.counts.pop(text, None)

    def _count(self, counted: pa.StructArray) -> None:
        values, counts = (counted.field(name).to_pylist() for name in ("values", "counts"))
        for value, rows in zip(values, counts, strict=True):
            if value in self.counts or len(self.counts) < _COUNTED_VALUES:
                self.counts[value] += rows
            else:
                self.has_more = True

    def _look_for_numbers(self, counted: pa.StructArray) -> None:
        values, rows = counted.field("values"), counted.field("counts")
        numbers, is_text = cast_text(values, "float")
        self.number_rows += pc.sum(rows.filter(numbers.is_valid())).as_py() or 0
        is_stand_in = pc.is_in(pc.utf8_lower(values), _STAND_INS)
        for entry in counted.filter(is_stand_in).to_pylist():
            self.stand_ins[entry["values"]] += entry["counts"]
        others = values.filter(pc.invert(is_stand_in))
        self.are_whole = self.are_whole and not pc.any(cast_text(others, "int")[1]).as_py()
        texts = values.filter(pc.and_not(is_text, is_stand_in))
        if len(texts):
            self.are_numbers = False
            some = dict.fromkeys((*self.texts, *texts.slice(0, _SHOWN_TEXTS).to_pylist()))
            self.texts = tuple(some)[:_SHOWN_TEXTS]
            self.are_formatted &= pc.all(pc.match_substring_regex(texts, _FORMATTED)).as_py()

    def _rises(self, present: pa.Array) -> bool:
        numbers, _ = cast_text(present, "int")
        if numbers.null_count:
            return False
        values = numbers.to_numpy()
        rises = bool(values[0] > self._last and (values[1:] > values[:-1]).all())
        if self._first is None:
            self._first = int(values[0])
        self._last = int(values[-1])
        return rises


@dataclass(frozen=True)
class Table:
    """The whole of it.

    Attributes:
        columns: In the order of the first file.
        rows: How many were looked at.
        is_sample: Whether there are more.
        sample: Some thousand rows from all over it, as text and in random order.
    """

    columns: dict[str, Profile]
    rows: int
    is_sample: bool
    sample: pa.Table

    def distinct_share(self, column: Profile) -> float:
        """How many different values a column has for each row in which something stands."""
        if not column.has_more:
            return column.distinct / column.present
        drawn = self.sample.column(column.name).drop_null()
        return len(drawn.unique()) / len(drawn)


def profile(batches: Iterable[pa.RecordBatch]) -> Table:
    """Looks at a table.

    Args:
        batches: Its rows as text, null where missing; columns may differ from batch to batch.
    """
    columns: dict[str, Profile] = {}
    sample = Sample(_KEPT_ROWS)
    rows = 0
    is_sample = False
    for batch in batches:
        if rows >= SAMPLE_ROWS:
            is_sample = True
            break
        for name in batch.schema.names:
            if name not in columns:
                columns[name] = Profile(name)
                columns[name].missing_in(rows)
            columns[name].add(batch.column(name))
        for name in columns.keys() - set(batch.schema.names):
            columns[name].missing_in(batch.num_rows)
        sample.add(batch)
        rows += batch.num_rows
    for column in columns.values():
        column.settle()
    return Table(columns, rows, is_sample, sample.rows())
