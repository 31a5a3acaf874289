"""The BulkInferrer component of the graph."""

import json
import logging
from pathlib import Path

import apache_beam as beam
from tfx.dsl.component.experimental.annotations import (
    BeamComponentParameter,
    InputArtifact,
    OutputArtifact,
    Parameter,
)
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.utils import path_utils

import registry
from components.bulk_inferrer.finishing import Summary
from components.bulk_inferrer.folder import begin, owned
from components.bulk_inferrer.needs import Needs
from components.bulk_inferrer.preparing import Request, prepare
from components.bulk_inferrer.running import run
from components.errors import ModelRefused
from schema import SERVING, columns, read_schema


@component(use_beam=True)
def BulkInferrer(
    model: InputArtifact[standard_artifacts.Model],
    model_blessing: InputArtifact[standard_artifacts.ModelBlessing],
    pushed_model: InputArtifact[standard_artifacts.PushedModel],
    schema: InputArtifact[standard_artifacts.Schema],
    inference_result: OutputArtifact[standard_artifacts.InferenceResult],
    input: Parameter[str],
    options: Parameter[str],
    beam_pipeline: BeamComponentParameter[beam.Pipeline] = None,
) -> None:
    """Writes what the pushed model says of all rows of files.

    Args:
        model: The model that was pushed.
        model_blessing: Of Evaluator.
        pushed_model: Of Pusher: says under which version.
        schema: The columns that are given to a model in which it is not to be seen what it takes.
        inference_result: The output folder of `components.bulk_inferrer.folder`, with Parquet in
            place of TFX's PredictionLogs, whose rows have no keys. Its properties say what became
            of the rows: `rows_in`, `rows_predicted`, `rows_rejected`.
        input: A location of files.
        options: JSON: `name` of the model, `format`, `key`, `missing` and `identifiers` as in
            `Request`.
        beam_pipeline: Given by TFX; one element an output file.

    Raises:
        ModelRefused: the model is not blessed or was not pushed, cannot be loaded or does not
            answer.
        InputError: the files are not there, or lack a column.
        DataRefused: no row has a prediction.
    """
    told = json.loads(options)
    request = Request(
        input=input,
        format=told["format"],
        folder=Path(inference_result.uri),
        model=path_utils.serving_model_path(model.uri),
        name=told["name"],
        version=_pushed_version(model_blessing, pushed_model),
        digest=registry.digest(Path(path_utils.serving_model_path(model.uri))),
        key=told["key"] or "",
        missing=tuple(told["missing"]),
        identifiers=tuple(told["identifiers"]),
        expected=_expected(schema),
    )
    prepared = prepare(request)
    with owned(request.folder):
        begun = begin(request.folder, prepared.plan)
        summary = run(prepared, begun.finished, lambda: beam_pipeline)
    _describe(inference_result, summary)


def _pushed_version(
    blessing: standard_artifacts.ModelBlessing, pushed: standard_artifacts.PushedModel
) -> int:
    """The version under which the model is served.

    Raises:
        ModelRefused: it is not.
    """
    if blessing.get_int_custom_property("blessed") != 1:
        raise ModelRefused("no predictions: the model has no blessing of Evaluator")
    if pushed.get_int_custom_property("pushed") != 1:
        raise ModelRefused("no predictions: the model was not pushed")
    return int(pushed.get_string_custom_property("pushed_version"))


def _expected(schema: standard_artifacts.Schema) -> Needs:
    contract = read_schema(str(Path(schema.uri, "schema.pbtxt")))
    served = columns(contract, SERVING) if SERVING in contract.default_environment else ()
    return Needs({column.name: column.kind for column in served}, frozenset())


def _describe(result: standard_artifacts.InferenceResult, summary: Summary) -> None:
    result.set_int_custom_property("rows_in", summary.rows_in)
    result.set_int_custom_property("rows_predicted", summary.predictions)
    result.set_int_custom_property("rows_rejected", summary.rejected)
    result.set_string_custom_property("input_fingerprint", summary.plan.input)
    text = (
        f"{summary.rows_in:,} rows: {summary.predictions:,} predictions of version "
        f"{summary.plan.version}, {summary.rejected:,} rejected"
    )
    result.set_string_custom_property("summary", text)
    logging.info("%s", text)
