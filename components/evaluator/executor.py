"""Evaluator's executor: models answer, metrics are measured, gates decide."""

import json
import logging
from pathlib import Path
from typing import Any

import tensorflow as tf
import tensorflow_model_analysis as tfma
from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils, json_utils, path_utils

from components.answering.answers import Answers
from components.answering.asking import answers
from components.evaluator.blessing import bless
from components.evaluator.closer_look import look_closer
from components.evaluator.eval_config import eval_config
from components.evaluator.fairness_gate import judge_gaps
from components.evaluator.finding import Finding, brief
from components.evaluator.judging import judge
from components.evaluator.measured import Measurements
from components.evaluator.measuring import broken, measure
from components.evaluator.options import EvaluatorOptions
from components.evaluator.results import (
    ANSWERS_FILE,
    GATES_FILE,
    METRICS_FILE,
    plain_metrics,
    verdict,
    write_answers,
    write_json,
)
from components.evaluator.self_test import require_another_model, require_sound_judge
from components.evaluator.tfma_files import write_tfma_files
from components.evaluator.trivial import trivial_answer
from schema import columns, read_schema

OPTIONS_KEY = "options"

_log = logging.getLogger(__name__)

Inputs = dict[str, list[types.Artifact]]


class Executor(base_executor.BaseExecutor):
    """Judges a candidate as TFX's Evaluator does, and says why."""

    def Do(self, input_dict: Inputs, output_dict: Inputs, exec_properties: dict[str, Any]) -> None:
        """Evaluates, judges, and writes the evaluation and the blessing.

        The evaluation holds TFMA's files, and those named in `results`. The blessing carries five
        properties beside TFX's own: `reason`, one line for each gate that refused, empty if none
        did; `summary`, the findings in brief; `gates`, one line for every gate; `metrics`, JSON as
        in `overall` of `results.verdict`; `baseline_digest`, which model it was compared with.
        """
        options = EvaluatorOptions.from_json(exec_properties[OPTIONS_KEY])
        (model,) = input_dict[standard_component_specs.MODEL_KEY]
        baseline = _present(input_dict.get(standard_component_specs.BASELINE_MODEL_KEY, []))
        candidate = path_utils.serving_model_path(model.uri)
        stable = None if baseline is None else path_utils.serving_model_path(baseline.uri)
        baseline_digest = require_another_model(
            Path(candidate), None if stable is None else Path(stable)
        )
        examples = input_dict[standard_component_specs.EXAMPLES_KEY]
        (contract,) = input_dict[standard_component_specs.SCHEMA_KEY]
        schema = read_schema(io_utils.get_only_uri_in_dir(contract.uri))
        splits = json_utils.loads(
            exec_properties.get(standard_component_specs.EXAMPLE_SPLITS_KEY) or "null"
        )
        found = answers(
            [file for split in splits or ["eval"] for file in _files(examples, split)],
            schema=schema,
            label=options.label,
            task=options.task,
            candidate=candidate,
            baseline=stable,
            columns=[column.name for column in columns(schema)],
        )
        require_sound_judge(found, options)
        train_files = _files(examples, "train")
        measurements = measure(
            found.of_columns(options.slice_columns),
            options.task,
            slices=options.slices,
            named=options.named_slices,
            trivial=trivial_answer(train_files, schema, options.label, options.task),
            seed=options.seed,
        )
        closer = look_closer(found, options, schema, train_files)
        findings = [
            *judge(options, measurements, has_baseline=baseline is not None),
            *broken(found, options.task),
            *judge_gaps(options.fairness, closer.fairness),
        ]
        evaluation = Path(
            artifact_utils.get_single_uri(output_dict[standard_component_specs.EVALUATION_KEY])
        )
        evaluation.mkdir(parents=True, exist_ok=True)
        write_tfma_files(
            evaluation,
            eval_config(options, has_baseline=baseline is not None),
            measurements,
            kinds={column.name: column.kind for column in columns(schema)},
            data=examples[0].uri,
            models=_locations(model, baseline),
        )
        closer.write(evaluation)
        shown = dict.fromkeys([*options.slice_columns, *options.fairness.columns])
        decided = _write(
            evaluation, findings, measurements, found.of_columns([*shown]), options.seed
        )
        blessing = artifact_utils.get_single_instance(
            output_dict[standard_component_specs.BLESSING_KEY]
        )
        bless(
            blessing,
            decided["blessed"],
            model=model,
            baseline=baseline,
            component_id=exec_properties.get("current_component_id"),
        )
        refused = [str(finding) for finding in findings if not finding.passed]
        blessing.set_string_custom_property("reason", "\n".join(refused))
        blessing.set_string_custom_property(
            "summary", brief(findings, has_baseline=baseline is not None)
        )
        blessing.set_string_custom_property("baseline_digest", baseline_digest)
        blessing.set_string_custom_property("gates", "\n".join(map(str, findings)))
        blessing.set_string_custom_property("metrics", json.dumps(decided["overall"]))


def _write(
    folder: Path,
    findings: list[Finding],
    measurements: Measurements,
    found: Answers,
    seed: int,
) -> dict[str, Any]:
    """Writes our own files, and returns the verdict."""
    for finding in findings:
        _log.info("gate: %s", finding)
    decided = verdict(findings, measurements, found)
    write_json(folder / GATES_FILE, decided)
    write_json(folder / METRICS_FILE, plain_metrics(measurements))
    write_answers(folder / ANSWERS_FILE, found, seed)
    return decided


def _present(baselines: list[types.Artifact]) -> types.Artifact | None:
    """The baseline; None if its artifact holds no model.

    The node that finds the stable model always has an output, as on a cluster every node must.
    """
    for artifact in baselines:
        if (Path(path_utils.serving_model_path(artifact.uri)) / "saved_model.pb").exists():
            return artifact
    return None


def _files(examples: list[types.Artifact], split: str) -> list[str]:
    """The files of a split, none if there is no such split."""
    return [
        file
        for artifact in examples
        if split in artifact_utils.decode_split_names(artifact.split_names)
        for uri in artifact_utils.get_split_uris([artifact], split)
        for file in sorted(tf.io.gfile.glob(io_utils.all_files_pattern(uri)))
    ]


def _locations(model: types.Artifact, baseline: types.Artifact | None) -> dict[str, str]:
    if baseline is None:
        return {"": model.uri}
    return {tfma.CANDIDATE_KEY: model.uri, tfma.BASELINE_KEY: baseline.uri}
