"""Partial dependence: the mean answer along the values of a column.

J. Friedman, "Greedy Function Approximation", Annals of Statistics 29 (2001). The column is set to
one value in every row, whatever else stands there; far from the data that makes rows which cannot
be, so each point says which share of the rows is near it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from components.explainer.columns import Ask, Columns, Floats, Values, row_count

Kind = Literal["number", "category", "date", "text"]

MISSING = "(missing)"
"""Names the point of the rows in which a category is missing."""

_MOST_POINTS = 12


@dataclass(frozen=True)
class Point:
    """The mean answer where the column has a value.

    Attributes:
        value: The value, bytes decoded.
        answer: Of all rows, one number an output.
        share: Of the rows whose own value is nearest to this one, or is it.
    """

    value: str | int | float
    answer: tuple[float, ...]
    share: float


def partial_dependence(column: str, kind: Kind, columns: Columns, ask: Ask) -> list[Point]:
    """The points of a column, in its order; of categories and texts the most frequent first.

    Args:
        column: A key of `columns`.
        kind: A number or a date gets real values at equal distances of rank, others their most
            frequent ones.
        columns: The rows.
        ask: The model.
    """
    values = columns[column]
    grid, shares = _ordered(values) if kind in ("number", "date") else _frequent(values)
    if not len(grid):
        return []
    rows = row_count(columns)
    asked = {name: np.tile(others, len(grid)) for name, others in columns.items()}
    asked[column] = np.repeat(grid, rows)
    means = ask(asked).reshape(len(grid), rows, -1).mean(axis=1)
    return [
        Point(_plain(value), tuple(map(float, mean)), float(share))
        for value, mean, share in zip(grid, means, shares, strict=True)
    ]


def is_missing(values: Values) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """Whether a value is what `serve_rows` takes for none."""
    if values.dtype.kind == "f":
        return ~np.isfinite(values)
    return values == (np.iinfo(np.int64).min if values.dtype.kind == "i" else b"")


def _ordered(values: Values) -> tuple[Values, Floats]:
    """Some of the values from the least to the largest, and the share of rows near each."""
    there = np.sort(values[~is_missing(values)])
    if not len(there):
        return there, np.empty(0)
    distinct, numbers = np.unique(there, return_inverse=True)
    if len(distinct) <= _MOST_POINTS:
        places = np.arange(len(distinct))
    else:
        ranks = np.linspace(0, len(there) - 1, _MOST_POINTS).round().astype(np.int64)
        places = np.unique(numbers[ranks])
    # ISO dates are in the order of their letters; how far apart they are, their rank tells.
    scale = distinct.astype(np.float64) if there.dtype.kind in "fi" else np.arange(len(distinct))
    middles = (scale[places][1:] + scale[places][:-1]) / 2
    nearest = np.searchsorted(middles, scale[numbers])
    return distinct[places], np.bincount(nearest, minlength=len(places)) / len(values)


def _frequent(values: Values) -> tuple[Values, Floats]:
    """The most frequent values, missing among them, and the share of rows of each."""
    distinct, counts = np.unique(values, return_counts=True)
    places = np.lexsort((np.arange(len(distinct)), -counts))[:_MOST_POINTS]
    return distinct[places], counts[places] / len(values)


def _plain(value: bytes | np.generic) -> str | int | float:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace") or MISSING
    if isinstance(value, np.floating):
        # The shortest decimal of a float32: 0.1, not 0.10000000149.
        return float(str(value))
    code = int(value)
    return MISSING if code == np.iinfo(np.int64).min else code
