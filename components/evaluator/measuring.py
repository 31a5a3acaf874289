"""Candidate, stable and trivial model, measured on all rows and on every slice."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from components.answering.answers import Answers
from components.evaluator import bootstrap
from components.evaluator.finding import Finding
from components.evaluator.measured import Estimate, Measured, Measurements
from components.evaluator.metrics import METRICS, Metric
from components.evaluator.model_metrics import MEASURES, Measure
from components.evaluator.options import SliceKey, describe
from components.evaluator.ranking import Floats
from components.evaluator.slices import Rows, sliced
from schema.labels import Task

# Classes times rows, above which the areas of many classes would take minutes.
_MOST_RANKED = 50_000
_LEAST_SAMPLE = 500


def measure(
    answers: Answers,
    task: Task,
    *,
    slices: Sequence[Sequence[str]],
    named: Iterable[SliceKey],
    trivial: Floats,
    seed: int,
) -> Measurements:
    """Measures every slice that has rows, and all rows together even if there are none.

    Args:
        answers: Of the models, with the columns that slices are made by.
        task: What is learnt.
        slices: Ways of slicing.
        named: Single slices.
        trivial: [outputs] what the trivial model answers for every row; NaN if not known.
        seed: Of the bootstrap.
    """
    everything: Rows = np.arange(answers.rows)
    found: dict[SliceKey, Measured] = {}
    found[()] = _measured((), everything, answers, task, trivial, seed)
    for key, rows in sliced(answers.columns, slices, named):
        found[key] = _measured(key, rows, answers, task, trivial, seed)
    return found


def valid(answers: Floats, task: Task) -> npt.NDArray[np.bool_]:
    """[rows] whether an answer can be one: finite, and a probability if the task asks for one."""
    is_valid: npt.NDArray[np.bool_] = np.all(np.isfinite(answers), axis=1)
    if task != "regression":
        # Rounding may take a sum of probabilities a little above 1.
        is_valid &= np.all((answers >= 0) & (answers <= 1 + 1e-5), axis=1)
    return is_valid


def _measured(
    key: SliceKey, rows: Rows, answers: Answers, task: Task, trivial: Floats, seed: int
) -> Measured:
    name, label = describe(key), answers.label[rows]
    most = bootstrap.SAMPLE_ROWS
    if task == "multiclass":
        most = min(most, max(_LEAST_SAMPLE, _MOST_RANKED // answers.candidate.shape[1]))
    some = bootstrap.sample(len(rows), most, seed=seed, name=name)
    weights = bootstrap.weights(len(some), seed=seed, name=name)
    mine = _Measurement(label, answers.candidate[rows], some, task)
    drawn = mine.drawn(weights)
    stable = stable_drawn = None
    if answers.baseline is not None:
        stable = _Measurement(label, answers.baseline[rows], some, task)
        stable_drawn = stable.drawn(weights)
    constant = np.broadcast_to(trivial.astype(np.float32), (len(rows), len(trivial)))
    nothing = _Measurement(label, constant, some, task)
    effective = len(rows)
    if task == "binary":
        effective = int(min(label.sum(), len(label) - label.sum()))
    narrowing = math.sqrt(len(some) / len(rows)) if len(rows) else 1.0
    estimates = {}
    for metric, about in METRICS[task].items():
        sign = 1 if about.higher_is_better else -1
        value, trivially = mine.values[metric], nothing.values[metric]
        low, high = bootstrap.interval(
            value, mine.sampled[metric], drawn[metric], narrowing=narrowing, effective=effective
        )
        low, high = _within(low, high, about)
        if stable is None or stable_drawn is None:
            estimates[metric] = Estimate(candidate=value, low=low, high=high, trivial=trivially)
            continue
        change = sign * (value - stable.values[metric])
        change_low, change_high = bootstrap.interval(
            change,
            sign * (mine.sampled[metric] - stable.sampled[metric]),
            sign * (drawn[metric] - stable_drawn[metric]),
            narrowing=narrowing,
            effective=effective,
        )
        estimates[metric] = Estimate(
            candidate=value,
            low=low,
            high=high,
            baseline=stable.values[metric],
            trivial=trivially,
            change=change,
            change_low=change_low,
            change_high=change_high,
        )
    return Measured(len(rows), estimates)


def _within(low: float, high: float, metric: Metric) -> tuple[float, float]:
    """The part of an interval that the metric can have."""
    return max(low, metric.lowest), min(high, metric.highest)


class _Measurement:
    """One model on one slice: the metrics of all rows and of a sample."""

    def __init__(self, label: Floats, answer: Floats, some: Rows, task: Task) -> None:
        self._measure: Measure | None = None
        names = METRICS[task]
        self.values = dict.fromkeys(names, math.nan)
        self.sampled = self.values
        # Of a model that fails to answer nothing is known: no mean of the rest hides it.
        if not len(label) or not valid(answer, task).all():
            return
        self.values = _once(MEASURES[task](label, answer), len(label))
        self._measure = MEASURES[task](label[some], answer[some])
        self.sampled = self.values if len(some) == len(label) else _once(self._measure, len(some))

    def drawn(self, weights: Floats) -> dict[str, Floats]:
        """By metric, [replicates]."""
        if self._measure is None:
            return {name: np.full(len(weights), np.nan) for name in self.values}
        return self._measure(weights)


def _once(measure: Measure, rows: int) -> dict[str, float]:
    return {name: float(values[0]) for name, values in measure(np.ones((1, rows))).items()}


def broken(answers: Answers, task: Task) -> list[Finding]:
    """A finding if the candidate fails to answer some rows; none if it answers them all."""
    is_broken = ~valid(answers.candidate, task)
    count = int(is_broken.sum())
    if not count:
        return []
    wanted = "numbers" if task == "regression" else "probabilities"
    first = int(np.argmax(is_broken))
    said = ", ".join(f"{value:g}" for value in answers.candidate[first][:3])
    return [
        Finding(
            metric="valid answers",
            bound="min",
            limit=1.0,
            slice=describe(()),
            rows=answers.rows,
            candidate=1 - count / answers.rows,
            passed=False,
            note=f"{count} answers are no {wanted}, the first {said} in row {answers.row[first]}",
        )
    ]
