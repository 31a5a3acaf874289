"""The Transform component of the graph."""

from typing import Any

from tfx import types
from tfx.components.transform import component as tfx_transform
from tfx.dsl.components.base import executor_spec

from components.transform.executor import Executor


class Transform(tfx_transform.Transform):
    """TFX's Transform for features that follow from the schema.

    It writes the transform graph only. Trainer applies it to the raw examples in memory, which
    takes less time than writing features and reading them again.
    """

    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self, examples: types.BaseChannel, schema: types.BaseChannel, options: dict[str, Any]
    ) -> None:
        """Makes the node.

        Args:
            examples: Raw examples; the split named `train` is analysed.
            schema: The curated schema.
            options: See `Plan.from_schema`.
        """
        super().__init__(
            examples=examples,
            schema=schema,
            preprocessing_fn="components.transform.preprocessing.preprocessing_fn",
            materialize=False,
            disable_analyzer_cache=True,
            disable_statistics=True,
            custom_config=options,
        )
