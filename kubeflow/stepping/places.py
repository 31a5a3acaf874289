"""Addresses in the object store, and the local paths where KFP's launcher puts what is there.

| address                | path                |
| ---------------------- | ------------------- |
| `minio://bucket/key`   | `/minio/bucket/key` |
| `s3://bucket/key`      | `/s3/bucket/key`    |
| `gs://bucket/key`      | `/gcs/bucket/key`   |

The environment variable `TFXP_ARTIFACTS_ROOT` names a folder that stands before these paths, where
there is no root folder to write to. An artifact with a path of its own (KFP's `customPath`) is
there, and one that KFP keeps in the run's workspace is below the workspace's mount.
"""

from dataclasses import dataclass
from pathlib import Path

from stepping.errors import StepError
from stepping.executor_input import Handed

_FOLDERS = {"minio://": "minio", "s3://": "s3", "gs://": "gcs"}
_IN_WORKSPACE = "_kfp_workspace"
_WORKSPACE = "kfp-workspace/.artifacts"


@dataclass(frozen=True)
class Places:
    """The mapping, in both directions.

    Attributes:
        root: The folder before every path: `/`, but for `TFXP_ARTIFACTS_ROOT`.
    """

    root: Path = Path("/")

    def path(self, what: str, artifact: Handed) -> Path:
        """Returns where an artifact is, or is to be, on this machine.

        Args:
            what: The artifact in words, for the message.
            artifact: As KFP handed it over.

        Raises:
            StepError: KFP's launcher brings nothing from such an address.
        """
        if artifact.custom_path is not None:
            return Path(artifact.custom_path)
        base = self.root
        if artifact.metadata.get(_IN_WORKSPACE) is True:
            base = base / _WORKSPACE
        for scheme, folder in _FOLDERS.items():
            key = artifact.uri.removeprefix(scheme)
            if key != artifact.uri:
                if not key or ".." in key.split("/"):
                    break
                return base / folder / key.strip("/")
        raise StepError(
            f"{what} is at {artifact.uri!r}, which KFP's launcher does not bring to a step; "
            f"expected {', '.join(f'{scheme}bucket/key' for scheme in _FOLDERS)}; "
            "set [roots] artifacts in the where file"
        )

    def uri(self, what: str, artifact: Handed, local: str) -> str:
        """Returns the address of what an executor left at `local`, of an artifact that it made.

        Args:
            what: The artifact in words, for the message.
            artifact: As KFP handed it over.
            local: Where the executor says that the artifact is.

        Raises:
            StepError: that is no place from which KFP's launcher takes anything.
        """
        given = self.path(what, artifact)
        if local.startswith(tuple(_FOLDERS)):
            return local
        if Path(local) == given:
            return artifact.uri
        if Path(local).is_relative_to(given):
            return f"{artifact.uri.rstrip('/')}/{Path(local).relative_to(given)}"
        for scheme, folder in _FOLDERS.items():
            if Path(local).is_relative_to(self.root / folder):
                return f"{scheme}{Path(local).relative_to(self.root / folder)}"
        raise StepError(
            f"{what}: the executor says that it is at {local!r}, and was told to write to {given}; "
            "nothing is taken from there"
        )
