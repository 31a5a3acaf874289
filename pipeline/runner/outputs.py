"""What a node's output artifacts say to people: the summary line, and a gate's refusal."""

from collections.abc import Iterator

from ml_metadata.proto import metadata_store_pb2 as pb

from pipeline.runner.lineage import Artifacts
from pipeline.runner.nodes import Node

BLESSINGS = frozenset({"ModelBlessing", "InfraBlessing", "Parity"})


def summary(outputs: Artifacts) -> str:
    """Returns what the node wrote into its artifacts' `summary` property, if it did."""
    return "; ".join(filter(None, (text(artifact, "summary") for artifact in _all(outputs))))


def refusal(node: Node, outputs: Artifacts) -> str | None:
    """Returns why the node's blessing was withheld; None when it was given or there is none."""
    return next(
        (
            reason
            for key, artifacts in outputs.items()
            for artifact in artifacts
            if (reason := withheld(artifact, node.outputs[key].name))
        ),
        None,
    )


def withheld(artifact: pb.Artifact, type_name: str) -> str | None:
    """Returns why an artifact's blessing was withheld; None when it is given or is none."""
    if type_name not in BLESSINGS or number(artifact, "blessed") == 1:
        return None
    return text(artifact, "reason") or "not blessed"


def text(artifact: pb.Artifact, name: str) -> str:
    """Returns a custom property as text; empty when the artifact lacks it."""
    if name not in artifact.custom_properties:
        return ""
    return str(artifact.custom_properties[name].string_value)


def number(artifact: pb.Artifact, name: str) -> int:
    """Returns an integer custom property; 0 when the artifact lacks it."""
    if name not in artifact.custom_properties:
        return 0
    return int(artifact.custom_properties[name].int_value)


def _all(outputs: Artifacts) -> Iterator[pb.Artifact]:
    for artifacts in outputs.values():
        yield from artifacts
