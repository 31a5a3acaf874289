"""The metrics that a gate may name."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from components.evaluator import metrics as measured
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


def _described() -> Iterator[Metric]:
    """What the Evaluator measures; a metric of several tasks has the same range in each."""
    names = dict.fromkeys(name for metrics in measured.METRICS.values() for name in metrics)
    for name in names:
        tasks = tuple(task for task in get_args(Task) if name in measured.METRICS[task])
        metric = measured.METRICS[tasks[0]][name]
        better: Literal["higher", "lower"] = "higher" if metric.higher_is_better else "lower"
        yield Metric(name, tasks, metric.lowest, metric.highest, better)


METRICS = {metric.name: metric for metric in _described()}


def metrics_for(task: Task) -> tuple[str, ...]:
    """The names of the metrics that fit a task."""
    return tuple(name for name, metric in METRICS.items() if task in metric.tasks)
