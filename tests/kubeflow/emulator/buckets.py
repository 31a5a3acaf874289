"""Object stores, and what an artifact is in one.

A store knows keys, not folders: what a step leaves as a folder becomes one object a file, an empty
folder becomes nothing, and a step that left nothing at its path has nothing uploaded. KFP calls
none of these an error.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class Buckets(Protocol):
    """All buckets of a store; an object is named by `<bucket>/<key>`."""

    def names(self, prefix: str) -> list[str]:
        """The objects whose name is `prefix`, or below it as below a folder."""

    def get(self, name: str, path: Path) -> None:
        """Copies an object to a file."""

    def put(self, path: Path, name: str) -> None:
        """Copies a file to an object."""


@dataclass(frozen=True)
class Folder:
    """A folder of this machine in which each bucket is one."""

    path: Path

    def names(self, prefix: str) -> list[str]:
        place = self.path / prefix
        files = [place] if place.is_file() else [f for f in place.rglob("*") if f.is_file()]
        return sorted(str(file.relative_to(self.path)) for file in files)

    def get(self, name: str, path: Path) -> None:
        shutil.copyfile(self.path / name, path)

    def put(self, path: Path, name: str) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, self.path / name)


@dataclass(frozen=True)
class Remote:
    """A server that speaks S3 or GCS, by its fsspec file system."""

    files: Any

    def names(self, prefix: str) -> list[str]:
        return sorted(self.files.find(prefix))

    def get(self, name: str, path: Path) -> None:
        self.files.get_file(name, str(path))

    def put(self, path: Path, name: str) -> None:
        self.files.put_file(str(path), name)


def download(buckets: Buckets, uri: str, path: Path) -> None:
    """Copies an artifact; if there is no object, there is no path afterwards either."""
    prefix = _name(uri)
    for name in buckets.names(prefix):
        file = path / name.removeprefix(prefix).lstrip("/") if name != prefix else path
        file.parent.mkdir(parents=True, exist_ok=True)
        buckets.get(name, file)


def upload(buckets: Buckets, path: Path, uri: str) -> None:
    """Copies what a step left at a path.

    Raises:
        OSError: a file cannot be read; so it is with a link to a folder: KFP takes it for one.
    """
    if not path.is_dir():
        if path.exists():
            buckets.put(path, _name(uri))
        return
    for file, below in _files(path, ""):
        buckets.put(file, f"{_name(uri)}/{below}")


def _files(folder: Path, below: str) -> Iterator[tuple[Path, str]]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path), f"{below}{entry.name}/")
        else:
            yield Path(entry.path), f"{below}{entry.name}"


def _name(uri: str) -> str:
    return uri.partition("://")[2].rstrip("/")
