"""Evaluator's executor: TFMA measures, `judge` decides."""

import json
import logging
from pathlib import Path
from typing import Any

import tensorflow_model_analysis as tfma
from google.protobuf import json_format
from tfx import types
from tfx.components.evaluator import constants
from tfx.components.evaluator import executor as tfx_evaluator
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils, path_utils

from components.evaluator import extractors
from components.evaluator.eval_config import eval_config
from components.evaluator.judging import brief, judge
from components.evaluator.options import EvaluatorOptions
from components.evaluator.results import GATES_FILE, read_measurements, verdict, write_gates

OPTIONS_KEY = "options"

_log = logging.getLogger(__name__)


class Executor(tfx_evaluator.Executor):
    """TFX's executor, but an absent baseline is absent, and every gate gives a finding."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Evaluates, judges, and writes `gates.json` and the blessing.

        The blessing carries three properties beside TFX's own: `reason`, one line for each gate
        that refused, empty if none did; `gates`, one line for every gate; `metrics`, JSON as in
        `overall` of `results.verdict`.
        """
        options = EvaluatorOptions.from_json(exec_properties[OPTIONS_KEY])
        inputs = _without_absent_baseline(input_dict)
        super().Do(
            inputs,
            output_dict,
            exec_properties
            | {
                standard_component_specs.EVAL_CONFIG_KEY: json_format.MessageToJson(
                    eval_config(options), preserving_proto_field_name=True
                ),
                standard_component_specs.MODULE_PATH_KEY: extractors.__name__,
            },
        )
        evaluation_uri = artifact_utils.get_single_uri(
            output_dict[standard_component_specs.EVALUATION_KEY]
        )
        has_baseline = standard_component_specs.BASELINE_MODEL_KEY in inputs
        candidate = read_measurements(evaluation_uri, tfma.CANDIDATE_KEY if has_baseline else "")
        baseline = read_measurements(evaluation_uri, tfma.BASELINE_KEY) if has_baseline else None
        findings = judge(options, candidate, baseline)
        for finding in findings:
            _log.info("gate: %s", finding)
        decided = verdict(findings, candidate, baseline)
        write_gates(Path(evaluation_uri) / GATES_FILE, decided)
        blessing = artifact_utils.get_single_instance(
            output_dict[standard_component_specs.BLESSING_KEY]
        )
        _bless(blessing, decided["blessed"])
        blessing.set_string_custom_property(
            "reason", "\n".join(str(finding) for finding in findings if not finding.passed)
        )
        blessing.set_string_custom_property("summary", brief(findings))
        blessing.set_string_custom_property("gates", "\n".join(map(str, findings)))
        blessing.set_string_custom_property("metrics", json.dumps(decided["overall"]))


def _without_absent_baseline(
    input_dict: dict[str, list[types.Artifact]],
) -> dict[str, list[types.Artifact]]:
    """The inputs, without a baseline whose artifact holds no model.

    The node that finds the stable model always has an output, as on a cluster every node must.
    """
    key = standard_component_specs.BASELINE_MODEL_KEY
    present = [
        artifact
        for artifact in input_dict.get(key, [])
        if (Path(path_utils.serving_model_path(artifact.uri)) / "saved_model.pb").exists()
    ]
    others = {name: artifacts for name, artifacts in input_dict.items() if name != key}
    return others | {key: present} if present else others


def _bless(blessing: types.Artifact, is_blessed: bool) -> None:
    """Sets the verdict as TFX does, in place of the one that TFMA came to."""
    files = {True: constants.BLESSED_FILE_NAME, False: constants.NOT_BLESSED_FILE_NAME}
    (Path(blessing.uri) / files[not is_blessed]).unlink(missing_ok=True)
    io_utils.write_string_file(str(Path(blessing.uri) / files[is_blessed]), "")
    value = constants.BLESSED_VALUE if is_blessed else constants.NOT_BLESSED_VALUE
    blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY, value)
