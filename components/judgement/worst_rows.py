"""The rows that a model answered worst, to be looked at."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

MOST_ROWS = 100

_OURS = ("label", "prediction", "loss", "slices")


def worst_places(losses: npt.NDArray[np.float64], most: int = MOST_ROWS) -> npt.NDArray[np.intp]:
    """[at most `most`]: the places of the largest losses, the largest first.

    Args:
        losses: [rows]; NaN where the model did not answer with a number, which is the worst.
        most: How many at most. Of equal losses the first ones stand first.
    """
    order = np.argsort(-np.where(np.isnan(losses), np.inf, losses), kind="stable")
    return np.asarray(order[:most], np.intp)


def worst_table(
    raw: pa.Table,
    label: npt.NDArray[np.float64],
    answer: npt.NDArray[np.float32],
    losses: npt.NDArray[np.float64],
    slices: Sequence[Sequence[str]],
) -> pa.Table:
    """The raw columns of some rows, and behind them what the model made of these.

    Args:
        raw: The rows. A column with a name of ours is called `column.<name>`.
        label: [rows].
        answer: [rows, outputs]; with several outputs a prediction is a list.
        losses: [rows], NaN for null.
        slices: [rows], the slices that each lies in, as text.
    """
    names = [f"column.{name}" if name in _OURS else name for name in raw.column_names]
    answers = answer.astype(np.float64)
    prediction = pa.array(answers[:, 0] if answer.shape[1] == 1 else list(answers))
    ours = {
        "label": pa.array(label, pa.float64()),
        "prediction": prediction,
        "loss": pa.array(losses, pa.float64(), from_pandas=True),
        "slices": pa.array([list(each) for each in slices], pa.list_(pa.string())),
    }
    table = raw.rename_columns(names)
    for name, values in ours.items():
        table = table.append_column(name, values)
    return table
