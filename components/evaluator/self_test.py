"""Whether the judge can be believed: it is tried before it judges."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

import registry
from components.answering.answers import Answers
from components.errors import ModelRefused
from components.evaluator.judging import judge
from components.evaluator.measured import Estimate, Measurements
from components.evaluator.measuring import measure
from components.evaluator.options import EvaluatorOptions, Gate
from schema.labels import Task

_MOST_ROWS = 1000
# Near certainty, and no farther: the loss of what is certain and wrong has no bound.
_SURE = 0.9

Answer = npt.NDArray[np.float32]


def require_another_model(candidate: Path, baseline: Path | None) -> str:
    """Returns the digest of the stable model, `registry.NO_DIGEST` without one.

    A comparison of a model with itself finds no change, and so passes every bound on the change.

    Args:
        candidate: Its SavedModel's folder.
        baseline: The stable model's; None if there is none.

    Raises:
        ModelRefused: both are the same model.
    """
    if baseline is None:
        return registry.NO_DIGEST
    stable = registry.digest(baseline)
    if stable == registry.digest(candidate):
        raise ModelRefused(
            "the candidate is compared with itself: the model that was given as the stable one "
            f"has the same files (digest {stable[:16]}), so no change could be found; give the "
            "Evaluator the output of BaselineModel as baseline_model"
        )
    return stable


def require_sound_judge(found: Answers, options: EvaluatorOptions) -> None:
    """Has the judge compare a model that knows the labels with one that says the opposite.

    If the opposite passes, or comes out better, some comparison is reversed, and every verdict
    would be. Asked of each metric that a gate is on, with the labels at hand.

    Args:
        found: Of which the labels are looked at, and how many numbers an answer is.
        options: The gates and the task.

    Raises:
        ModelRefused: the judge lets the worse model pass.
    """
    rows = np.linspace(0, found.rows - 1, min(found.rows, _MOST_ROWS)).astype(np.intp)
    label, outputs = found.label[rows], found.candidate.shape[1]
    right, wrong = _right(label, options.task, outputs), _wrong(label, options.task, outputs)
    if np.array_equal(right, wrong):
        return
    against = Answers(label, wrong, right, {}, found.row[rows], 0)
    measurements = measure(
        against,
        options.task,
        slices=(),
        named=(),
        trivial=np.full(outputs, np.nan),
        seed=options.seed,
    )
    gates = tuple(_gates(options, measurements))
    tried = dataclasses.replace(options, gates=gates) if gates else None
    passed = [
        finding
        for finding in (judge(tried, measurements, has_baseline=True) if tried else ())
        if finding.passed
    ]
    if passed:
        raise ModelRefused(
            "the judge is broken, so nothing was judged: a model that says the opposite of every "
            f"label passes against one that knows them ({passed[0]})"
        )


def _gates(options: EvaluatorOptions, measurements: Measurements) -> Iterator[Gate]:
    """Bounds that the opposite of the labels must miss, by metric."""
    for metric in dict.fromkeys(gate.metric for gate in options.gates):
        estimate = measurements[()].metrics.get(metric, Estimate())
        wrong, right = estimate.candidate, estimate.baseline
        # Undefined, or the same for both: these labels cannot tell.
        if not abs(right - wrong) > 0:
            continue
        between = (wrong + right) / 2
        yield Gate(metric=metric, min_change=0.0)
        # What is better is seen here, and not looked up: that could be what is wrong.
        yield (
            Gate(metric=metric, min=between) if right > wrong else Gate(metric=metric, max=between)
        )


def _right(label: npt.NDArray[np.float64], task: Task, outputs: int) -> Answer:
    """[rows, outputs]: nearly sure, and nearly right."""
    match task:
        case "binary":
            return np.where(label > 0, _SURE, 1 - _SURE)[:, None].astype(np.float32)
        case "multiclass":
            return _mostly(label.astype(int), outputs)
        case "regression":
            middle = label.mean() if len(label) else 0.0
            return (middle + _SURE * (label - middle))[:, None].astype(np.float32)


def _wrong(label: npt.NDArray[np.float64], task: Task, outputs: int) -> Answer:
    """[rows, outputs]: nearly sure, and as wrong as it can be."""
    match task:
        case "binary":
            return _right(1 - label, task, outputs)
        case "multiclass":
            return _mostly((label.astype(int) + 1) % outputs, outputs)
        case "regression":
            middle = label.mean() if len(label) else 0.0
            return (middle - _SURE * (label - middle))[:, None].astype(np.float32)


def _mostly(classes: npt.NDArray[np.int_], outputs: int) -> Answer:
    shares = np.full((len(classes), outputs), (1 - _SURE) / max(outputs - 1, 1), np.float32)
    shares[np.arange(len(classes)), classes] = _SURE
    return shares
