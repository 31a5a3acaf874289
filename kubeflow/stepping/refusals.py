"""What a gate withheld: the step that it guards does not run, as in a run on one machine."""

from collections.abc import Iterable

from ml_metadata.proto import metadata_store_pb2 as pb

from components.errors import ModelRefused
from pipeline.runner import outputs
from pipeline.runner.outputs import text


def withheld(artifacts: Iterable[pb.Artifact]) -> list[str]:
    """Returns for each blessing that was not given: by whom, and why."""
    return [
        f"{text(artifact, 'producer_component') or artifact.type}: {reason}"
        for artifact in artifacts
        if (reason := outputs.withheld(artifact, artifact.type))
    ]


def require_blessings(inputs: Iterable[pb.Artifact]) -> None:
    """Stops a step that a gate guards.

    The gate's own step ends well, so that what it measured is kept in the object store: of a step
    that fails, KFP takes nothing.

    Raises:
        ModelRefused: a gate withheld its blessing.
    """
    refused = withheld(inputs)
    if refused:
        raise ModelRefused("; ".join(refused))
