"""Runs the builder of images that is there: Docker, or buildah, which needs no daemon."""

import collections
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.errors import UserError

__all__ = ["BuildFailed", "Builder", "NoBuilder", "Wanted", "cause", "find_builder"]

_DOCKERFILE = "kubeflow/Dockerfile"


class NoBuilder(UserError):
    """Neither Docker nor buildah can be used here."""

    exit_code = 2


class BuildFailed(UserError):
    """The builder gave up; its last words say why."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The image to build.

    Attributes:
        tag: Its name.
        arguments: The Dockerfile's arguments that are not to have their defaults.
        certificates: A file of authorities to trust while packages are fetched.
    """

    tag: str
    arguments: Mapping[str, str]
    certificates: Path | None = None


@dataclass(frozen=True)
class Builder:
    """A program that builds images, by its path."""

    name: str
    path: str

    def command(self, wanted: Wanted) -> list[str]:
        """The command that builds the image from the folder of the project."""
        # Where buildah runs in a container itself, only this isolation needs no more rights.
        own = ["--isolation", "chroot", "--layers"] if self.name == "buildah" else []
        command = [self.path, "build", *own, "--file", _DOCKERFILE, "--tag", wanted.tag]
        for name, value in wanted.arguments.items():
            command += ["--build-arg", f"{name}={value}"]
        if wanted.certificates:
            command += ["--secret", f"id=certificates,src={wanted.certificates}"]
        return [*command, "."]

    def build(self, wanted: Wanted, project: Path, show: Callable[[str], None]) -> None:
        """Builds the image; every line of the builder goes to `show`.

        Raises:
            BuildFailed: With the builder's own word on the cause.
        """
        environ = {**os.environ, "DOCKER_BUILDKIT": "1", "BUILDKIT_PROGRESS": "plain"}
        last: collections.deque[str] = collections.deque(maxlen=40)
        with subprocess.Popen(
            self.command(wanted),
            cwd=project,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            assert process.stdout
            for line in process.stdout:
                show(line)
                last.append(line.strip())
        if process.returncode:
            raise BuildFailed(f"{self.name} could not build {wanted.tag}: {cause(last)}")

    @contextmanager
    def saved(self, tag: str) -> Iterator[IO[bytes]]:
        """The image as a stream in Docker's archive format.

        Raises:
            BuildFailed: There is no such image.
        """
        inspect, save = {
            "docker": (["image", "inspect", tag], ["save", tag]),
            "buildah": (
                ["inspect", "--type", "image", tag],
                ["push", "--quiet", tag, "docker-archive:/dev/stdout"],
            ),
        }[self.name]
        found = subprocess.run([self.path, *inspect], capture_output=True, check=False)
        if found.returncode:
            raise BuildFailed(f"{self.name} has no image {tag!r}; build it: make image")
        with subprocess.Popen([self.path, *save], stdout=subprocess.PIPE) as process:
            assert process.stdout
            yield process.stdout
            # Padding after the last file.
            process.stdout.read()


def cause(lines: Sequence[str]) -> str:
    """The line that says why: an error in our own words, else in pip's, else the last line."""
    for mark in ("error: ", "ERROR: "):
        for line in reversed(lines):
            _, found, text = line.partition(mark)
            # A builder repeats the command that failed, in which our texts stand in quotes.
            if found and f'"{mark}' not in line:
                return text
    return next((line for line in reversed(lines) if line), "it said nothing")


def find_builder(name: str | None = None) -> Builder:
    """The builder of that name, or the first of Docker and buildah that can be used.

    Raises:
        NoBuilder: There is none; says what was tried.
    """
    tried = []
    for candidate in (name,) if name else ("docker", "buildah"):
        path = shutil.which(candidate)
        if not path:
            tried.append(f"{candidate} is not installed")
        elif candidate == "docker" and not _docker_answers(path):
            tried.append(f"{path} has no daemon to talk to")
        else:
            return Builder(candidate, path)
    raise NoBuilder(
        f"no builder of images: {'; '.join(tried)}. Install Docker or, without a daemon, buildah: "
        "apt-get install buildah"
    )


def _docker_answers(path: str) -> bool:
    answer = subprocess.run([path, "info"], capture_output=True, check=False, timeout=60)
    return answer.returncode == 0
