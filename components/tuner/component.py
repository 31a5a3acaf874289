"""The Tuner component of the graph."""

from typing import Any

from tfx import types
from tfx.components.tuner import component as tfx_tuner
from tfx.dsl.components.base import executor_spec
from tfx.proto import trainer_pb2

from components.tuner.executor import Executor


class Tuner(tfx_tuner.Tuner):
    """TFX's Tuner, whose winner is what the Trainer's function takes."""

    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        schema: types.BaseChannel,
        transform_graph: types.BaseChannel,
        options: dict[str, Any],
    ) -> None:
        """Makes the node.

        Args:
            examples: Raw examples; trials see the split named `train` alone.
            schema: The curated schema.
            transform_graph: As the Trainer gets it.
            options: `TrainingOptions` and, under `tuning`, `TunerOptions`.
        """
        super().__init__(
            examples=examples,
            schema=schema,
            transform_graph=transform_graph,
            tuner_fn="components.tuner.search.tuner_fn",
            train_args=trainer_pb2.TrainArgs(splits=["train"]),
            custom_config=options,
        )
