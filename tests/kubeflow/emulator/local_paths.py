"""Where the launcher puts the artifacts of a step."""

from dataclasses import dataclass
from pathlib import Path

from kfp.pipeline_spec import pipeline_spec_pb2 as pb

_FOLDERS = {"minio": "/minio", "s3": "/s3", "gs": "/gcs"}


class UnknownScheme(Exception):
    """A URI of no store that the launcher knows."""


@dataclass(frozen=True)
class LocalPaths:
    """The paths of one pod; on this machine they are below a folder of its own."""

    root: Path = Path("/")

    def below(self, path: str) -> Path:
        """A path of the pod, on this machine."""
        return self.root / path.lstrip("/")

    def of_uri(self, uri: str) -> Path:
        """`minio://bucket/key` is `/minio/bucket/key`."""
        scheme, separator, rest = uri.partition("://")
        if not separator or scheme not in _FOLDERS:
            raise UnknownScheme(f"{uri}: the launcher knows {', '.join(_FOLDERS)}")
        return self.below(f"{_FOLDERS[scheme]}/{rest}")

    def of(self, artifact: pb.RuntimeArtifact) -> Path:
        """An artifact may name a path of its own."""
        if artifact.custom_path:
            return self.below(artifact.custom_path)
        return self.of_uri(artifact.uri)
