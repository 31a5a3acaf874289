"""The Evaluator component of the graph."""

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts, standard_component_specs
from tfx.utils import json_utils

from components.evaluator.executor import OPTIONS_KEY, Executor
from components.evaluator.options import EvaluatorOptions


class EvaluatorSpec(standard_component_specs.EvaluatorSpec):
    """TFX's specification with the options as one more parameter."""

    PARAMETERS = standard_component_specs.EvaluatorSpec.PARAMETERS | {
        OPTIONS_KEY: component_spec.ExecutionParameter(type=str)
    }


class Evaluator(base_component.BaseComponent):
    """In the place of TFX's Evaluator: the same inputs and outputs, with gates that say why."""

    SPEC_CLASS = EvaluatorSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        model: types.BaseChannel,
        baseline_model: types.BaseChannel,
        schema: types.BaseChannel,
        options: EvaluatorOptions,
    ) -> None:
        """Makes the node.

        Args:
            examples: Raw examples; the split named `eval` is evaluated.
            model: The candidate.
            baseline_model: The stable model; an artifact without a model in it is no baseline.
            schema: The curated schema, by which examples are read.
            options: Slices and gates.
        """
        super().__init__(
            EvaluatorSpec(
                examples=examples,
                model=model,
                baseline_model=baseline_model,
                schema=schema,
                example_splits=json_utils.dumps(["eval"]),
                options=options.to_json(),
                evaluation=types.Channel(type=standard_artifacts.ModelEvaluation),
                blessing=types.Channel(type=standard_artifacts.ModelBlessing),
            )
        )
