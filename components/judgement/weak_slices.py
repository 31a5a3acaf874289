"""The slices on which a model does worst, among those that nobody declared.

A search in the manner of Slice Finder (Chung, Kraska, Polyzotis, Tae, Whang: Slice Finder:
Automated Data Slicing for Model Validation, ICDE 2019): the losses of every group of every column,
and of every pair of groups, are held against those of all rows. Thousands are looked at, so the
worst mean among them owes much to luck. Each interval is therefore as wide as it takes for all of
them to hold at once (Bonferroni), and slices are ranked by their lower end, not by their mean.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from components.judgement.grouping import Codes, Grouping
from components.judgement.slice_sums import SliceSums, critical_value, slice_sums

_MOST_LISTED = 10
_CONFIDENCE = 0.95

_MOST_PAIRED = 40
"""So many columns are paired with each other; each pair is one more pass over the rows."""

_MOST_EXAMINED = 300
"""So many of the weakest are held against those that are listed already."""


@dataclass(frozen=True)
class WeakSlice:
    """Rows that share a group of one column, or of two.

    Attributes:
        groups: Column and name of the group, one or two.
        rows: How many.
        mean: Of their losses.
        low: The lower end of its interval, in which the true mean lies at 95 % for all slices
            that were looked at together.
        high: The upper end.
    """

    groups: tuple[tuple[str, str], ...]
    rows: int
    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        """Such as `company=Flash Cab, hour=3`."""
        return ", ".join(f"{column}={name}" for column, name in self.groups)


@dataclass(frozen=True)
class GroupedColumn:
    """A column's group in each row.

    Attributes:
        grouping: What the codes mean.
        codes: [rows].
    """

    grouping: Grouping
    codes: Codes

    @property
    def groups(self) -> int:
        """How many there are."""
        return len(self.grouping.names)


_Code = tuple[tuple[int, int], ...]
"""The place of the column and the code of the group, one or two."""


def weakest_slices(
    losses: npt.NDArray[np.float64], columns: Sequence[GroupedColumn], min_rows: int
) -> list[WeakSlice]:
    """The slices whose loss is for sure above that of all rows, the surest first.

    A pair must be above each of its two groups, too. A slice must be above all rows also without
    the rows of those that stand before it, or it would tell the same once more.

    Args:
        losses: [rows], finite.
        columns: By which rows are sliced.
        min_rows: Smaller slices are not looked at.

    Returns:
        At most ten; none where chance explains every difference.
    """
    if not len(losses) or not columns:
        return []
    squares = np.square(losses)
    singles = [slice_sums(c.codes, c.groups, losses, squares) for c in columns]
    pairs = {
        (a, b): slice_sums(
            columns[a].codes * columns[b].groups + columns[b].codes,
            columns[a].groups * columns[b].groups,
            losses,
            squares,
        )
        for a, b in itertools.combinations(_paired(singles, float(losses.mean())), 2)
    }
    count = sum(int((sums.rows >= min_rows).sum()) for sums in (*singles, *pairs.values()))
    bar = _Bar(
        overall=float(losses.mean()),
        variance=float(losses.var()),
        min_rows=min_rows,
        critical=critical_value(_CONFIDENCE, count),
    )
    found = [*_weak_singles(singles, bar), *_weak_pairs(columns, singles, pairs, bar)]
    found.sort(reverse=True)
    return [_named(code, columns, losses, bar) for code in _distinct(found, columns, losses, bar)]


def _paired(singles: Sequence[SliceSums], overall: float) -> list[int]:
    """The places of the columns that are paired: of very many those that matter most alone."""
    matter = []
    for place, sums in enumerate(singles):
        apart = float((sums.rows * np.square(sums.mean - overall)).sum())
        matter.append((apart / max(int((sums.rows > 0).sum()) - 1, 1), -place))
    return sorted(-place for _, place in sorted(matter)[-_MOST_PAIRED:])


@dataclass(frozen=True)
class _Bar:
    """What a slice must be above."""

    overall: float
    variance: float
    min_rows: int
    critical: float

    def lows(self, sums: SliceSums) -> npt.NDArray[np.float64]:
        """[slices]: the lower ends of the intervals; minus infinity for too few rows."""
        lows = sums.mean - sums.reach(self.variance, self.critical)
        return np.where(sums.rows >= self.min_rows, lows, -np.inf)


def _weak_singles(singles: Sequence[SliceSums], bar: _Bar) -> Iterator[tuple[float, _Code]]:
    for place, sums in enumerate(singles):
        lows = bar.lows(sums)
        for code in np.flatnonzero(lows > bar.overall).tolist():
            yield float(lows[code]), ((place, code),)


def _weak_pairs(
    columns: Sequence[GroupedColumn],
    singles: Sequence[SliceSums],
    pairs: dict[tuple[int, int], SliceSums],
    bar: _Bar,
) -> Iterator[tuple[float, _Code]]:
    for (a, b), sums in pairs.items():
        parts = np.maximum(singles[a].mean[:, np.newaxis], singles[b].mean).ravel()
        lows = bar.lows(sums)
        width = columns[b].groups
        for code in np.flatnonzero(lows > np.maximum(parts, bar.overall)).tolist():
            yield float(lows[code]), ((a, code // width), (b, code % width))


def _distinct(
    found: Sequence[tuple[float, _Code]],
    columns: Sequence[GroupedColumn],
    losses: npt.NDArray[np.float64],
    bar: _Bar,
) -> list[_Code]:
    """Those that are weak without the rows of those before them, too."""
    is_told = np.zeros(len(losses), np.bool_)
    listed: list[_Code] = []
    for _, code in found[:_MOST_EXAMINED]:
        inside = _members(code, columns)
        (low,) = bar.lows(_sums_of(losses[inside & ~is_told]))
        if low > bar.overall:
            listed.append(code)
            is_told |= inside
        if len(listed) == _MOST_LISTED:
            break
    return listed


def _named(
    code: _Code, columns: Sequence[GroupedColumn], losses: npt.NDArray[np.float64], bar: _Bar
) -> WeakSlice:
    sums = _sums_of(losses[_members(code, columns)])
    mean, reach = float(sums.mean[0]), float(sums.reach(bar.variance, bar.critical)[0])
    return WeakSlice(
        groups=tuple(
            (columns[place].grouping.column, columns[place].grouping.names[group])
            for place, group in code
        ),
        rows=int(sums.rows[0]),
        mean=mean,
        low=mean - reach,
        high=mean + reach,
    )


def _members(code: _Code, columns: Sequence[GroupedColumn]) -> npt.NDArray[np.bool_]:
    inside = [columns[place].codes == group for place, group in code]
    return np.asarray(np.logical_and.reduce(inside), np.bool_)


def _sums_of(losses: npt.NDArray[np.float64]) -> SliceSums:
    """Of one slice."""
    return slice_sums(np.zeros(len(losses), np.intp), 1, losses, np.square(losses))
