"""What an answer costs, row by row."""

import numpy as np

from components.explainer.columns import Floats
from schema.labels import Task

# As Keras does: a sure mistake costs much, not everything.
_LEAST_PROBABILITY = 1e-7


def losses(task: Task, labels: Floats, answers: Floats) -> Floats:
    """The loss of each row.

    Args:
        task: What is learnt.
        labels: [rows]: 0 or 1, the id of the class, or the number.
        answers: [rows, outputs]: the probability of 1, that of each class, or the value.

    Returns:
        [rows]: the cross-entropy in nats, or for a regression the squared error.
    """
    match task:
        case "binary":
            of_label = np.where(labels == 1, answers[:, 0], 1 - answers[:, 0])
        case "multiclass":
            of_label = answers[np.arange(len(labels)), labels.astype(np.int64)]
        case "regression":
            return np.square(answers[:, 0] - labels)
    return -np.log(np.clip(of_label, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY))
