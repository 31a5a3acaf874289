"""The nodes as the graph holds them."""

import json

import tensorflow_model_analysis as tfma
from tfx import types
from tfx.types import standard_artifacts

from components.evaluator.component import Evaluator
from components.evaluator.eval_config import eval_config
from components.evaluator.executor import Executor as EvaluatorExecutor
from components.evaluator.options import EvaluatorOptions
from components.transform.component import Transform
from components.transform.executor import Executor as TransformExecutor
from tests.components.learning import trips

EXAMPLES = types.Channel(standard_artifacts.Examples)
SCHEMA = types.Channel(standard_artifacts.Schema)
MODEL = types.Channel(standard_artifacts.Model)


def test_transform_writes_the_graph_only():
    transform = Transform(examples=EXAMPLES, schema=SCHEMA, options={"label": trips.TIP})

    assert transform.id == "Transform"
    assert transform.executor_spec.executor_class is TransformExecutor
    assert list(transform.outputs) == ["transform_graph"]
    assert json.loads(transform.exec_properties["custom_config"]) == {"label": trips.TIP}


def test_evaluator_carries_its_gates():
    options = EvaluatorOptions.from_json(
        json.dumps({"task": "binary", "label": trips.TIP, "gates": [{"metric": "auc", "min": 0.9}]})
    )

    evaluator = Evaluator(
        examples=EXAMPLES, model=MODEL, baseline_model=MODEL, schema=SCHEMA, options=options
    )

    assert evaluator.id == "Evaluator"
    assert evaluator.executor_spec.executor_class is EvaluatorExecutor
    assert sorted(evaluator.outputs) == ["blessing", "evaluation"]
    assert EvaluatorOptions.from_json(evaluator.exec_properties["options"]) == options


def test_a_gate_on_all_rows_binds_no_slice_in_tfma():
    gates = [
        {"metric": "auc", "min": 0.9, "min_change": -0.01},
        {"metric": "loss", "min_change": 0.02},
        {"metric": "accuracy", "min": 0.5, "scope": "every slice"},
    ]
    options = {"task": "binary", "label": trips.TIP, "slices": [["company"]], "gates": gates}

    config = eval_config(EvaluatorOptions.from_json(json.dumps(options)), has_baseline=True)

    bounds = {
        json.loads(metric.config)["name"]: [
            (list(bound.slicing_specs), bound.threshold) for bound in metric.per_slice_thresholds
        ]
        for metric in config.metrics_specs[0].metrics
    }
    (((auc_slices, auc),), ((loss_slices, loss),)) = bounds["auc"], bounds["loss"]
    assert auc_slices == loss_slices == [tfma.SlicingSpec()]
    assert auc.value_threshold.lower_bound.value == 0.9
    assert auc.change_threshold.absolute.value == -0.01
    assert loss.change_threshold.direction == tfma.MetricDirection.LOWER_IS_BETTER
    assert loss.change_threshold.absolute.value == -0.02
    assert bounds["accuracy"] == bounds["rows"] == []
    assert [list(spec.feature_keys) for spec in config.slicing_specs] == [[], ["company"]]
