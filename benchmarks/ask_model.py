"""Asks a trained model every row of the evaluation split, in a process of its own.

`ask_model.py MODEL EXAMPLES LABEL OUT`: MODEL is a SavedModel's folder, EXAMPLES that of the split,
LABEL the label's column. OUT becomes an .npz file with `label` [rows] and `answers`, which are
[rows, classes] probabilities or [rows] numbers.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from schema.features import transformed

_BATCH = 4096


def main(model_path: str, examples_path: str, label_column: str, out: str) -> None:
    """Answers all rows that have a label."""
    model = tf.saved_model.load(model_path)
    files = [str(path) for path in sorted(Path(examples_path).iterdir())]
    labels, answers = [], []
    for batch in tf.data.TFRecordDataset(files, "GZIP").batch(_BATCH):
        features = model.signatures["transform_features"](examples=batch)
        labels.append(features[transformed(label_column)].numpy())
        answers.append(_numbers(model.signatures["serving_default"](examples=batch)))
    label, answer = np.concatenate(labels), np.concatenate(answers)
    is_known = np.isfinite(label)
    np.savez(out, label=label[is_known], answers=answer[is_known])


def _numbers(answer: Mapping[str, tf.Tensor]) -> npt.NDArray[np.float64]:
    if "probabilities" in answer:
        return np.asarray(answer["probabilities"], np.float64)
    if "value" in answer:
        return np.asarray(answer["value"], np.float64)[:, 0]
    positive = np.asarray(answer["probability"], np.float64)
    return np.concatenate([1 - positive, positive], axis=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
