"""A fresh machine for one attempt: nothing is there but the image, volumes and what is downloaded.

Of this machine's environment a step sees nothing; its home, its temporary files and its working
directory are new folders, gone when the pod is.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kubeflow.emulator.image import Image
from tests.kubeflow.emulator.local_paths import LocalPaths

Claims = Mapping[str, Path]
Secrets = Mapping[str, Mapping[str, str]]


class CannotStart(Exception):
    """Kubernetes would not start the container."""


@dataclass(frozen=True)
class Pod:
    """The machine of one attempt."""

    disk: Path
    image: Image
    variables: dict[str, str]

    @property
    def paths(self) -> LocalPaths:
        return LocalPaths(self.disk / "root")

    def run(self, words: list[str], log: Path) -> int:
        """Runs a command line, its output in a log; returns the exit code."""
        with log.open("wb") as output:
            return self.image.run(words, self.disk, self._environment(), output)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.pathsep.join(map(str, self.image.path)),
            "LANG": "C.UTF-8",
            "HOME": str(self.disk / "home"),
            "TMPDIR": str(self.disk / "tmp"),
            "TFXP_ARTIFACTS_ROOT": str(self.disk / "root"),
            **self.image.environment,
            **self.variables,
        }


@contextlib.contextmanager
def started(
    image: Image, container: Any, config: Any, claims: Claims, secrets: Secrets
) -> Iterator[Pod]:
    """Gives a pod with its environment and volumes, and takes it away.

    Args:
        image: What is in it.
        container: As the spec has it, for the environment.
        config: What the platform spec says of it: volumes, and secrets in the environment.
        claims: The volumes of the cluster, by claim.
        secrets: The secrets of the cluster.

    Raises:
        CannotStart: a volume or a secret is not in the cluster.
    """
    variables = {variable.name: variable.value for variable in container.env}
    variables |= _of_secrets(config, secrets)
    disk = Path(tempfile.mkdtemp(prefix="pod-"))
    try:
        for name in ("root", "work", "home", "tmp"):
            (disk / name).mkdir()
        with contextlib.ExitStack() as mounts:
            for mount in config.pvc_mount:
                mounts.enter_context(_mounted(mount, claims))
            yield Pod(disk, image, variables)
    finally:
        shutil.rmtree(disk, ignore_errors=True)


def _of_secrets(config: Any, secrets: Secrets) -> dict[str, str]:
    variables = {}
    for secret in config.secret_as_env:
        name = secret.secret_name_parameter.runtime_value.constant.string_value
        for entry in secret.key_to_env:
            try:
                variables[entry.env_var] = secrets[name or secret.secret_name][entry.secret_key]
            except KeyError as missing:
                if not secret.optional:
                    raise CannotStart(f"secret {name}: {missing} not found") from None
    return variables


@contextlib.contextmanager
def _mounted(mount: Any, claims: Claims) -> Iterator[None]:
    claim = mount.pvc_name_parameter.runtime_value.constant.string_value or mount.constant
    if claim not in claims:
        raise CannotStart(f'persistentvolumeclaim "{claim}" not found')
    path = Path(mount.mount_path)
    if path.exists():
        msg = f"{path} is a folder of this machine: compile with a mount below a temporary folder"
        raise CannotStart(msg)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(claims[claim] / mount.sub_path, target_is_directory=True)
    try:
        yield
    finally:
        path.unlink()
