"""The model that has learnt nothing: what must be beaten."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from tensorflow_metadata.proto.v0 import schema_pb2

from components.answering.asking import labels
from schema.labels import Label, Task, label_classes

MOST_ROWS = 100_000
"""Of so many training rows it takes its constants: they are right to a third of a per cent."""


def trivial_answer(
    train_files: Sequence[str], schema: schema_pb2.Schema, label: Label, task: Task
) -> npt.NDArray[np.float64]:
    """What the trivial model answers for every row, from the training rows alone.

    Args:
        train_files: gzip TFRecord files.
        schema: The contract with the data.
        label: What is learnt.
        task: What is learnt of it.

    Returns:
        [outputs]: the share of class 1, the share of each class, or the mean; NaN if no training
        row has a label.
    """
    outputs = len(label_classes(schema, label, task)) if task == "multiclass" else 1
    found = labels(train_files, schema=schema, label=label, task=task, most_rows=MOST_ROWS)
    if not len(found):
        return np.full(outputs, np.nan)
    if task == "multiclass":
        return np.bincount(found.astype(int), minlength=outputs) / len(found)
    return np.array([found.mean()])
