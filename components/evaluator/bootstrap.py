"""How far chance moves a metric.

The Poisson bootstrap: a replicate counts each row as often as a Poisson number of mean 1 says, in
place of drawing rows with replacement (Efron 1979, "Bootstrap methods"; Chamandy, Muralidharan,
Najmi and Naidu 2012, "Estimating uncertainty for massive data streams"). One table of such numbers
serves candidate and stable model, so that an interval of their difference is of pairs.
"""

import math
import zlib

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from components.evaluator.ranking import Floats

REPLICATES = 200
SAMPLE_ROWS = 5_000
"""Of more rows a sample is weighted, and the interval narrowed as for all of them."""

_TAIL = 0.025
_NORMAL = 1.959964


def weights(rows: int, *, seed: int, name: str) -> npt.NDArray[np.float32]:
    """[`REPLICATES`, rows] how often each row counts, the same for the same arguments.

    Args:
        rows: How many.
        seed: Of all that is random in an evaluation.
        name: Of the slice, so that one slice does not depend on which others there are.
    """
    generator = np.random.default_rng([seed, zlib.crc32(name.encode())])
    drawn = generator.integers(0, 2**16, (REPLICATES, rows), np.uint16)
    return _POISSON[drawn]


def sample(rows: int, most: int, *, seed: int, name: str) -> npt.NDArray[np.intp]:
    """Places of `most` of so many rows in rising order, or of all."""
    if rows <= most:
        return np.arange(rows)
    generator = np.random.default_rng([seed, zlib.crc32(name.encode()), 1])
    return np.sort(generator.choice(rows, most, replace=False, shuffle=False))


def interval(
    value: float, of_sample: float, replicates: Floats, *, narrowing: float, effective: int
) -> tuple[float, float]:
    """Low and high, between which the metric is with 95 % confidence; NaN where nothing is known.

    The quantiles of the replicates about the value of the sample, set about the value of all rows.
    Where few rows carry the metric the replicates vary too little: the interval is widened as much
    as Student's distribution is wider than the normal one.

    Args:
        value: The metric of all rows.
        of_sample: Of the rows that the replicates weight.
        replicates: [replicates], NaN where undefined.
        narrowing: Of the interval, as all rows are more than the sample.
        effective: How many rows carry the metric; fewer than 2 tell nothing of chance.
    """
    known = replicates[np.isfinite(replicates)]
    if effective < 2 or not len(known) or not math.isfinite(value):
        return math.nan, math.nan
    wide = narrowing * float(stdtrit(effective - 1, 1 - _TAIL)) / _NORMAL
    low, high = np.quantile(known, [_TAIL, 1 - _TAIL])
    return value + wide * float(low - of_sample), value + wide * float(high - of_sample)


def _poisson_table() -> npt.NDArray[np.float32]:
    """[2^16] the number for each equally likely draw; probabilities are right to 2^-16."""
    table, cumulated, probability = np.zeros(2**16, np.float32), 0.0, math.exp(-1)
    for number in range(1, 9):
        cumulated += probability
        table[round(cumulated * 2**16) :] = number
        probability /= number
    return table


_POISSON = _poisson_table()
