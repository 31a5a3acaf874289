"""What each answer costs."""

import numpy as np
import numpy.typing as npt

from schema.labels import Task

# A float32 probability of 1 may stand for one that is a little below it.
_LEAST_PROBABILITY = 1e-7

LOSSES: dict[Task, str] = {
    "binary": "log loss",
    "multiclass": "log loss",
    "regression": "squared error",
}
"""By task, what `row_losses` gives."""


def row_losses(
    task: Task, label: npt.NDArray[np.float64], answer: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """Returns the loss of each row.

    Args:
        task: What was learnt.
        label: [rows], for several classes their ids.
        answer: [rows, outputs]: the probability of label 1, of each class, or the value.

    Returns:
        [rows]: log loss in nats, or the squared error in the label's unit squared. NaN where the
        label or the answer is not a number.
    """
    answers = answer.astype(np.float64)
    if task == "regression":
        return np.square(answers[:, 0] - label)
    if task == "binary":
        right = np.where(label > 0.5, answers[:, 0], 1 - answers[:, 0])
    else:
        is_class = (label >= 0) & (label < answers.shape[1])
        ids = np.where(is_class, label, 0).astype(np.intp)
        right = np.where(is_class, answers[np.arange(len(ids)), ids], np.nan)
    losses = -np.log(np.clip(right, _LEAST_PROBABILITY, 1))
    return np.asarray(np.where(np.isfinite(label), losses, np.nan))
