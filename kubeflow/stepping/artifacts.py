"""A step's inputs and outputs as its executor gets them: of TFX's types, at local paths."""

from dataclasses import dataclass
from importlib import metadata

from ml_metadata.proto import metadata_store_pb2 as pb

from stepping.artifact_types import artifact_type
from stepping.errors import StepError
from stepping.executor_input import ExecutorInput, Handed
from stepping.folders import complete
from stepping.node import Node
from stepping.places import Places
from stepping.properties import from_metadata


@dataclass(frozen=True)
class Given:
    """An artifact as the executor gets it."""

    artifact: pb.Artifact
    type: pb.ArtifactType


def inputs_of(node: Node, told: ExecutorInput, places: Places) -> dict[str, list[Given]]:
    """Returns a step's inputs, each of which is there.

    Raises:
        StepError: one is missing, or is none of the node's.
    """
    unknown = sorted(told.inputs.keys() - node.inputs.keys())
    if unknown:
        raise StepError(f"--executor_input: {node.id} has no input {', '.join(unknown)}")
    _require("input", node, {key for key in node.inputs if not told.inputs.get(key)})
    return {
        key: [
            _input(f"input {key!r}", handed, artifact_type(node.inputs[key]), places)
            for handed in several
        ]
        for key, several in told.inputs.items()
    }


def outputs_of(node: Node, told: ExecutorInput, places: Places) -> dict[str, list[Given]]:
    """Returns a step's outputs, each with an empty folder to write to.

    Raises:
        StepError: one is missing, or its folder cannot be made.
    """
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
            "name": f"{run_id(handed.uri)}:{node.id}:{key}:0",
            "producer_component": node.id,
            # By this TFX's components know how the folders of splits are named.
            "tfx_version": metadata.version("tfx"),
        }.items():
            artifact.custom_properties[name].string_value = text
        outputs[key] = [Given(artifact, kind)]
    return outputs


def run_id(uri: str) -> str:
    """KFP's id of the run: it puts an output at `<root>/<pipeline>/<run>/<task>/<salt>/<key>`."""
    parts = uri.partition("://")[2].split("/")
    return parts[-4] if len(parts) > 4 else ""


def _require(side: str, node: Node, missing: set[str]) -> None:
    if missing:
        names = ", ".join(sorted(missing))
        raise StepError(f"--executor_input: the {side} {names} of {node.id} is missing")


def _input(what: str, handed: Handed, kind: pb.ArtifactType, places: Places) -> Given:
    path = places.path(what, handed)
    artifact, was = from_metadata(what, handed.metadata, kind)
    complete(what, path, handed.uri, was)
    artifact.uri = str(path)
    return Given(artifact, kind)
