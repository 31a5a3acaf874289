"""A step from KFP's executor input to its executor output, in the process that does the work."""

import gc
import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from tfx.proto.orchestration import executable_spec_pb2, execution_invocation_pb2

from pipeline.runner.execute import run_executor
from pipeline.runner.nodes import set_value
from stepping import output
from stepping.artifacts import Given, inputs_of, outputs_of, run_id
from stepping.errors import StepError
from stepping.executor_input import ExecutorInput
from stepping.node import Node
from stepping.parameters import Property, exec_properties
from stepping.places import Places
from stepping.refusals import require_blessings

ROOT = "TFXP_ARTIFACTS_ROOT"
"""The environment variable that names the folder before the launcher's local paths."""


def run(node_text: str, input_text: str, scratch: Path) -> list[str]:
    """Runs a step.

    Args:
        node_text: The argument `--node`.
        input_text: The argument `--executor_input`.
        scratch: A folder of its own, that is removed afterwards.

    Returns:
        What the artifacts say of themselves, a line each.

    Raises:
        StepError: what it was given cannot be run, or what it made cannot be handed back.
        ModelRefused: a gate before it said no.
        Exception: whatever the executor raises.
    """
    node = Node.from_json(node_text)
    told = ExecutorInput.from_json(input_text)
    places = Places(Path(os.environ.get(ROOT) or "/").absolute())
    properties = exec_properties(node, told.parameters)
    inputs = inputs_of(node, told, places)
    require_blessings(given.artifact for several in inputs.values() for given in several)
    outputs = outputs_of(node, told, places)
    _require_executor(node)
    invocation = _invocation(node, told, scratch, properties, inputs, outputs)
    # What was imported is nobody's garbage.
    gc.freeze()
    gc.enable()
    result = run_executor(invocation, _spec(node))
    return output.write(node, told, places, result)


def _invocation(
    node: Node,
    told: ExecutorInput,
    scratch: Path,
    properties: Mapping[str, Property],
    inputs: Mapping[str, list[Given]],
    outputs: Mapping[str, list[Given]],
) -> execution_invocation_pb2.ExecutionInvocation:
    """The message that a TFX executor is started with."""
    folders = {name: scratch / name for name in ("state", "tmp")}
    for folder in folders.values():
        folder.mkdir()
    message = execution_invocation_pb2.ExecutionInvocation(
        execution_id=1,
        pipeline_run_id=next((run_id(handed.uri) for handed in told.outputs.values()), ""),
        output_metadata_uri=str(scratch / "executor_output.pb"),
        stateful_working_dir=str(folders["state"]),
        tmp_dir=str(folders["tmp"]),
    )
    message.pipeline_node.node_info.id = node.id
    for name, value in properties.items():
        set_value(message.execution_properties_with_schema[name].field_value, value)
    for side, artifacts in ((message.input_dict, inputs), (message.output_dict, outputs)):
        for key, several in artifacts.items():
            for given in several:
                element = side[key].elements.add().artifact
                element.artifact.CopyFrom(given.artifact)
                element.type.CopyFrom(given.type)
    return message


def _spec(node: Node) -> Any:
    python = executable_spec_pb2.PythonClassExecutableSpec(class_path=node.executor)
    if node.beam is None:
        return python
    return executable_spec_pb2.BeamExecutableSpec(
        python_executor_spec=python, beam_pipeline_args=node.beam
    )


def _require_executor(node: Node) -> None:
    module_name, _, name = node.executor.rpartition(".")
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        if module_name != missing and not module_name.startswith(f"{missing}."):
            raise
        raise StepError(
            f"executor {node.executor!r}: this image has no module {missing!r}; "
            "compile and build the image from the same sources"
        ) from error
    if not isinstance(getattr(module, name, None), type):
        raise StepError(f"executor {node.executor!r}: {module_name} has no class {name!r}")
