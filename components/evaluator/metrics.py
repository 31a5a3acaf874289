"""The metrics that a model is measured by, and that gates can be set on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """A number that an evaluation has for a model.

    Attributes:
        class_name: The class of TFMA or Keras that computes the same; empty if there is none.
        higher_is_better: Which direction is an improvement.
        module: Where the class is, if not in TFMA.
        lowest: No model has less.
        highest: No model has more; infinity if there is no such number.
        needs: What rows must have for it to be defined; empty if any row will do.
        is_undefined_by_label: Whether rows that lack that lack it whatever the model answers. If
            not, a model could make itself unmeasurable.
    """

    class_name: str
    higher_is_better: bool
    module: str = ""
    lowest: float = 0
    highest: float = 1
    needs: str = ""
    is_undefined_by_label: bool = True


_BOTH_CLASSES = "rows of both classes"
_POSITIVES = "rows of class 1"

METRICS: Mapping[str, Mapping[str, Metric]] = {
    "binary": {
        "auc": Metric("AUC", higher_is_better=True, needs=_BOTH_CLASSES),
        "auc_pr": Metric("AUCPrecisionRecall", higher_is_better=True, needs=_POSITIVES),
        "accuracy": Metric("BinaryAccuracy", higher_is_better=True),
        "loss": Metric("BinaryCrossEntropy", higher_is_better=False, highest=math.inf),
        "precision": Metric(
            "Precision",
            higher_is_better=True,
            needs="rows that are answered with class 1",
            is_undefined_by_label=False,
        ),
        "recall": Metric("Recall", higher_is_better=True, needs=_POSITIVES),
        "calibration_error": Metric("", higher_is_better=False),
    },
    "multiclass": {
        "accuracy": Metric(
            "SparseCategoricalAccuracy", higher_is_better=True, module="tf_keras.metrics"
        ),
        "loss": Metric(
            "SparseCategoricalCrossentropy",
            higher_is_better=False,
            highest=math.inf,
            module="tf_keras.metrics",
        ),
        "auc": Metric("", higher_is_better=True, needs="rows of two classes or more"),
    },
    "regression": {
        "rmse": Metric(
            "RootMeanSquaredError",
            higher_is_better=False,
            highest=math.inf,
            module="tf_keras.metrics",
        ),
        "mae": Metric("MeanAbsoluteError", higher_is_better=False, highest=math.inf),
        "r2": Metric("", higher_is_better=True, lowest=-math.inf, needs="labels that differ"),
    },
}
"""By task and by the name that gates use."""

LOSS: Mapping[str, str] = {"binary": "loss", "multiclass": "loss", "regression": "rmse"}
"""By task, the metric in which a model must beat the trivial one."""

ROWS = "rows"
"""Under this name TFMA's files count the rows of a slice."""
