"""The Trainer's executor, which also says how the fit went."""

from typing import Any

from tfx import types
from tfx.components.trainer import executor as tfx_trainer
from tfx.components.trainer.fn_args_utils import FnArgs
from tfx.types import artifact_utils, standard_component_specs

from components.training import run_log


class Executor(tfx_trainer.GenericExecutor):
    """TFX's, with a folder that outlives a failed attempt, and a summary of the fit."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Runs TFX's executor, and reads what `run_fn` left in `model_run`."""
        super().Do(input_dict, output_dict, exec_properties)
        run_dir = artifact_utils.get_single_uri(output_dict[standard_component_specs.MODEL_RUN_KEY])
        model = artifact_utils.get_single_instance(output_dict[standard_component_specs.MODEL_KEY])
        model.set_string_custom_property("summary", run_log.summary(run_dir))

    def _GetFnArgs(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> FnArgs:
        arguments = super()._GetFnArgs(input_dict, output_dict, exec_properties)
        # Two attempts at the same work are given the same; TFX hands it to the Tuner only.
        arguments.working_dir = self._context.stateful_working_dir if self._context else None
        for model in input_dict.get(standard_component_specs.BASE_MODEL_KEY, ()):
            version = model.get_int_custom_property("stable_version")
            arguments.custom_config = {**arguments.custom_config, "stable_version": version}
        return arguments
