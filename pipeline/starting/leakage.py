"""Columns that alone give the label away."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.rows.typed_columns import cast_text
from pipeline.starting.profile import Profile
from schema.labels import Task

SUSPICIOUS = 0.99
"""From this share of right answers, or of explained variance, on."""

FEWEST_ROWS = 50
"""With fewer, a column may be right about nearly all of them by luck."""

_BINS = 100
_ROWS_A_BIN = 10
_MOST_GROUPS_SHARE = 0.2
# Stands for infinity where differences are taken.
_LARGEST = 1e300

Numbers = npt.NDArray[np.float64]
Groups = npt.NDArray[np.int64]
"""[rows] the group of each row, from 0."""

Grouping = Callable[[npt.NDArray[np.bool_]], Groups]
"""From the rows that are learnt to the group of every row."""


def gives_away(label: Profile, column: Profile, task: Task, rows: pa.Table) -> float | None:
    """Tries a column alone: groups of its values, learnt on half of the rows and asked of the rest.

    Whether it is missing counts as a value: what is filled in after the fact gives it away, too.

    Args:
        label: What is to be predicted.
        column: What is tried.
        task: Of the label.
        rows: As text, in random order.

    Returns:
        The share of right answers, or of explained variance for a regression, if it is suspicious
        and not what always giving the commonest answer would reach; else None.
    """
    if not {label.name, column.name} <= set(rows.column_names):
        return None
    rows = rows.select([label.name, column.name]).combine_chunks()
    known = rows.filter(pc.is_valid(rows.column(label.name)))
    text = _cells(known, label.name)
    cells = _cells(known, column.name)
    if task == "regression":
        return _suspicious(_of_quantities(cells, column, _numbers(text)))
    return _suspicious(_of_classes(cells, column, text))


def _suspicious(score: float | None) -> float | None:
    return score if score is not None and score >= SUSPICIOUS else None


def _of_classes(cells: pa.Array, column: Profile, text: pa.Array) -> float | None:
    if len(text) < FEWEST_ROWS:
        return None
    classes = text.dictionary_encode().indices.to_numpy()
    commonest = float(np.bincount(classes).max() / len(classes))
    right = max(
        (_right(grouping, classes) for grouping in _groupings(cells, column)), default=commonest
    )
    return right if right - commonest > (1 - commonest) / 2 else None


def _of_quantities(cells: pa.Array, column: Profile, label: Numbers) -> float | None:
    is_known = np.isfinite(label)
    label, cells = label[is_known], cells.filter(pa.array(is_known))
    if len(label) < FEWEST_ROWS:
        return None
    # Also by ranks: the logarithm of a price gives it away as the price itself does.
    scales = (label, _ranks(label))
    scores = [
        _explained(grouping, scale) for grouping in _groupings(cells, column) for scale in scales
    ]
    if column.is_number:
        values = _numbers(cells)
        is_there = np.isfinite(values)
        if is_there.sum() >= FEWEST_ROWS:
            values, there = values[is_there], label[is_there]
            scores += [_on_a_line(values, there), _on_a_line(_ranks(values), _ranks(there))]
    return max(scores, default=None)


def _groupings(cells: pa.Array, column: Profile) -> Iterator[Grouping]:
    """Ways of grouping the values; none where nearly every row would be a group of its own."""
    if not column.is_number:
        codes = pc.fill_null(cells.dictionary_encode().indices, -1).to_numpy().astype(np.int64) + 1
        if len(np.unique(codes)) <= _MOST_GROUPS_SHARE * len(codes):
            yield lambda learnt: codes
        return
    values = np.clip(_numbers(cells), -_LARGEST, _LARGEST)
    is_there = ~np.isnan(values)
    bins = min(_BINS, len(values) // _ROWS_A_BIN)
    shares = np.linspace(0, 1, bins + 1)[1:-1]
    if not is_there.any():
        return
    edges = np.unique(np.quantile(values[is_there], shares, method="lower"))
    binned = _between(edges, values)
    yield lambda learnt: binned

    def nearest(learnt: npt.NDArray[np.bool_]) -> Groups:
        known = np.unique(values[learnt & is_there])
        return _between(known[:-1] / 2 + known[1:] / 2, values)

    # A bound that cuts a bin in two is seen by the nearest values only.
    yield nearest


def _between(edges: Numbers, values: Numbers) -> Groups:
    groups = np.searchsorted(edges, values, side="right") + 1
    return np.where(np.isnan(values), 0, groups)


def _halves(count: int) -> Iterator[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    """What is learnt and what is asked, so that every row is asked once."""
    even = np.arange(count) % 2 == 0
    yield from ((even, ~even), (~even, even))


def _right(grouping: Grouping, classes: Groups) -> float:
    right = 0
    for learnt, asked in _halves(len(classes)):
        groups = grouping(learnt)
        # A group that was never learnt is answered by the commonest class.
        commonest = np.bincount(classes[learnt], minlength=classes.max() + 1) / len(classes)
        counts = np.tile(commonest / 2, (groups.max() + 1, 1))
        np.add.at(counts, (groups[learnt], classes[learnt]), 1)
        right += int((counts.argmax(axis=1)[groups[asked]] == classes[asked]).sum())
    return right / len(classes)


def _explained(grouping: Grouping, label: Numbers) -> float:
    errors = 0.0
    for learnt, asked in _halves(len(label)):
        groups = grouping(learnt)
        sums, rows = np.zeros(groups.max() + 1), np.zeros(groups.max() + 1)
        np.add.at(sums, groups[learnt], label[learnt])
        np.add.at(rows, groups[learnt], 1)
        means = np.where(rows > 0, sums / np.maximum(rows, 1), label[learnt].mean())
        errors += float(((label[asked] - means[groups[asked]]) ** 2).sum())
    spread = float(label.var()) * len(label)
    return 1 - errors / spread if spread > 0 else 0.0


def _on_a_line(values: Numbers, label: Numbers) -> float:
    """The squared correlation."""
    spread = values.std() * label.std()
    if not spread > 0:
        return 0.0
    together = (values - values.mean()) @ (label - label.mean()) / len(label)
    return float((together / spread) ** 2)


def _ranks(values: Numbers) -> Numbers:
    """The place of each value in their order; equal ones share theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[place]


def _cells(rows: pa.Table, name: str) -> pa.Array:
    return rows.column(name).combine_chunks()


def _numbers(text: pa.Array) -> Numbers:
    """[rows] NaN where there is no number."""
    values, _ = cast_text(text, "float")
    return values.cast(pa.float64()).to_numpy(zero_copy_only=False)
