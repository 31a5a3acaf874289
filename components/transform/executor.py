"""Transform's executor, with the features derived where it runs."""

from typing import Any

from tfx import types
from tfx.components.transform import executor as tfx_transform
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils, json_utils

from components.transform.plan import Plan
from schema import read_schema


class Executor(tfx_transform.Executor):
    """Reads the schema artifact and tells preprocessing what each column is.

    The schema is an artifact, so what follows from it cannot stand in the graph.
    """

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Runs TFX's executor with a `Plan` in place of the options."""
        schema_uri = artifact_utils.get_single_uri(input_dict[standard_component_specs.SCHEMA_KEY])
        schema = read_schema(io_utils.get_only_uri_in_dir(schema_uri))
        options = json_utils.loads(exec_properties[standard_component_specs.CUSTOM_CONFIG_KEY])
        plan = Plan.from_schema(schema, options)
        super().Do(
            input_dict,
            output_dict,
            exec_properties
            | {standard_component_specs.CUSTOM_CONFIG_KEY: json_utils.dumps(plan.to_plain())},
        )
