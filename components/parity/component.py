"""The ParityValidator component of the graph."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import apache_beam as beam
import tensorflow as tf
from tfx.dsl.component.experimental.annotations import (
    BeamComponentParameter,
    InputArtifact,
    OutputArtifact,
    Parameter,
)
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils, standard_artifacts
from tfx.utils import path_utils

from components.artifacts import Parity
from components.parity.beam_features import beam_features
from components.parity.differences import Difference
from components.parity.sample import Sample, read_sample
from components.parity.signatures import compare, scales
from schema import SERVING, columns, read_schema
from schema.features import transformed

PARITY_FILE = "parity.json"

_MOST_REASONS = 5


@component(use_beam=True)
def ParityValidator(
    model: InputArtifact[standard_artifacts.Model],
    transform_graph: InputArtifact[standard_artifacts.TransformGraph],
    examples: InputArtifact[standard_artifacts.Examples],
    schema: InputArtifact[standard_artifacts.Schema],
    parity: OutputArtifact[Parity],
    options: Parameter[str],
    beam_pipeline: BeamComponentParameter[beam.Pipeline] = None,
) -> None:
    """Compares what the exported model answers with what training computed.

    Rows go through Beam's Transform, and those features through the network; and the same rows
    through every signature. What they disagree by is written down, and withholds the blessing
    when it is above the limit.

    Args:
        model: The candidate.
        transform_graph: What Transform wrote when the candidate was trained.
        examples: Rows to compare are taken from the split `eval`.
        schema: Says which columns rows do not have when serving.
        parity: `parity.json`, and the properties `blessed`, `summary` and, when it is withheld,
            `reason`.
        options: JSON: `{"rows": 256, "limit": 1e-5, "task", "label": column}`.
        beam_pipeline: Given by TFX.

    Raises:
        InputError: there are no rows to compare.
    """
    told = json.loads(options)
    contract = read_schema(str(Path(schema.uri, "schema.pbtxt")))
    serving_columns = {column.name for column in columns(contract, SERVING)}
    split_dir = Path(artifact_utils.get_split_uri([examples], "eval"))
    sample = read_sample(split_dir, told["rows"], serving_columns)
    work_dir = Path(parity.uri, "beam")
    work_dir.mkdir()
    features = beam_features(sample.examples, Path(transform_graph.uri), work_dir, beam_pipeline)
    shutil.rmtree(work_dir)
    units = scales(features, told["task"], transformed(told["label"]))
    loaded = tf.saved_model.load(path_utils.serving_model_path(model.uri))
    _write(parity, sample, compare(loaded, features, sample, units), told["limit"])


def _write(parity: Parity, sample: Sample, found: Sequence[Difference], limit: float) -> None:
    report = {
        "rows": len(sample.numbers),
        "limit": limit,
        "differences": [
            {"signature": d.signature, "output": d.output, "largest": d.largest, "row": d.row}
            | ({"fault": d.fault} if d.fault else {})
            for d in found
        ],
    }
    Path(parity.uri, PARITY_FILE).write_text(json.dumps(report, indent=2), encoding="utf-8")
    refused = [difference for difference in found if not difference.is_within(limit)]
    parity.set_int_custom_property("blessed", int(not refused))
    parity.set_string_custom_property("summary", _brief(len(sample.numbers), found))
    if refused:
        parity.set_string_custom_property("reason", _reason(refused, limit))


def _brief(rows: int, found: Sequence[Difference]) -> str:
    known = [difference.largest for difference in found if difference.largest is not None]
    unknown = len(found) - len(known)
    parts = [f"{rows} rows, largest difference {max(known, default=0.0):.1g}"]
    return "; ".join([*parts, *([f"{unknown} outputs not comparable"] if unknown else [])])


def _reason(refused: Sequence[Difference], limit: float) -> str:
    """The worst first."""
    worst = sorted(
        refused, key=lambda d: float("inf") if d.largest is None else d.largest, reverse=True
    )
    lines = [
        str(difference) if difference.largest is None else f"{difference}, limit {limit:g}"
        for difference in worst[:_MOST_REASONS]
    ]
    left = len(worst) - len(lines)
    return "\n".join([*lines, *([f"and {left} outputs more"] if left else [])])
