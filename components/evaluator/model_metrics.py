"""The metrics of one model, computed for many weightings of the same rows at once.

Every function takes `weights`, [replicates, rows]: how often each row counts. A single replicate of
ones gives the metric itself; replicates of a bootstrap give its distribution.
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from components.evaluator.ranking import Floats, Ranking
from schema.labels import Task

Values = dict[str, Floats]
"""By the name of the metric, [replicates] float64; NaN where it is undefined."""

Measure = Callable[[Floats], Values]

# Keras's: a probability of 0 for what happened would be an infinite loss.
_SMALLEST_PROBABILITY = 1e-7
_THRESHOLD = 0.5
_CALIBRATION_BINS = 10
# Sums are made of so many rows at a time, or each would need a column as long as the data.
_CHUNK_ROWS = 65_536


def binary(label: Floats, answer: Floats) -> Measure:
    """The metrics of probabilities of class 1.

    `accuracy`, `precision` and `recall` take more than 0.5 for class 1. `calibration_error` is the
    expected calibration error (Naeini, Cooper and Hauskrecht 2015): over ten bins of equal width
    the mean distance, weighted by rows, between probability and share of positives.

    Args:
        label: [rows] 0 or 1.
        answer: [rows, 1].
    """
    positive = label == 1
    probability = answer[:, 0].astype(np.float64)
    ranking = Ranking.of(positive, probability)

    def columns(rows: slice) -> Floats:
        p, y = probability[rows], positive[rows]
        said = p > _THRESHOLD
        place = np.minimum((p * _CALIBRATION_BINS).astype(int), _CALIBRATION_BINS - 1)
        off = np.zeros((len(p), _CALIBRATION_BINS))
        off[np.arange(len(p)), place] = p - y
        likely = np.where(y, p, 1 - p)
        return np.column_stack([np.ones(len(p)), y, said, said & y, said == y, _nats(likely), off])

    def measure(weights: Floats) -> Values:
        sums = _sums(weights, columns, 6 + _CALIBRATION_BINS)
        rows, positives, said, true, right, nats = sums[:, :6].T
        roc, recall = ranking.areas(weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                "auc": roc,
                "auc_pr": recall,
                "accuracy": right / rows,
                "loss": nats / rows,
                "precision": true / said,
                "recall": true / positives,
                "calibration_error": np.abs(sums[:, 6:]).sum(axis=1) / rows,
            }

    return measure


def multiclass(label: Floats, answer: Floats) -> Measure:
    """The metrics of the probabilities of several classes.

    `auc` is the mean of the areas of each class against all others, over the classes of which
    there are rows.

    Args:
        label: [rows] the class's id.
        answer: [rows, classes].
    """
    place = label.astype(int)
    likely = np.take_along_axis(answer, place[:, np.newaxis], axis=1)[:, 0].astype(np.float64)
    right = answer.argmax(axis=1) == place if len(label) else np.zeros(0, bool)
    rankings = [Ranking.of(place == this, answer[:, this]) for this in np.unique(place)]

    def columns(rows: slice) -> Floats:
        ones = np.ones(len(likely[rows]))
        return np.column_stack([ones, right[rows], _nats(likely[rows])])

    def measure(weights: Floats) -> Values:
        rows, hits, nats = _sums(weights, columns, 3).T
        areas = np.array([ranking.areas(weights)[0] for ranking in rankings], np.float64)
        mean = _mean_of_known(areas.reshape(-1, len(weights)))
        with np.errstate(divide="ignore", invalid="ignore"):
            return {"accuracy": hits / rows, "loss": nats / rows, "auc": mean}

    return measure


def regression(label: Floats, answer: Floats) -> Measure:
    """The metrics of numbers; `r2` is the share of the labels' variance that they explain.

    Args:
        label: [rows].
        answer: [rows, 1].
    """
    # Sums of squares of large labels would cancel.
    middle = float(label.mean()) if len(label) else 0.0
    apart = label - middle
    error = answer[:, 0].astype(np.float64) - label

    def columns(rows: slice) -> Floats:
        a, e = apart[rows], error[rows]
        return np.column_stack([np.ones(len(a)), a, a**2, np.abs(e), e**2])

    def measure(weights: Floats) -> Values:
        rows, total, squares, distances, errors = _sums(weights, columns, 5).T
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = squares - total**2 / rows
            # Rounding leaves a rest where all labels are equal.
            known = spread > 1e-12 * np.maximum(squares, 1e-300)
            return {
                "rmse": np.sqrt(errors / rows),
                "mae": distances / rows,
                "r2": np.where(known, 1 - errors / spread, np.nan),
            }

    return measure


MEASURES: Mapping[Task, Callable[[Floats, Floats], Measure]] = {
    "binary": binary,
    "multiclass": multiclass,
    "regression": regression,
}
"""By task, what gives its metrics for labels and answers."""


def _nats(probability: Floats) -> Floats:
    return -np.log(np.clip(probability, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY))


def _sums(weights: Floats, columns: Callable[[slice], Floats], count: int) -> Floats:
    """[replicates, count] float64: the sums of the columns, each row as often as it counts."""
    sums = np.zeros((len(weights), count))
    for rows in _chunks(weights.shape[1]):
        sums += weights[:, rows] @ columns(rows)
    return sums


def _chunks(rows: int) -> Iterator[slice]:
    for start in range(0, rows, _CHUNK_ROWS):
        yield slice(start, start + _CHUNK_ROWS)


def _mean_of_known(every: Floats) -> npt.NDArray[np.float64]:
    """[replicates] of [classes, replicates]: the mean of those that are defined, else NaN."""
    known = np.isfinite(every)
    with np.errstate(invalid="ignore"):
        mean: npt.NDArray[np.float64] = np.where(known, every, 0).sum(axis=0) / known.sum(axis=0)
    return mean
