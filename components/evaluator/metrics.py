"""The metrics that gates can be set on."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """A metric as TFMA computes it.

    Attributes:
        class_name: TFMA's or Keras's class.
        module: Where the class is, if not in TFMA.
        higher_is_better: Which direction is an improvement.
        is_optional: Whether it is computed only for a gate. TFMA takes time for each.
    """

    class_name: str
    higher_is_better: bool
    module: str = ""
    is_optional: bool = False


METRICS: Mapping[str, Mapping[str, Metric]] = {
    "binary": {
        "auc": Metric("AUC", higher_is_better=True),
        "accuracy": Metric("BinaryAccuracy", higher_is_better=True),
        "loss": Metric("BinaryCrossEntropy", is_optional=True, higher_is_better=False),
        "precision": Metric("Precision", is_optional=True, higher_is_better=True),
        "recall": Metric("Recall", is_optional=True, higher_is_better=True),
    },
    "multiclass": {
        "accuracy": Metric(
            "SparseCategoricalAccuracy", higher_is_better=True, module="tf_keras.metrics"
        ),
        "loss": Metric(
            "SparseCategoricalCrossentropy",
            higher_is_better=False,
            module="tf_keras.metrics",
            is_optional=True,
        ),
    },
    "regression": {
        "rmse": Metric("RootMeanSquaredError", higher_is_better=False, module="tf_keras.metrics"),
        "mae": Metric("MeanAbsoluteError", higher_is_better=False),
        "r2": Metric("R2", higher_is_better=True, module="components.evaluator.r2"),
    },
}
"""By task and by the name that gates use."""

ROWS = "rows"
"""Under this name TFMA counts the rows of a slice."""
