"""Which versions of a base path are to be served: its folders, and the policy."""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never


@dataclass(frozen=True)
class Latest:
    """The largest versions, so many."""

    count: int = 1


@dataclass(frozen=True)
class All:
    """Every version."""


@dataclass(frozen=True)
class Specific:
    """These, as far as they are there."""

    versions: frozenset[int]


Policy = Latest | All | Specific

Fingerprint = tuple[tuple[str, int, int], ...]
"""Of each file of a version its path, its size in bytes and its time of change in nanoseconds."""


def versions_in(base_path: Path) -> dict[int, Path]:
    """Returns the folders whose name is a number, by that number.

    Raises:
        OSError: The folder cannot be read.
    """
    return {
        int(path.name): path
        for path in sorted(base_path.iterdir())
        if path.name.isascii() and path.name.isdecimal() and path.is_dir()
    }


def wanted(policy: Policy, found: Mapping[int, Path]) -> dict[int, Path]:
    """Of the versions found, those that the policy serves."""
    match policy:
        case Latest(count):
            return {version: found[version] for version in sorted(found)[-count:]}
        case All():
            return dict(found)
        case Specific(versions):
            return {version: found[version] for version in sorted(found) if version in versions}
    assert_never(policy)


def fingerprint(version: Path) -> Fingerprint:
    """Changes when a file of the version does; a version that failed may then be whole."""
    found: list[tuple[str, int, int]] = []
    # A folder that is taken away meanwhile ends the walk early, and is no error.
    for folder, _, names in os.walk(version):
        for path in (Path(folder, name) for name in names):
            with contextlib.suppress(OSError):
                state = path.stat()
                found.append((str(path.relative_to(version)), state.st_size, state.st_mtime_ns))
    return tuple(sorted(found))
