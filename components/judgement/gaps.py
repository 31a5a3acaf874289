"""How far rates of groups lie apart, and how far luck alone may have moved them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]

_DRAWS = 1000
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Gap:
    """The largest rate minus the smallest.

    Attributes:
        value: As it is in these rows.
        low: The lower end of its interval, at least 0.
        high: The upper end, at most 1.
        surest: Places of the two groups that are apart the most for sure, the higher rate first.
    """

    value: float
    low: float
    high: float
    surest: tuple[int, int]


def gap_between(hits: Counts, totals: Counts, random: np.random.Generator) -> Gap:
    """The gap between rates, with an interval at 95 %.

    Of several groups that are all alike, some largest and smallest rate are always apart, and
    those of rows drawn again even more so: an interval of the gap itself would be too high. So
    each two groups get an interval of their difference, of a width with which all of them hold
    at once (Tukey's method; the width is that of the largest deviation among them in a parametric
    bootstrap: Westfall and Young, Resampling-Based Multiple Testing, 1993). The gap is at least
    the largest of their lower ends, and at most the largest of their upper ends. A group without
    hits is not one that is known exactly: for the errors each group has one hit and one miss more
    (Agresti and Caffo, The American Statistician 54, 2000).

    Args:
        hits: [groups], how many rows of each were called so.
        totals: [groups], of how many; each at least 1. Two groups or more.
        random: For the bootstrap.
    """
    rates = hits / totals
    smoothed = (hits + 1) / (totals + 2)
    variances = smoothed * (1 - smoothed) / totals
    errors = np.sqrt(variances[:, np.newaxis] + variances)
    drawn = random.binomial(totals, smoothed, (_DRAWS, len(totals))) / totals - smoothed
    largest = np.zeros(_DRAWS)
    for group in range(len(totals) - 1):
        apart = np.abs(drawn[:, group + 1 :] - drawn[:, group : group + 1])
        np.maximum(largest, (apart / errors[group, group + 1 :]).max(axis=1), out=largest)
    reach = np.quantile(largest, _CONFIDENCE) * errors
    differences = rates[:, np.newaxis] - rates
    is_pair = ~np.eye(len(totals), dtype=np.bool_)
    lows = np.where(is_pair, differences - reach, -np.inf)
    higher, lower = np.unravel_index(int(lows.argmax()), lows.shape)
    return Gap(
        value=float(rates.max() - rates.min()),
        low=max(float(lows.max()), 0.0),
        high=min(float((differences + reach)[is_pair].max()), 1.0),
        surest=(int(higher), int(lower)),
    )
