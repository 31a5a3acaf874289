"""Groups of a sensitive column, made of counts."""

import numpy as np

from components.judgement.fairness import ColumnFairness, column_fairness


def column_of(groups, *, thresholds=(0.5,), min_rows=50) -> ColumnFairness:
    """Each group by its false positives, true negatives, false negatives and true positives."""
    codes, label, probability = [], [], []
    for code, counts in enumerate(groups.values()):
        for (is_positive, is_called), rows in zip(
            [(False, True), (False, False), (True, False), (True, True)], counts, strict=True
        ):
            codes += [code] * rows
            label += [is_positive] * rows
            probability += [0.7 if is_called else 0.3] * rows
    return column_fairness(
        "sex",
        list(groups),
        np.array(codes),
        np.array(label),
        np.array(probability),
        thresholds=thresholds,
        min_rows=min_rows,
        seed=1,
    )
