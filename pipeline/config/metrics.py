"""The metrics that a gate may name."""

import math
from dataclasses import dataclass
from typing import Literal

from schema.labels import Task


@dataclass(frozen=True)
class Metric:
    """A number that an evaluation has for a model.

    Attributes:
        name: As a gate names it.
        tasks: Where it can be computed.
        lowest: No model has less.
        highest: No model has more; infinity if there is no such number.
        better: Which end is the good one.
    """

    name: str
    tasks: tuple[Task, ...]
    lowest: float
    highest: float
    better: Literal["higher", "lower"]

    @property
    def range(self) -> str:
        """In words."""
        if math.isinf(self.lowest):
            return f"at most {self.highest:g}"
        if math.isinf(self.highest):
            return f"at least {self.lowest:g}"
        return f"between {self.lowest:g} and {self.highest:g}"


METRICS = {
    metric.name: metric
    for metric in (
        Metric("auc", ("binary",), 0, 1, "higher"),
        Metric("precision", ("binary",), 0, 1, "higher"),
        Metric("recall", ("binary",), 0, 1, "higher"),
        Metric("accuracy", ("binary", "multiclass"), 0, 1, "higher"),
        # The mean cross-entropy, in nats.
        Metric("loss", ("binary", "multiclass"), 0, math.inf, "lower"),
        Metric("rmse", ("regression",), 0, math.inf, "lower"),
        Metric("mae", ("regression",), 0, math.inf, "lower"),
        # The share of the label's variance that is explained; a model may be worse than the mean.
        Metric("r2", ("regression",), -math.inf, 1, "higher"),
    )
}


def metrics_for(task: Task) -> tuple[str, ...]:
    """The names of the metrics that fit a task."""
    return tuple(name for name, metric in METRICS.items() if task in metric.tasks)
