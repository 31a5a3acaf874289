"""What was measured in the files of TensorFlow Model Analysis, for every tool that reads them."""

from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf
import tensorflow_model_analysis as tfma
from google.protobuf import json_format
from tensorflow_model_analysis import version as tfma_version
from tensorflow_model_analysis.evaluators import metrics_validator
from tensorflow_model_analysis.proto import config_pb2
from tensorflow_model_analysis.writers import metrics_plots_and_validations_writer as writers

from components.evaluator.measured import Measured, Measurements
from components.evaluator.metrics import ROWS
from components.evaluator.options import SliceKey
from schema.columns import Kind

Sliced = tuple[tuple[tuple[str, bytes | int | float], ...], dict[tfma.metrics.MetricKey, float]]
"""A slice and its metrics as TFMA has them."""


def write_tfma_files(
    folder: Path,
    config: tfma.EvalConfig,
    measurements: Measurements,
    *,
    kinds: Mapping[str, Kind],
    data: str,
    models: Mapping[str, str],
) -> None:
    """Writes configuration, metrics and TFMA's own judgement as its Evaluator would.

    Args:
        folder: The evaluation artifact; `tfma.load_eval_result` reads it.
        config: What was asked for, with a model that is the baseline if there is one.
        measurements: What was found.
        kinds: Of the columns that slices are made by.
        data: Where the examples are.
        models: By name, where each model is; the name is empty if there is but one.
    """
    run = config_pb2.EvalRun(
        eval_config=config,
        version=tfma_version.VERSION,
        data_location=data,
        model_locations=dict(models),
    )
    (folder / "eval_config.json").write_text(json_format.MessageToJson(run), encoding="utf-8")
    every = [_sliced(key, found, kinds, models) for key, found in measurements.items()]
    with tf.io.TFRecordWriter(str(folder / "metrics-00000-of-00001.tfrecord")) as file:
        for sliced in every:
            message = writers.convert_slice_metrics_to_proto(sliced, [])
            file.write(message.SerializeToString())
    combine = writers.CombineValidations(config, rubber_stamp=len(models) == 1)
    verdict = combine.create_accumulator()
    for sliced in every:
        verdict = combine.add_input(verdict, metrics_validator.validate_metrics(sliced, config))
    with tf.io.TFRecordWriter(str(folder / "validations.tfrecord")) as file:
        file.write(combine.extract_output(verdict).SerializeToString())


def _sliced(
    key: SliceKey, measured: Measured, kinds: Mapping[str, Kind], models: Mapping[str, str]
) -> Sliced:
    candidate = tfma.CANDIDATE_KEY if len(models) > 1 else ""
    rows = float(measured.rows)
    values = {tfma.metrics.MetricKey(ROWS, candidate): rows}
    for name, estimate in measured.metrics.items():
        values[tfma.metrics.MetricKey(name, candidate)] = estimate.candidate
    if len(models) > 1:
        values[tfma.metrics.MetricKey(ROWS, tfma.BASELINE_KEY)] = rows
        for name, estimate in measured.metrics.items():
            values[tfma.metrics.MetricKey(name, tfma.BASELINE_KEY)] = estimate.baseline
            difference = tfma.metrics.MetricKey(name, candidate, is_diff=True)
            values[difference] = estimate.candidate - estimate.baseline
    return tuple((column, _typed(value, kinds[column])) for column, value in key), values


def _typed(value: str, kind: Kind) -> bytes | int | float:
    """The slice's value as TFMA reads it out of the examples."""
    match kind:
        case "int":
            return int(value)
        case "float":
            return float(value)
    return value.encode()
