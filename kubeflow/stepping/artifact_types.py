"""TFX's artifact types, and ours, by name."""

import difflib
from collections.abc import Iterator
from typing import Any

from ml_metadata.proto import metadata_store_pb2 as pb

from stepping.errors import StepError


def artifact_type(name: str) -> pb.ArtifactType:
    """Returns the type with the properties that it has in TFX.

    Raises:
        StepError: there is none of that name.
    """
    from tfx.types import standard_artifacts
    from tfx.types.artifact import Artifact

    # Importing it is what makes its types known, as it does for TFX's own.
    from components import artifacts

    assert artifacts
    assert standard_artifacts
    known = {kind.TYPE_NAME: kind for kind in _kinds(Artifact)}
    if name not in known:
        near = difflib.get_close_matches(name, list(known), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise StepError(f"--node: there is no artifact type {name!r}{hint}")
    return known[name]().artifact_type


def _kinds(base: Any) -> Iterator[Any]:
    for kind in base.__subclasses__():
        if kind.TYPE_NAME:
            yield kind
        yield from _kinds(kind)
