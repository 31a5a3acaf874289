"""Runs commands in an image, by Docker or by buildah."""

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imaging.building import Builder

# buildah knows the entry point as a fact to write down, not as one to run.
START = "/app/kubeflow/imaging/start.sh"


@dataclass(frozen=True)
class Image:
    """An image that is here, and the program that has it."""

    builder: Builder
    name: str

    def run(
        self,
        *words: str,
        user: str | None = None,
        volumes: Mapping[Path, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command in a new container, through the image's entry point.

        Args:
            words: The command.
            user: UID:GID, instead of the image's.
            volumes: Folders of this machine, and where they are mounted.
        """
        with self.started([START, *words], user=user, volumes=volumes or {}) as command:
            return _run(*command)

    @contextlib.contextmanager
    def started(
        self,
        words: Sequence[str],
        *,
        user: str | None = None,
        volumes: Mapping[Path, str],
        environment: Mapping[str, str] | None = None,
    ) -> Iterator[list[str]]:
        """Yields the command that runs `words`, without an entry point, in a new container."""
        options = ["--user", user] if user else []
        for folder, place in volumes.items():
            options += ["--volume", f"{folder}:{place}"]
        for name, value in (environment or {}).items():
            options += ["--env", f"{name}={value}"]
        path = self.builder.path
        if self.builder.name == "docker":
            first, *rest = words
            options += ["--network", "host", "--entrypoint", first]
            yield [path, "run", "--rm", *options, self.name, *rest]
            return
        container = _run(path, "from", "--pull-never", self.name).stdout.strip()
        try:
            yield [path, "run", "--isolation", "chroot", *options, container, "--", *words]
        finally:
            _run(path, "rm", container)


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    # What this machine's environment says is not for containers.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
