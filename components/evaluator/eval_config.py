"""The options in the words of TensorFlow Model Analysis."""

import json

import tensorflow_model_analysis as tfma
from google.protobuf.wrappers_pb2 import DoubleValue
from tensorflow_model_analysis.proto import config_pb2

from components.evaluator.metrics import METRICS, ROWS, Metric
from components.evaluator.options import EvaluatorOptions, Gate
from components.training.signatures import ANSWERS
from schema.features import transformed


def eval_config(options: EvaluatorOptions, *, has_baseline: bool) -> tfma.EvalConfig:
    """What is measured and, as far as TFMA can, judged, so that TFMA could do it itself.

    Gates on all rows become thresholds on the overall slice alone: a plain threshold would hold
    for every slice, and the noise of a tiny one would refuse a better model. Gates on slices are
    judged by `judge` only, since TFMA knows no least number of rows. Metrics that TFMA lacks are
    left out.
    """
    task = options.task
    metrics = [tfma.MetricConfig(class_name="ExampleCount", config=json.dumps({"name": ROWS}))]
    for name, metric in METRICS[task].items():
        if not metric.class_name:
            continue
        metrics.append(
            tfma.MetricConfig(
                class_name=metric.class_name,
                module=metric.module,
                config=json.dumps({"name": name}),
                per_slice_thresholds=[
                    config_pb2.PerSliceMetricThreshold(
                        slicing_specs=[tfma.SlicingSpec()], threshold=_threshold(gate, metric)
                    )
                    for gate in options.gates
                    if gate.metric == name and gate.slice == ()
                ],
            )
        )
    config = tfma.EvalConfig(
        model_specs=[
            tfma.ModelSpec(
                signature_name="serving_default",
                preprocessing_function_names=["transform_features"],
                label_key=transformed(options.label.column),
                prediction_key=ANSWERS[task],
            )
        ],
        slicing_specs=[
            tfma.SlicingSpec(),
            *(tfma.SlicingSpec(feature_keys=columns) for columns in options.slices),
            *(
                tfma.SlicingSpec(feature_values=dict(gate.slice))
                for gate in options.gates
                if gate.slice and tuple(column for column, _ in gate.slice) not in _sliced(options)
            ),
        ],
        metrics_specs=[tfma.MetricsSpec(metrics=metrics)],
    )
    # Names the models, and takes off bounds on the change where there is nothing to compare with.
    return tfma.utils.update_eval_config_with_defaults(
        config, has_baseline=has_baseline, rubber_stamp=True
    )


def _sliced(options: EvaluatorOptions) -> set[tuple[str, ...]]:
    return {tuple(sorted(columns)) for columns in options.slices}


def _threshold(gate: Gate, metric: Metric) -> tfma.MetricThreshold:
    threshold = tfma.MetricThreshold()
    if gate.min is not None:
        threshold.value_threshold.lower_bound.CopyFrom(DoubleValue(value=gate.min))
    if gate.max is not None:
        threshold.value_threshold.upper_bound.CopyFrom(DoubleValue(value=gate.max))
    if gate.min_change is not None:
        change = threshold.change_threshold
        change.direction = (
            tfma.MetricDirection.HIGHER_IS_BETTER
            if metric.higher_is_better
            else tfma.MetricDirection.LOWER_IS_BETTER
        )
        # TFMA bounds candidate minus stable model, which falls when such a metric improves.
        sign = 1 if metric.higher_is_better else -1
        change.absolute.CopyFrom(DoubleValue(value=sign * gate.min_change))
    return threshold
