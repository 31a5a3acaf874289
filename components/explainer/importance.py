"""Permutation importance: how much worse a model is when a column tells it nothing.

L. Breiman, "Random Forests", Machine Learning 45 (2001); for any model: A. Fisher, C. Rudin and
F. Dominici, "All Models are Wrong, but Many are Useful", JMLR 20 (2019).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from components.explainer.columns import Columns, Floats, row_count

_NORMAL_95 = 1.96


@dataclass(frozen=True)
class Importance:
    """By how much the loss grows when the values of a column are dealt out anew among the rows.

    Attributes:
        column: The raw column.
        mean: Of the growth, over rows and repeats; about 0 for a column that tells nothing.
        deviation: Of the growth from one repeat to another.
        low: Below it the growth over all rows that could be drawn is not likely to be.
        high: The other end of the 95 % interval.
    """

    column: str
    mean: float
    deviation: float
    low: float
    high: float


def importances(
    columns: Columns, losses: Callable[[Columns], Floats], *, repeats: int, seed: int
) -> list[Importance]:
    """The importance of each column, the strongest first.

    The interval is about the rows: each has one growth, the mean over the repeats, and these are
    taken for independent. A missing value is dealt out like any other.

    Args:
        columns: Of at least two rows.
        losses: From columns to the loss of each row, [rows].
        repeats: How often each column is dealt out, at least twice.
        seed: Of the dealing.
    """
    before = losses(columns)
    found = [
        _importance(name, columns, losses, before, np.random.default_rng([seed, place]), repeats)
        for place, name in enumerate(columns)
    ]
    return sorted(found, key=lambda importance: -importance.mean)


def _importance(
    name: str,
    columns: Columns,
    losses: Callable[[Columns], Floats],
    before: Floats,
    numbers: np.random.Generator,
    repeats: int,
) -> Importance:
    rows = row_count(columns)
    orders = [numbers.permutation(rows) for _ in range(repeats)]
    growth = np.stack(
        [losses({**columns, name: columns[name][order]}) - before for order in orders]
    )
    mean = float(growth.mean())
    half = _NORMAL_95 * float(growth.mean(axis=0).std(ddof=1)) / rows**0.5
    deviation = float(growth.mean(axis=1).std(ddof=1))
    return Importance(name, mean, deviation, mean - half, mean + half)
