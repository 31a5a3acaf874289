"""The Explainer component of the graph."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.artifacts import ModelExplanation
from components.errors import InputError
from components.explainer.columns import Columns, taken
from components.explainer.importance import Importance, importances
from components.explainer.kinds import kinds
from components.explainer.model import AskedModel
from components.explainer.partial_dependence import Kind, Point, partial_dependence
from components.explainer.sample import BACKGROUND, sampled, write_rows
from components.judgement.losses import row_losses
from schema import read_schema
from schema.features import Overrides
from schema.labels import Label

# A mean of answers needs far fewer rows than a difference of losses.
_DEPENDENCE_ROWS = 500
_NAMED_IN_SUMMARY = 3


@component
def Explainer(
    model: InputArtifact[standard_artifacts.Model],
    examples: InputArtifact[standard_artifacts.Examples],
    schema: InputArtifact[standard_artifacts.Schema],
    explanation: OutputArtifact[ModelExplanation],
    options: Parameter[str],
) -> None:
    """Says by which columns the candidate goes. It gates nothing, and nobody waits for it.

    Args:
        model: The candidate.
        examples: A sample of the split `eval` is looked at.
        schema: What the columns are.
        explanation: `importance.json`, `partial_dependence.json`, and the rows that single rows
            are compared with.
        options: JSON: `task`, `label`, `features`, `seed`, and `rows`, `repeats`, `columns` and
            `background` as in the configuration.

    Raises:
        InputError: there are no labelled rows, or the model has not the project's signatures.
    """
    told = json.loads(options)
    contract = read_schema(str(Path(schema.uri, "schema.pbtxt")))
    asked = AskedModel(path_utils.serving_model_path(model.uri), contract)
    found = sampled(examples, "eval", told["rows"], told["seed"])
    labels = asked.labels_of(found, told["label"]["column"])
    known = np.flatnonzero(np.isfinite(labels))
    if len(known) < 2:
        raise InputError("explanation: fewer than 2 of the rows of the split 'eval' have a label")
    columns, labels = taken(asked.columns_of(found), known), labels[known]
    ranked = importances(
        columns,
        lambda changed: row_losses(told["task"], labels, asked.ask(changed)),
        repeats=told["repeats"],
        seed=told["seed"],
    )
    few = {name: values[:_DEPENDENCE_ROWS] for name, values in columns.items()}
    kind_of = kinds(contract, Label(**told["label"]), Overrides.from_plain(told["features"]))
    curves = [
        _curve(importance.column, kind_of[importance.column], few, asked)
        for importance in ranked[: told["columns"]]
    ]
    folder = Path(explanation.uri)
    _write(
        folder / "importance.json",
        {
            "metric": "loss",
            "rows": len(known),
            "repeats": told["repeats"],
            "columns": [dataclasses.asdict(importance) for importance in ranked],
        },
    )
    _write(folder / "partial_dependence.json", {"columns": curves})
    background = [_served(row, columns) for row in found[: told["background"]]]
    write_rows(folder / BACKGROUND, background)
    explanation.set_string_custom_property("summary", _summary(ranked))


def _curve(column: str, kind: Kind, rows: Columns, asked: AskedModel) -> dict[str, Any]:
    points = partial_dependence(column, kind, rows, asked.ask)
    return {"column": column, "kind": kind, "points": [_point(point) for point in points]}


def _point(point: Point) -> dict[str, Any]:
    answer = point.answer[0] if len(point.answer) == 1 else list(point.answer)
    return {"value": point.value, "answer": answer, "share": point.share}


def _served(serialized: bytes, columns: Columns) -> bytes:
    """The row without what the model is not asked about, the label above all."""
    example = tf.train.Example.FromString(serialized)
    for name in set(example.features.feature) - columns.keys():
        del example.features.feature[name]
    return example.SerializeToString()


def _summary(ranked: Sequence[Importance]) -> str:
    telling = [importance.column for importance in ranked if importance.low > 0]
    if not telling:
        return "no column tells more than chance"
    named = ", ".join(telling[:_NAMED_IN_SUMMARY])
    return f"{len(telling)} of {len(ranked)} columns tell something, most of all {named}"


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, allow_nan=False), encoding="utf-8")
