"""Columns that alone give the label away."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from components.rows.typed_columns import cast_text
from pipeline.starting.profile import Profile
from schema.labels import Task

SUSPICIOUS = 0.99
"""From this share of right answers, or of explained variance, on."""

_FEWEST_ROWS = 200
_BINS = 100
_ROWS_A_BIN = 10
_MOST_BINS_SHARE = 0.2


def gives_away(label: Profile, column: Profile, task: Task, rows: pa.Table) -> float | None:
    """Tries a column alone: bins of its values, learnt on every other row and asked of the rest.

    Args:
        label: What is to be predicted.
        column: What is tried.
        task: Of the label.
        rows: As text, with both.

    Returns:
        The share of right answers, or of explained variance for a regression, if it is suspicious
        and not what always giving the commonest answer would reach; else None.
    """
    if rows.num_rows < _FEWEST_ROWS:
        return None
    known = rows.select([label.name, column.name]).combine_chunks().drop_null()
    if known.num_rows < _FEWEST_ROWS:
        return None
    bins = _bins(known.column(column.name).combine_chunks(), column)
    if len(np.unique(bins)) > _MOST_BINS_SHARE * len(bins):
        # Nearly every row has a bin of its own: it would be an identifier, not a leak.
        return None
    text = known.column(label.name).combine_chunks()
    if task == "regression":
        score = _explained(bins, _numbers(text))
        if column.is_number:
            values = _numbers(known.column(column.name).combine_chunks())
            score = max(score or 0, _on_a_line(values, _numbers(text)))
    else:
        score = _right(bins, text)
    return score if score is not None and score >= SUSPICIOUS else None


def _bins(text: pa.Array, column: Profile) -> npt.NDArray[np.int64]:
    if not column.is_number:
        return text.dictionary_encode().indices.to_numpy().astype(np.int64)
    values = _numbers(text)
    bins = min(_BINS, len(values) // _ROWS_A_BIN)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.searchsorted(edges, values, side="right")


def _numbers(text: pa.Array) -> npt.NDArray[np.float64]:
    values, _ = cast_text(text, "float")
    return np.nan_to_num(values.cast(pa.float64()).to_numpy(zero_copy_only=False))


def _right(bins: npt.NDArray[np.int64], text: pa.Array) -> float | None:
    classes = text.dictionary_encode().indices.to_numpy()
    learnt, asked = slice(0, None, 2), slice(1, None, 2)
    table = np.zeros((bins.max() + 1, classes.max() + 1))
    np.add.at(table, (bins[learnt], classes[learnt]), 1)
    right = float((table.argmax(axis=1)[bins[asked]] == classes[asked]).mean())
    commonest = float(np.bincount(classes).max() / len(classes))
    return right if right - commonest > (1 - commonest) / 2 else None


def _explained(bins: npt.NDArray[np.int64], label: npt.NDArray[np.float64]) -> float | None:
    learnt, asked = slice(0, None, 2), slice(1, None, 2)
    sums, rows = np.zeros(bins.max() + 1), np.zeros(bins.max() + 1)
    np.add.at(sums, bins[learnt], label[learnt])
    np.add.at(rows, bins[learnt], 1)
    means = np.where(rows > 0, sums / np.maximum(rows, 1), label[learnt].mean())
    spread = label[asked].var()
    errors = ((label[asked] - means[bins[asked]]) ** 2).mean()
    return float(1 - errors / spread) if spread > 0 else None


def _on_a_line(values: npt.NDArray[np.float64], label: npt.NDArray[np.float64]) -> float:
    """The squared correlation."""
    spread = values.std() * label.std()
    if not spread > 0:
        return 0.0
    together = (values - values.mean()) @ (label - label.mean()) / len(label)
    return float((together / spread) ** 2)
