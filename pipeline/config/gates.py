"""A gate that can refuse nothing, or everything, is a mistake."""

import math
from collections.abc import Iterator

from pipeline.config.judging_sections import Evaluation, Gate
from pipeline.config.metrics import METRICS, Metric, metrics_for
from pipeline.config.problems import Problem, among, shown, unlisted, wrong
from pipeline.config.toml_lines import KeyPath
from schema.labels import Task

_BOUNDS = ("min", "max", "min_change")


def gate_problems(task: Task, evaluation: Evaluation) -> Iterator[Problem]:
    """What is wrong with the gates, whatever the data."""
    if not evaluation.gates:
        yield wrong(
            ("evaluation", "gates"), [], "at least one gate; without any, no model is refused"
        )
    seen: dict[tuple[str, str, str], int] = {}
    for place, gate in enumerate(evaluation.gates):
        path: KeyPath = ("evaluation", "gates", place)
        yield from _metric_problems(path, gate, task)
        yield from _bound_problems(path, gate)
        yield from _scope_problems(path, gate, evaluation)
        for bound in _stated(gate):
            first = seen.setdefault((gate.metric, shown(gate.scope), bound), place)
            if first != place:
                yield Problem(
                    (*path, bound),
                    f"{gate.metric} has a {bound} already, in evaluation.gates.{first}; keep one",
                )


def named_slices(evaluation: Evaluation) -> Iterator[tuple[KeyPath, str]]:
    """Every column of a slice that a gate names, and where it stands."""
    for place, gate in enumerate(evaluation.gates):
        for name in gate.slice:
            yield ("evaluation", "gates", place, "scope", name), name


def _stated(gate: Gate) -> tuple[str, ...]:
    return tuple(bound for bound in _BOUNDS if getattr(gate, bound) is not None)


def _metric_problems(path: KeyPath, gate: Gate, task: Task) -> Iterator[Problem]:
    allowed = metrics_for(task)
    if gate.metric not in METRICS:
        yield unlisted((*path, "metric"), gate.metric, allowed)
    elif gate.metric not in allowed:
        yield Problem(
            (*path, "metric"),
            f"{gate.metric} does not fit the task {task}; allowed: {among(allowed)}",
        )


def _bound_problems(path: KeyPath, gate: Gate) -> Iterator[Problem]:
    if not _stated(gate):
        yield Problem(path, "the gate refuses nothing; expected one of min, max, min_change")
    metric = METRICS.get(gate.metric)
    if metric is None:
        return
    low, high = metric.lowest, metric.highest
    if gate.min is not None and not low < gate.min <= high:
        yield _idle(path, "min", gate.min, metric, f"above {low:g}{_and('at most', high)}")
    if gate.max is not None and (gate.max < low or low < high <= gate.max):
        yield _idle(path, "max", gate.max, metric, f"at least {low:g}{_and('below', high)}")
    if gate.min is not None and gate.max is not None and gate.min > gate.max:
        yield wrong((*path, "min"), gate.min, f"at most max, which is {gate.max}")
    width = high - low
    if gate.min_change is not None and not -width < gate.min_change <= width:
        yield _idle(
            path, "min_change", gate.min_change, metric, f"above {-width:g} and at most {width:g}"
        )


def _and(relation: str, high: float) -> str:
    return "" if math.isinf(high) else f" and {relation} {high:g}"


def _idle(path: KeyPath, bound: str, value: float, metric: Metric, expected: str) -> Problem:
    is_open = value >= metric.highest if bound == "max" else value <= metric.lowest
    effect = "refuses no model" if is_open else "refuses every model"
    return Problem(
        (*path, bound),
        f"found {value}, which {effect}: {metric.name} is {metric.range}; expected {expected}",
    )


def _scope_problems(path: KeyPath, gate: Gate, evaluation: Evaluation) -> Iterator[Problem]:
    if gate.scope == "overall":
        if gate.min_rows is not None:
            yield Problem(
                (*path, "min_rows"), 'is for slices; expected scope = "every slice" beside it'
            )
        return
    if gate.slice:
        return
    if not evaluation.slices:
        yield Problem(
            (*path, "scope"),
            "the gate refuses nothing: there are no slices; expected some in evaluation.slices",
        )
    if gate.min_rows is None:
        yield Problem(
            (*path, "scope"),
            "every slice needs min_rows beside it: the noise of a tiny slice would refuse good "
            "models; expected such as min_rows = 100",
        )
