"""A step from KFP's executor input to its executor output, in the process that does the work."""

import gc
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from ml_metadata.proto import metadata_store_pb2 as pb
from tfx.proto.orchestration import executable_spec_pb2, execution_invocation_pb2

from pipeline.runner.execute import run_executor
from stepping import output
from stepping.artifact_types import artifact_type
from stepping.errors import StepError
from stepping.executor_input import ExecutorInput, Handed
from stepping.folders import complete
from stepping.node import Node
from stepping.parameters import Property, exec_properties
from stepping.places import Places
from stepping.properties import from_metadata
from stepping.refusals import require_blessings

ROOT = "TFXP_ARTIFACTS_ROOT"
"""The environment variable that names the folder before the launcher's local paths."""


@dataclass(frozen=True)
class _Given:
    """An artifact as the executor gets it."""

    artifact: pb.Artifact
    type: pb.ArtifactType


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
    inputs = _inputs(node, told, places)
    require_blessings(given.artifact for several in inputs.values() for given in several)
    outputs = _outputs(node, told, places)
    _require_executor(node)
    invocation = _invocation(node, told, scratch, properties, inputs, outputs)
    # What was imported is nobody's garbage.
    gc.freeze()
    gc.enable()
    result = run_executor(invocation, _spec(node))
    return output.write(node, told, places, result)


def _inputs(node: Node, told: ExecutorInput, places: Places) -> dict[str, list[_Given]]:
    # An input that the graph leaves out is not there, and no executor is told of it.
    unknown = sorted(told.inputs.keys() - node.inputs.keys())
    if unknown:
        raise StepError(f"--executor_input: {node.id} has no input {', '.join(unknown)}")
    _require("input", node, node.inputs.keys() - told.inputs.keys())
    return {
        key: [
            _input(f"input {key!r}", handed, artifact_type(node.inputs[key]), places)
            for handed in several
        ]
        for key, several in told.inputs.items()
    }


def _require(side: str, node: Node, missing: set[str]) -> None:
    if missing:
        names = ", ".join(sorted(missing))
        raise StepError(f"--executor_input: the {side} {names} of {node.id} is missing")


def _input(what: str, handed: Handed, kind: pb.ArtifactType, places: Places) -> _Given:
    path = places.path(what, handed)
    artifact, was = from_metadata(what, handed.metadata, kind)
    complete(what, path, handed.uri, was)
    artifact.uri = str(path)
    return _Given(artifact, kind)


def _outputs(node: Node, told: ExecutorInput, places: Places) -> dict[str, list[_Given]]:
    _require("output", node, node.outputs.keys() - told.outputs.keys())
    outputs = {}
    for key, type_name in node.outputs.items():
        what, handed = f"output {key!r}", told.outputs[key]
        path = places.path(what, handed)
        if path.is_dir() and any(path.iterdir()):
            raise StepError(f"{what}: {path} is not empty; a step does not write over another's")
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StepError(f"{what}: {path} cannot be made: {error.strerror}") from error
        kind = artifact_type(type_name)
        artifact = pb.Artifact(uri=str(path), type=type_name)
        for name, text in {
            "name": f"{_run_id(handed.uri)}:{node.id}:{key}:0",
            "producer_component": node.id,
            # By this TFX's components know how the folders of splits are named.
            "tfx_version": metadata.version("tfx"),
        }.items():
            artifact.custom_properties[name].string_value = text
        outputs[key] = [_Given(artifact, kind)]
    return outputs


def _invocation(
    node: Node,
    told: ExecutorInput,
    scratch: Path,
    properties: Mapping[str, Property],
    inputs: Mapping[str, list[_Given]],
    outputs: Mapping[str, list[_Given]],
) -> execution_invocation_pb2.ExecutionInvocation:
    """The message that a TFX executor is started with."""
    folders = {name: scratch / name for name in ("state", "tmp")}
    for folder in folders.values():
        folder.mkdir()
    message = execution_invocation_pb2.ExecutionInvocation(
        execution_id=1,
        pipeline_run_id=next((_run_id(handed.uri) for handed in told.outputs.values()), ""),
        output_metadata_uri=str(scratch / "executor_output.pb"),
        stateful_working_dir=str(folders["state"]),
        tmp_dir=str(folders["tmp"]),
    )
    message.pipeline_node.node_info.id = node.id
    for name, value in properties.items():
        field = message.execution_properties_with_schema[name].field_value
        if isinstance(value, str):
            field.string_value = value
        elif isinstance(value, int):
            field.int_value = value
        else:
            field.double_value = value
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


def _run_id(uri: str) -> str:
    """KFP's id of the run: it puts an output at `<root>/<pipeline>/<run>/<task>/<salt>/<key>`."""
    parts = uri.partition("://")[2].split("/")
    return parts[-4] if len(parts) > 4 else ""
