"""What models answer for labelled rows, as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

MISSING = -1
"""The code of a row that has no value."""


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of texts, or of integers as text.

    Attributes:
        codes: [rows] int32, each a place in `values`, or `MISSING`.
        values: Every value that occurs once, in rising order; integers by their size.
    """

    codes: npt.NDArray[np.int32]
    values: tuple[str, ...]

    def taken(self, rows: npt.NDArray[np.intp]) -> "Coded":
        """Those rows of it; `values` stays as it is."""
        return Coded(self.codes[rows], self.values)


Column = Coded | npt.NDArray[np.float32]
"""Of floats the values themselves, [rows], NaN where missing."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Labelled rows with what one or two models say of them.

    Attributes:
        label: [rows] float64: 0 or 1, the class's id, or the number; never NaN.
        candidate: [rows, outputs] float32: the probability of 1, the probability of each class, or
            the value. A broken model may answer with NaN.
        baseline: The same of the other model; None without one.
        columns: By the name of the raw column, those that were asked for.
        row: [rows] int64: the row's number in the order in which the files hold them, from 0,
            those without a label counted, too.
        unlabelled: How many rows were left out because their label is not known.
    """

    label: npt.NDArray[np.float64]
    candidate: npt.NDArray[np.float32]
    baseline: npt.NDArray[np.float32] | None
    columns: Mapping[str, Column]
    row: npt.NDArray[np.int64]
    unlabelled: int

    @property
    def rows(self) -> int:
        """How many labelled rows there are."""
        return len(self.label)

    def of_columns(self, names: Sequence[str]) -> "Answers":
        """The same with those columns only, in the order of the names."""
        return replace(self, columns={name: self.columns[name] for name in names})

    def taken(self, rows: npt.NDArray[np.intp]) -> "Answers":
        """Those rows alone, such as a sample of them."""
        return Answers(
            label=self.label[rows],
            candidate=self.candidate[rows],
            baseline=None if self.baseline is None else self.baseline[rows],
            columns={
                name: column.taken(rows) if isinstance(column, Coded) else column[rows]
                for name, column in self.columns.items()
            },
            row=self.row[rows],
            unlabelled=self.unlabelled,
        )


def as_text(column: Column) -> Coded:
    """The column as texts; a float is written as briefly as it can be read back."""
    if isinstance(column, Coded):
        return column
    is_present = ~np.isnan(column)
    values, places = np.unique(column[is_present], return_inverse=True)
    codes = np.full(len(column), MISSING, np.int32)
    codes[is_present] = places
    return Coded(codes, tuple(str(value) for value in values))
