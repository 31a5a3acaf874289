"""Whether the measured metrics keep the gates."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from components.evaluator.finding import NO_BASELINE, Finding
from components.evaluator.measured import Estimate, Measured, Measurements
from components.evaluator.metrics import LOSS, METRICS
from components.evaluator.options import EvaluatorOptions, Gate, SliceKey, describe


def judge(
    options: EvaluatorOptions, measurements: Measurements, *, has_baseline: bool
) -> list[Finding]:
    """Holds every gate against the slices that it is about, and the candidate to the trivial model.

    A bound on all rows holds the metric itself. A bound on slices refuses only where even the
    friendlier end of the 95 % interval misses it, so that the noise of a tiny slice rejects nobody.
    A gate on no rows, or that no model could miss, refuses. So does a metric that is undefined; but
    for the scope `every slice` a slice in which it is so whatever the model answers is passed over,
    unless there is no other. A gate on the change passes where there is no stable model to compare
    with, and the finding says so.

    Args:
        options: The gates, and the task that gives the metrics their direction.
        measurements: All models' metrics.
        has_baseline: Whether there is a stable model.
    """
    findings: list[Finding] = []
    for gate in options.gates:
        slices = _slices(gate, options.task, measurements)
        for key in slices:
            measured = measurements.get(key, Measured(0, {}))
            findings += _hold(gate, key, options.task, measured, has_baseline)
        if not slices:
            findings += _refuse_all(gate, options.task, measurements)
    overall = measurements.get((), Measured(0, {}))
    return [*findings, _beats_trivial(options.task, overall)]


def _beats_trivial(task: str, overall: Measured) -> Finding:
    """The one gate that is always there: to have learnt something."""
    metric = LOSS[task]
    estimate = overall.metrics.get(metric, Estimate())
    passed, note = False, ""
    if not overall.rows:
        note = "there is no row with a label"
    elif math.isnan(estimate.trivial):
        note = "the trivial model is not known: no training row has a label"
    elif math.isnan(estimate.candidate):
        note = f"{metric} is undefined on these rows"
    elif estimate.candidate < estimate.trivial:
        passed = True
    else:
        note = "it answers no better than always the same"
    limit = 0.0 if math.isnan(estimate.trivial) else estimate.trivial
    return _finding(metric, "trivial", limit, (), overall.rows, estimate, passed, note)


def _slices(gate: Gate, task: str, measurements: Measurements) -> Sequence[SliceKey]:
    if gate.slice is not None:
        return [gate.slice]
    return sorted(
        key
        for key, found in measurements.items()
        if key and found.rows >= gate.min_rows and not _tells_nothing(gate.metric, task, found)
    )


def _tells_nothing(metric: str, task: str, measured: Measured) -> bool:
    """Whether the labels of a slice leave the metric undefined, whatever a model answers."""
    return METRICS[task][metric].is_undefined_by_label and all(
        math.isnan(value)
        for estimate in (measured.metrics.get(metric, Estimate()),)
        for value in (estimate.candidate, estimate.trivial)
    )


def _hold(
    gate: Gate, key: SliceKey, task: str, measured: Measured, has_baseline: bool
) -> Iterator[Finding]:
    estimate = measured.metrics.get(gate.metric, Estimate())
    for bound, limit in _bounds(gate):
        if measured.rows < max(gate.min_rows, 1):
            passed, note = False, f"needs {max(gate.min_rows, 1)} rows"
        elif math.isnan(estimate.candidate):
            passed, note = False, _undefined(gate.metric, task)
        elif bound == "min_change":
            passed, note = _keeps_change(gate.metric, limit, key, task, estimate, has_baseline)
        else:
            passed, note = _keeps(bound, limit, key, estimate)
        yield _finding(gate.metric, bound, limit, key, measured.rows, estimate, passed, note)


def _keeps(bound: str, limit: float, key: SliceKey, estimate: Estimate) -> tuple[bool, str]:
    # A sign turns a ceiling into a floor.
    sign = 1 if bound == "min" else -1
    friendly = estimate.high if bound == "min" else estimate.low
    return _floor(sign * estimate.candidate, sign * friendly, sign * limit, key)


def _keeps_change(
    metric: str, limit: float, key: SliceKey, task: str, estimate: Estimate, has_baseline: bool
) -> tuple[bool, str]:
    if not has_baseline:
        return True, NO_BASELINE
    if math.isnan(estimate.baseline):
        return False, f"{metric} of the stable model is undefined on these rows"
    about = METRICS[task][metric]
    if about.higher_is_better and estimate.baseline + limit <= about.lowest:
        return False, f"no model could miss it: {metric} is never below {about.lowest:g}"
    return _floor(estimate.change, estimate.change_high, limit, key)


def _floor(value: float, friendly: float, limit: float, key: SliceKey) -> tuple[bool, str]:
    """Whether a floor is kept, and why where the value alone does not say it."""
    if value >= limit or not key:
        return value >= limit, ""
    if math.isnan(friendly):
        return True, "too few rows to tell it from chance"
    if friendly >= limit:
        return True, "by chance it may keep it: the 95 % interval reaches the bound"
    return False, "even the friendlier end of the 95 % interval misses it"


def _refuse_all(gate: Gate, task: str, measurements: Measurements) -> Iterator[Finding]:
    """No slice is judged, so the gate could refuse nobody."""
    large = any(key and found.rows >= gate.min_rows for key, found in measurements.items())
    note = (
        f"{_undefined(gate.metric, task)}, in every slice"
        if large
        else f"no slice has {gate.min_rows} rows, so it could refuse no model"
    )
    for bound, limit in _bounds(gate):
        yield Finding(
            metric=gate.metric,
            bound=bound,
            limit=limit,
            slice="every slice",
            rows=0,
            passed=False,
            note=note,
        )


def _undefined(metric: str, task: str) -> str:
    needs = METRICS[task][metric].needs
    return f"{metric} is undefined on these rows" + (f": it needs {needs}" if needs else "")


def _bounds(gate: Gate) -> Iterator[tuple[str, float]]:
    for bound in ("min", "max", "min_change"):
        limit = getattr(gate, bound)
        if limit is not None:
            yield bound, limit


def _finding(
    metric: str,
    bound: str,
    limit: float,
    key: SliceKey,
    rows: int,
    estimate: Estimate,
    passed: bool,
    note: str,
) -> Finding:
    return Finding(
        metric=metric,
        bound=bound,
        limit=limit,
        slice=describe(key),
        rows=rows,
        passed=passed,
        note=note,
        **{name: None if math.isnan(value) else value for name, value in asdict(estimate).items()},
    )
