"""Means of many slices at once, and how far luck may have moved each."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from components.judgement.grouping import Codes

Floats = npt.NDArray[np.float64]

_PRIOR_ROWS = 10
"""The variance of all rows counts in each slice like that of so many rows more.

Without it a slice whose few losses are by chance alike would seem to be known exactly.
"""


@dataclass(frozen=True, eq=False)
class SliceSums:
    """Slices by what their losses add up to.

    Attributes:
        rows: [slices], how many.
        total: [slices], of the losses.
        squares: [slices], of their squares.
    """

    rows: Floats
    total: Floats
    squares: Floats

    @property
    def mean(self) -> Floats:
        """[slices]; 0 where there are no rows."""
        return np.asarray(self.total / np.maximum(self.rows, 1))

    def reach(self, variance: float, critical: float) -> Floats:
        """[slices]: half the length of the interval of each mean.

        Args:
            variance: Of the losses of all rows.
            critical: The quantile of the normal distribution that fits the confidence.
        """
        rows = np.maximum(self.rows, 2)
        apart = np.maximum(self.squares - self.rows * self.mean**2, 0)
        pooled = (apart + _PRIOR_ROWS * variance) / (rows - 1 + _PRIOR_ROWS)
        return np.asarray(_student(critical, rows - 1) * np.sqrt(pooled / rows))


def slice_sums(codes: Codes, groups: int, losses: Floats, squares: Floats) -> SliceSums:
    """Adds up by group.

    Args:
        codes: [rows], each below `groups`.
        groups: How many slices.
        losses: [rows].
        squares: [rows], of the losses.
    """
    return SliceSums(
        np.bincount(codes, minlength=groups).astype(np.float64),
        np.bincount(codes, losses, groups).astype(np.float64),
        np.bincount(codes, squares, groups).astype(np.float64),
    )


def critical_value(confidence: float, intervals: int) -> float:
    """How many standard errors each of so many intervals must reach, for all to hold at once."""
    return NormalDist().inv_cdf(1 - (1 - confidence) / 2 / max(intervals, 1))


def _student(normal: float, freedom: Floats) -> Floats:
    """Student's quantile by the normal one (Abramowitz and Stegun 1964, 26.7.5)."""
    z = normal
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return np.asarray(z + first / freedom + second / freedom**2 + third / freedom**3)
