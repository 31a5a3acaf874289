"""How far apart two answers to the same rows are."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = Mapping[str, npt.NDArray[np.generic]]
"""Outputs by name, each [rows, ...]."""


@dataclass(frozen=True)
class Difference:
    """What one output of one signature is away from what it has to be.

    Attributes:
        signature: Its name.
        output: The feature or answer; None when the signature as a whole is at fault.
        largest: The largest difference of all rows and components; None where it cannot be told.
        row: The row in which it is largest, or the first in which it cannot be told.
        fault: Why it cannot be told; empty where it can.
    """

    signature: str
    output: str | None
    largest: float | None
    row: int | None
    fault: str = ""

    def is_within(self, limit: float) -> bool:
        """Whether the difference is known and no more than the limit."""
        return self.largest is not None and self.largest <= limit

    def __str__(self) -> str:
        """In words for whoever reads why a model was refused."""
        place = self.signature if self.output is None else f"{self.signature}, {self.output}"
        where = "" if self.row is None else f", row {self.row}"
        what = self.fault if self.largest is None else f"differs by {self.largest:.3g}"
        return f"{place}{where}: {what}"


def differences(
    signature: str,
    expected: Values,
    found: Values,
    rows: Sequence[int],
    scales: Mapping[str, float],
) -> list[Difference]:
    """Compares every output that there has to be; what there is beside them is not looked at.

    Args:
        signature: Whose outputs they are.
        expected: What there has to be.
        found: What there is.
        rows: The numbers by which the rows are known.
        scales: By output, what a difference is divided by; 1 for those that are not in it.
    """
    return [
        _compare(signature, name, values, found.get(name), rows, scales.get(name, 1.0))
        for name, values in sorted(expected.items())
    ]


def _compare(
    signature: str,
    output: str,
    expected: npt.NDArray[np.generic],
    found: npt.NDArray[np.generic] | None,
    rows: Sequence[int],
    scale: float,
) -> Difference:
    if found is None:
        return Difference(signature, output, None, None, "is not among the outputs")
    if expected.shape != found.shape:
        fault = f"has shape {list(found.shape)}, expected {list(expected.shape)}"
        return Difference(signature, output, None, None, fault)
    apart = _apart(expected, found).reshape(len(rows), -1) / scale
    by_row = apart.max(axis=1, initial=0.0)
    # NaN is larger than any number here, and the first is found.
    place = int(np.argmax(by_row))
    largest = float(by_row[place])
    if math.isfinite(largest):
        return Difference(signature, output, largest, rows[place])
    row = apart[place]
    at = int(np.argmax(~np.isfinite(row)))
    wanted, got = (values.reshape(len(rows), -1)[place, at] for values in (expected, found))
    return Difference(signature, output, None, rows[place], f"is {got}, expected {wanted}")


def _apart(
    expected: npt.NDArray[np.generic], found: npt.NDArray[np.generic]
) -> npt.NDArray[np.float64]:
    """[rows, ...]: 0 where equal, also of two NaN; texts that differ are 1 apart.

    Not finite where one of the two is no finite number.
    """
    if not (np.issubdtype(expected.dtype, np.number) and np.issubdtype(found.dtype, np.number)):
        return (expected != found).astype(np.float64)
    left, right = expected.astype(np.float64), found.astype(np.float64)
    is_same = (left == right) | (np.isnan(left) & np.isnan(right))
    with np.errstate(invalid="ignore"):
        return np.where(is_same, 0.0, np.abs(left - right))
