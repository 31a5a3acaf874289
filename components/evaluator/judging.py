"""Whether the measured metrics keep the gates."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from components.evaluator.metrics import METRICS
from components.evaluator.options import EvaluatorOptions, Gate, SliceKey


@dataclass(frozen=True)
class Measured:
    """One model on one slice.

    Attributes:
        rows: How many the slice has.
        values: By metric; NaN where it is undefined.
    """

    rows: int
    values: Mapping[str, float]


Measurements = Mapping[SliceKey, Measured]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One bound of one gate, held against one slice.

    Attributes:
        metric: Its name.
        bound: `"min"`, `"max"` or `"min_change"`.
        limit: The bound's value.
        slice: As text: `"overall"`, or `column=value`.
        rows: Of the slice.
        candidate: The candidate's value, None where there is none.
        baseline: The stable model's value, None where there is none.
        passed: Whether the bound is kept.
        note: Why, where the numbers alone do not say it.
    """

    metric: str
    bound: str
    limit: float
    slice: str
    rows: int
    candidate: float | None
    baseline: float | None
    passed: bool
    note: str = ""

    def __str__(self) -> str:
        """One line for the terminal."""
        value = "undefined" if self.candidate is None else f"{self.candidate:.4f}"
        against = "" if self.baseline is None else f", stable model {self.baseline:.4f}"
        note = f" ({self.note})" if self.note else ""
        return (
            f"{self.metric} {value}{against}, {self.bound} {self.limit:g}, {self.slice}, "
            f"{self.rows} rows: {'passed' if self.passed else 'refused'}{note}"
        )


NO_BASELINE = "no baseline"


def judge(
    options: EvaluatorOptions, candidate: Measurements, baseline: Measurements | None
) -> list[Finding]:
    """Holds every gate against the slices that it is about.

    A gate on no rows, or on a metric that is undefined, refuses. A gate on the change passes
    where there is no stable model to compare with, and the finding says so.

    Args:
        options: The gates, and the task that gives the metrics their direction.
        candidate: The new model's metrics.
        baseline: The stable model's on the same rows; None if there is no stable model.
    """
    findings: list[Finding] = []
    for gate in options.gates:
        slices = _slices(gate, candidate)
        for key in slices:
            findings += _hold(gate, key, options.task, candidate, baseline)
        if not slices:
            findings += _refuse_all(gate, f"no slice has {gate.min_rows} rows")
    return findings


def brief(findings: Sequence[Finding]) -> str:
    """The findings on all rows in a few words, and how many there are on slices.

    Such as `auc 0.9489 (min 0.9; no baseline); 31 bounds on slices`.
    """
    overall: dict[str, list[str]] = {}
    for finding in findings:
        if finding.slice == describe(()):
            value = "undefined" if finding.candidate is None else f"{finding.candidate:.4f}"
            bounds = overall.setdefault(f"{finding.metric} {value}", [])
            bounds.append(finding.note or _bound(finding))
    words = [f"{measured} ({'; '.join(bounds)})" for measured, bounds in overall.items()]
    on_slices = sum(finding.slice != describe(()) for finding in findings)
    return "; ".join([*words, *([f"{on_slices} bounds on slices"] if on_slices else [])])


def _bound(finding: Finding) -> str:
    if finding.bound == "min_change" and finding.baseline is not None:
        return f"stable model {finding.baseline:.4f}, min_change {finding.limit:g}"
    return f"{finding.bound} {finding.limit:g}"


def describe(key: SliceKey) -> str:
    """The slice as text."""
    return ", ".join(f"{column}={value}" for column, value in key) or "overall"


def _slices(gate: Gate, candidate: Measurements) -> Sequence[SliceKey]:
    if gate.slice is not None:
        return [gate.slice]
    return sorted(key for key, found in candidate.items() if key and found.rows >= gate.min_rows)


def _bounds(gate: Gate) -> Iterator[tuple[str, float]]:
    for bound in ("min", "max", "min_change"):
        limit = getattr(gate, bound)
        if limit is not None:
            yield bound, limit


def _hold(
    gate: Gate,
    key: SliceKey,
    task: str,
    candidate: Measurements,
    baseline: Measurements | None,
) -> Iterator[Finding]:
    mine = candidate.get(key, Measured(0, {}))
    stable = None if baseline is None else baseline.get(key)
    value = _defined(mine.values.get(gate.metric))
    stable_value = None if stable is None else _defined(stable.values.get(gate.metric))
    for bound, limit in _bounds(gate):
        passed, note = False, ""
        if mine.rows < gate.min_rows or mine.rows == 0:
            note = f"needs {max(gate.min_rows, 1)} rows"
        elif value is None:
            note = f"{gate.metric} is undefined on these rows"
        elif bound == "min":
            passed = value >= limit
        elif bound == "max":
            passed = value <= limit
        elif stable is None:
            passed, note = True, NO_BASELINE
        elif stable_value is None:
            note = f"{gate.metric} of the stable model is undefined on these rows"
        else:
            sign = 1 if METRICS[task][gate.metric].higher_is_better else -1
            passed = sign * (value - stable_value) >= limit
        yield Finding(
            metric=gate.metric,
            bound=bound,
            limit=limit,
            slice=describe(key),
            rows=mine.rows,
            candidate=value,
            baseline=stable_value,
            passed=passed,
            note=note,
        )


def _refuse_all(gate: Gate, note: str) -> Iterator[Finding]:
    for bound, limit in _bounds(gate):
        yield Finding(
            metric=gate.metric,
            bound=bound,
            limit=limit,
            slice="every slice",
            rows=0,
            candidate=None,
            baseline=None,
            passed=False,
            note=note,
        )


def _defined(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value
