"""How the values of a column become groups of rows: as they are, or numbers cut into ranges."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.answering.answers import MISSING as NO_VALUE
from components.answering.answers import Coded, Column
from schema.columns import Kind

MISSING = "missing"
"""The group of the rows without a value."""

Codes = npt.NDArray[np.intp]


class Grouping(Protocol):
    """Groups of one column, made once from some rows, for these and any others."""

    @property
    def column(self) -> str:
        """The raw column."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the groups, as text."""

    def codes(self, values: pa.Array) -> Codes:
        """[rows]: each row's place in `names`.

        Args:
            values: Of the column, as `arrow_values` returns them.
        """


@dataclass(frozen=True)
class ByValue:
    """A group a value, one for all other values, and one for rows without any.

    Attributes:
        column: The raw column.
        values: Those that have a group.
        others: The name of the group of the others.
    """

    column: str
    values: tuple[str | int | float, ...]
    others: str

    @property
    def names(self) -> tuple[str, ...]:
        """The values, then the others, then `MISSING`."""
        return (*map(_text, self.values), self.others, MISSING)

    def codes(self, values: pa.Array) -> Codes:
        """[rows]: each row's place in `names`."""
        found = pc.index_in(values, value_set=pa.array(self.values, values.type))
        places = pc.fill_null(found, len(self.values)).to_numpy(zero_copy_only=False)
        return np.where(_is_null(values), len(self.values) + 1, places).astype(np.intp)


@dataclass(frozen=True)
class ByRange:
    """A group between two edges of which the upper belongs to it, and one for rows without any.

    Attributes:
        column: The raw column, of numbers.
        edges: Between the ranges, ascending; at least one.
    """

    column: str
    edges: tuple[float, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The ranges in ascending order, then `MISSING`."""
        texts = _distinct_texts(self.edges)
        between = (f"{low} to {high}" for low, high in zip(texts, texts[1:], strict=False))
        return (f"up to {texts[0]}", *between, f"above {texts[-1]}", MISSING)

    def codes(self, values: pa.Array) -> Codes:
        """[rows]: each row's place in `names`."""
        numbers = pc.fill_null(values, 0).to_numpy(zero_copy_only=False).astype(np.float64)
        ranges = np.searchsorted(np.array(self.edges), numbers, side="left")
        return np.where(_is_null(values), len(self.edges) + 1, ranges).astype(np.intp)


def arrow_values(column: Column, kind: Kind) -> pa.Array:
    """[rows] of text, int64 or float64, null where there is no value.

    Args:
        column: As rows were read.
        kind: What it holds.
    """
    if not isinstance(column, Coded):
        return pa.array(column.astype(np.float64), from_pandas=True)
    values = pa.array(column.values, pa.string())
    if kind == "int":
        values = values.cast(pa.int64())
    codes = pa.array(column.codes, mask=column.codes == NO_VALUE)
    return pa.DictionaryArray.from_arrays(codes, values).dictionary_decode()


def group_values(
    column: str, values: pa.Array, *, most: int, ranges: int, min_rows: int
) -> Grouping:
    """Groups a column by what is found in it.

    Args:
        column: Its name.
        values: As `arrow_values` returns them.
        most: How many values may have a group of their own. Numbers with more are cut.
        ranges: How many, each with about as many rows.
        min_rows: Values with fewer rows are joined.
    """
    is_number = not pa.types.is_string(values.type)
    if is_number and pc.count_distinct(values).as_py() > most:
        return cut(column, values, ranges)
    common, distinct = common_values(values, min_rows)
    return by_value(column, [value for value, _ in common[:most]], distinct)


def by_value(column: str, kept: Sequence[str | int | float], distinct: int) -> ByValue:
    """A group for each of the values that are kept.

    Args:
        column: Its name.
        kept: The values.
        distinct: How many values there are in all.
    """
    rarer = distinct - len(kept)
    return ByValue(column, tuple(kept), f"{rarer} rarer values" if rarer else "other values")


def cut(column: str, numbers: pa.Array, ranges: int) -> Grouping:
    """Cuts at quantiles of the numbers; those that fall together are one edge.

    Args:
        column: Its name.
        numbers: At least one that is not null.
        ranges: How many, at most.
    """
    found = numbers.drop_null().to_numpy(zero_copy_only=False).astype(np.float64)
    shares = np.arange(1, ranges) / ranges
    edges = np.unique(np.quantile(found, shares, method="inverted_cdf"))
    return ByRange(column, tuple(edges.tolist()))


def common_values(
    values: pa.Array, min_rows: int
) -> tuple[list[tuple[str | int | float, int]], int]:
    """The values that have so many rows, each with its rows, the commonest first.

    Returns:
        Them, and how many values there are in all; nulls are none.
    """
    counted = values.drop_null().value_counts()
    common = counted.filter(pc.greater_equal(counted.field("counts"), min_rows))
    pairs = zip(common.field("values").to_pylist(), common.field("counts").to_pylist(), strict=True)
    # By value where as common, so that the order of the rows does not matter.
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0])), len(counted)


def _is_null(values: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False), np.bool_)


def _text(value: str | int | float) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _distinct_texts(numbers: Sequence[float]) -> list[str]:
    """The numbers with six digits, or as many more as tell them apart."""
    for digits in range(6, 18):
        texts = [_with_digits(number, digits) for number in numbers]
        if len(set(texts)) == len(numbers):
            break
    return texts


def _with_digits(number: float, digits: int) -> str:
    if number.is_integer() and abs(number) < 1e16:
        return str(int(number))
    if not 1e-6 <= abs(number) < 1e16:
        return f"{number:.{digits}g}"
    return np.format_float_positional(number, precision=digits, fractional=False, trim="-")
