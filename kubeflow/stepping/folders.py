"""What an object store loses of a folder, and a launcher may fail to bring: kept and compared.

An object store has files and no folders: a folder without files is gone at the next step.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from stepping.errors import StepError


@dataclass(frozen=True)
class Contents:
    """What was in an artifact's folder when its step ended.

    Attributes:
        files: How many files.
        empty: Folders without anything in them, relative paths.
    """

    files: int
    empty: list[str] = field(default_factory=list)


def contents(path: Path) -> Contents:
    """Looks into a folder, or at a file.

    Raises:
        OSError: it may not be read.
    """
    if path.is_file():
        return Contents(1)
    count, empty = 0, []
    for folder, inner, files in os.walk(path, onerror=_raise):
        count += len(files)
        if not inner and not files and Path(folder) != path:
            empty.append(str(Path(folder).relative_to(path)))
    return Contents(count, sorted(empty))


def complete(what: str, path: Path, uri: str, was: Contents | None) -> None:
    """Sees to it that an input is there as its step left it, empty folders included.

    Args:
        what: The input in words, for the message.
        path: Where the launcher brings it.
        uri: Where it comes from.
        was: What its step left; None when that is not known.

    Raises:
        StepError: it is not there, not all of it, or may not be read.
    """
    try:
        if was is not None and was.files == 0:
            path.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            raise StepError(f"{what}: nothing is at {path}; KFP's launcher did not bring {uri}")
        found = contents(path).files
        if was is not None and found != was.files:
            raise StepError(
                f"{what}: {found} files are at {path}, {was.files} were written; "
                f"something has changed {uri} since, or KFP's launcher did not bring all of it"
            )
        for folder in was.empty if was is not None else []:
            (path / folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StepError(f"{what}: {path} cannot be read: {error.strerror}") from error


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
