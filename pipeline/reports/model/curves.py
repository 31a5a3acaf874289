"""What a model's answers look like as curves: plain numbers, thinned to what a chart can show.

Labels are 0 or 1, scores are probabilities of 1. Where a curve needs both labels and has one only,
there is no curve.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_MOST_POINTS = 200
_Z_95 = 1.959964


@dataclass(frozen=True)
class Curve:
    """A line from left to right.

    Attributes:
        x: [points].
        y: [points].
        area: What is below it, from all points, not from those that were kept.
    """

    x: Floats
    y: Floats
    area: float


@dataclass(frozen=True)
class Reliability:
    """How often what was foretold came true, in bins of about as many rows each.

    Attributes:
        foretold: [bins], the mean probability.
        found: [bins], the share of label 1.
        low: [bins], where the 95 % interval of `found` begins (Wilson's).
        high: [bins], where it ends.
        rows: [bins].
        error: The mean distance of the two, by rows; the expected calibration error.
    """

    foretold: Floats
    found: Floats
    low: Floats
    high: Floats
    rows: npt.NDArray[np.int64]
    error: float


def roc(labels: Floats, scores: Floats) -> Curve | None:
    """The share of label 1 that is found against the share of label 0 that is called 1."""
    hits, alarms = _counts(labels, scores)
    if not len(hits) or not hits[-1] or not alarms[-1]:
        return None
    x = np.concatenate([[0.0], alarms / alarms[-1]])
    y = np.concatenate([[0.0], hits / hits[-1]])
    return Curve(*_thinned(x, y), area=float(np.trapezoid(y, x)))


def precision_recall(labels: Floats, scores: Floats) -> Curve | None:
    """Precision against recall; the area is the average precision, without interpolation."""
    hits, alarms = _counts(labels, scores)
    if not len(hits) or not hits[-1]:
        return None
    recall, precision = hits / hits[-1], hits / (hits + alarms)
    area = float(np.sum(np.diff(recall, prepend=0.0) * precision))
    return Curve(*_thinned(recall, precision), area=area)


def reliability(labels: Floats, scores: Floats, bins: int = 10) -> Reliability | None:
    """Cuts the rows at quantiles of their scores; equal scores stay together."""
    if not len(labels):
        return None
    edges = np.unique(np.quantile(scores, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(edges, scores, side="right")
    rows = np.bincount(place, minlength=len(edges) + 1)
    is_there = rows > 0
    count = np.maximum(rows, 1)
    foretold = (np.bincount(place, scores, len(rows)) / count)[is_there]
    found = (np.bincount(place, labels, len(rows)) / count)[is_there]
    there = rows[is_there]
    low, high = _wilson(found, there)
    error = float(np.sum(there * np.abs(foretold - found)) / len(labels))
    return Reliability(foretold, found, low, high, there.astype(np.int64), error)


def shares(values: Floats, edges: Floats) -> Floats:
    """[bins]: which part of the values lies in each bin; what is outside counts with the ends."""
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return np.asarray(counts / max(len(values), 1), np.float64)


def confusion(labels: Floats, answers: Floats, classes: int) -> npt.NDArray[np.int64]:
    """[classes, classes]: rows by label (down) and by answer (across)."""
    place = labels.astype(np.int64) * classes + answers.astype(np.int64)
    return np.bincount(place, minlength=classes * classes).reshape(classes, classes)


def bin_edges(values: Floats, bins: int) -> Floats:
    """[bins + 1]: from the 0.5 % to the 99.5 % quantile, so that one wild value hides nothing."""
    low, high = np.quantile(values, [0.005, 0.995]) if len(values) else (0.0, 1.0)
    if not high > low:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1)


def _counts(labels: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Rows of label 1 and of label 0 at or above each distinct score, the highest first."""
    order = np.argsort(-scores, kind="stable")
    ranked, of_one = scores[order], labels[order]
    ends = np.flatnonzero(np.diff(ranked, append=-np.inf))
    hits = np.cumsum(of_one)[ends]
    return hits, ends + 1.0 - hits


def _thinned(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """As many points as a chart can show, evenly along the line, with both ends."""
    if len(x) <= _MOST_POINTS:
        return x, y
    along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    wanted = np.linspace(0, along[-1], _MOST_POINTS)
    kept = np.unique(np.searchsorted(along, wanted).clip(0, len(x) - 1))
    return x[kept], y[kept]


def _wilson(share: Floats, rows: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The interval of Wilson (1927), which is not empty at 0 and 1."""
    square = _Z_95**2
    middle = (share + square / (2 * rows)) / (1 + square / rows)
    half = _Z_95 * np.sqrt(share * (1 - share) / rows + square / (4 * rows**2))
    half = half / (1 + square / rows)
    return middle - half, middle + half
