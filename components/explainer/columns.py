"""Rows as columns of arrays, which is how a model is asked about thousands at once."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.NDArray[Any]
"""[rows] float32, int64, or object of bytes; what is missing as `serve_rows` has it."""

Columns: TypeAlias = Mapping[str, Values]
"""Raw column to its values, all of the same length."""

Floats: TypeAlias = npt.NDArray[np.float64]

Ask: TypeAlias = Callable[[Columns], Floats]
"""A model: from columns to [rows, outputs] float64."""


def row_count(columns: Columns) -> int:
    """How many rows there are."""
    return len(next(iter(columns.values())))


def taken(columns: Columns, rows: npt.NDArray[np.int64]) -> Columns:
    """Those rows of every column."""
    return {name: values[rows] for name, values in columns.items()}


def batches(columns: Columns, rows: int) -> Iterator[Columns]:
    """At most so many rows at a time, in their order."""
    for start in range(0, row_count(columns), rows):
        yield {name: values[start : start + rows] for name, values in columns.items()}
