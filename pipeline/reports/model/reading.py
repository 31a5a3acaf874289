"""What a run left about its model: every file that is there, and why another is not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.config import What
from pipeline.past_run import PastRun
from pipeline.runner.lineage import Step
from pipeline.runner.outputs import text
from schema.errors import SchemaError
from schema.labels import Label, label_classes
from schema.reading import read_schema

Floats = npt.NDArray[np.float64]

# Part of the report to the node, the output and the file that it is about.
_FILES = {
    "gates": ("Evaluator", "evaluation", "gates.json"),
    "metrics": ("Evaluator", "evaluation", "metrics.json"),
    "fairness": ("Evaluator", "evaluation", "fairness.json"),
    "weak slices": ("Evaluator", "evaluation", "weak_slices.json"),
    "training": ("Trainer", "model_run", "training.json"),
    "importance": ("Explainer", "explanation", "importance.json"),
    "partial dependence": ("Explainer", "explanation", "partial_dependence.json"),
    "parity": ("ParityValidator", "parity", "parity.json"),
    "trials": ("Tuner", "tuner_results", "trials.json"),
    "data verdict": ("DataGate", "verdict", "verdict.json"),
}
_ANSWERS = ("Evaluator", "evaluation", "answers.parquet")
_WORST = ("Evaluator", "evaluation", "worst_rows.parquet")
_BLESSINGS = ("blessing", "parity")
_NEW = "the step of this run did not write {}; run again to get it"


@dataclass(frozen=True)
class Answers:
    """What models said of the rows that they were judged on.

    Attributes:
        labels: [rows]; the id of a class where there are several.
        candidate: [rows], or [rows, classes].
        baseline: The same of the stable model; None without one.
    """

    labels: Floats
    candidate: Floats
    baseline: Floats | None


@dataclass(frozen=True)
class RunFacts:
    """All that a report on a run is made from.

    Attributes:
        run_id: The run.
        outcome: How it ended, in a word.
        detail: What went wrong first; empty if nothing did.
        started_at: Seconds since 1970.
        code_version: Fingerprint of the code of the steps; empty where it was not kept.
        config_fingerprint: Of the effective configuration.
        what: The *what* of its configuration, as plain values.
        is_configuration_kept: Whether `what` is the run's own, and not today's file.
        nodes: Those that it was to finish, in the order of the flow.
        steps: What became of those that began.
        refusals: Node to why it withheld its blessing.
        files: Part of the report to its content.
        absent: Part of the report to why it has none.
        answers: None where there are none.
        worst: Rows, each a mapping.
        classes: Names of the label's classes, in the order of their ids, if they have names.
    """

    run_id: str
    outcome: str
    detail: str
    started_at: int
    code_version: str
    config_fingerprint: str
    what: Mapping[str, Any]
    is_configuration_kept: bool
    nodes: Sequence[str]
    steps: Mapping[str, Step]
    refusals: Mapping[str, str]
    files: Mapping[str, Any]
    absent: Mapping[str, str]
    answers: Answers | None
    worst: Sequence[Mapping[str, Any]]
    classes: Sequence[str]

    @property
    def task(self) -> str:
        """`binary`, `multiclass` or `regression`."""
        return str(self.what["task"])

    def made(self, node_id: str, key: str, name: str) -> Any:
        """Returns a property of what a node made; None where there is none."""
        step = self.steps.get(node_id)
        artifact = (step.outputs.get(key) or (None,))[0] if step else None
        if artifact is None or name not in artifact.custom_properties:
            return None
        value = artifact.custom_properties[name]
        return getattr(value, value.WhichOneof("value"))


def read_run(run: PastRun, today: What) -> RunFacts:
    """Reads what a run left.

    Args:
        run: The run.
        today: The configuration as it is now, for runs that kept none.
    """
    kept = run.configuration
    what = kept["what"] if kept else today.model_dump(mode="json", by_alias=True)
    files: dict[str, Any] = {}
    absent: dict[str, str] = {}
    for part, place in _FILES.items():
        path = run.file(*place)
        if path is None:
            absent[part] = _why(run, place[0], place[2])
            continue
        try:
            files[part] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            absent[part] = f"{path} cannot be read: {error}"
    answers, worst = run.file(*_ANSWERS), run.file(*_WORST)
    if answers is None:
        absent["answers"] = _why(run, _ANSWERS[0], _ANSWERS[2])
    if worst is None:
        absent["worst rows"] = _why(run, _WORST[0], _WORST[2])
    facts = run.record.facts
    return RunFacts(
        run_id=run.record.run_id,
        outcome=run.record.outcome,
        detail=run.record.detail,
        started_at=run.record.started_at,
        code_version=facts.get("code_version", ""),
        config_fingerprint=facts.get("config_fingerprint", ""),
        what=what,
        is_configuration_kept=kept is not None,
        nodes=run.nodes,
        steps=run.steps,
        refusals=_refusals(run.steps),
        files=files,
        absent=absent,
        answers=_answers(answers) if answers else None,
        worst=pq.read_table(worst).to_pylist() if worst else [],
        classes=_classes(run, what),
    )


def _why(run: PastRun, node_id: str, name: str) -> str:
    step = run.steps.get(node_id)
    if step is not None and step.state in ("done", "cached"):
        return _NEW.format(name)
    if step is not None:
        return f"{node_id} {step.state}" + (f": {step.error.splitlines()[0]}" if step.error else "")
    if run.record.outcome == "succeeded":
        return f"no {node_id} in this run"
    if run.record.outcome == "running":
        return f"the run has not come to {node_id} yet"
    ended = "failed" if run.record.outcome == "failed" else f"was {run.record.outcome}"
    why = f" ({run.record.detail})" if run.record.detail else ""
    return f"the run {ended} before {node_id}{why}"


def _refusals(steps: Mapping[str, Step]) -> dict[str, str]:
    return {
        name: text(artifact, "reason") or says(step) or "not blessed"
        for name, step in steps.items()
        for key in _BLESSINGS
        for artifact in step.outputs.get(key, ())
        if artifact.custom_properties["blessed"].int_value != 1
    }


def _answers(path: Path) -> Answers:
    table = pq.read_table(path, columns=_scores(path))
    has_baseline = "baseline" in table.column_names
    return Answers(
        _array(table.column("label")),
        _array(table.column("candidate")),
        _array(table.column("baseline")) if has_baseline else None,
    )


def _scores(path: Path) -> list[str]:
    there = pq.read_schema(path).names
    return [name for name in ("label", "candidate", "baseline") if name in there]


def _array(column: pa.ChunkedArray) -> Floats:
    """[rows], or [rows, classes] of a column of lists, all of the same length."""
    rows = len(column)
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], column.type)
    if pa.types.is_list(whole.type) or pa.types.is_large_list(whole.type):
        flat = np.asarray(whole.flatten(), np.float64)
        return flat.reshape(rows, -1) if rows else flat.reshape(0, 0)
    return np.asarray(whole, np.float64)


def _classes(run: PastRun, what: Mapping[str, Any]) -> Sequence[str]:
    path = run.file("ImportSchemaGen", "schema", "schema.pbtxt")
    if path is None or what["task"] == "regression":
        return ()
    try:
        found = label_classes(read_schema(path), Label(**what["label"]), what["task"])
    except (SchemaError, StopIteration):
        return ()
    names = tuple(map(str, found))
    positive = what["label"].get("positive")
    if what["task"] == "multiclass" or positive is None:
        return names
    negative = tuple(name for name in names if name != positive)
    return (negative[0] if len(negative) == 1 else f"not {positive}", positive)


def says(step: Step) -> str:
    """What a node said of its result."""
    made = [artifact for artifacts in step.outputs.values() for artifact in artifacts]
    return "; ".join(filter(None, (text(artifact, "summary") for artifact in made)))
