"""Which files a location means, and whether they have changed."""

import glob
import hashlib
import os
from pathlib import Path

from components.errors import InputError
from components.locations import resolve

_READ_WHOLE_BYTES = 64 * 2**20
_CHUNK_BYTES = 2**20


def input_files(location: str) -> list[Path]:
    """Returns the CSV files of a location, sorted by name.

    Args:
        location: A file, a folder (its `*.csv`), or a glob; see `components.locations`.

    Raises:
        InputError: there is no such file.
    """
    path = Path(resolve(location))
    if path.is_dir():
        found = sorted(path.glob("*.csv"))
        expected = "a file *.csv in this folder"
    elif path.exists():
        found, expected = [path], ""
    else:
        found = sorted(Path(name) for name in glob.glob(str(path)) if Path(name).is_file())
        expected = "a file, a folder or a glob that matches one"
    if not found:
        msg = f"data.input = {location!r}: nothing found at {path}; expected {expected}"
        raise InputError(msg)
    return found


def input_fingerprint(location: str) -> str:
    """Returns a digest that changes when a file of the location changes, comes or goes.

    Files of up to 64 MiB count by their content, larger ones by size and time of change.

    Raises:
        InputError: there is no such file, or one cannot be read.
    """
    digest = hashlib.sha256()
    for path in input_files(location):
        digest.update(f"{path.name}\0{_identity(path)}\n".encode())
    return digest.hexdigest()


def _identity(path: Path) -> str:
    status = os.stat(path)
    if status.st_size > _READ_WHOLE_BYTES:
        return f"{status.st_size} {status.st_mtime_ns}"
    content = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                content.update(chunk)
    except OSError as error:
        msg = f"{path}: {error.strerror}; expected a readable file"
        raise InputError(msg) from error
    return content.hexdigest()
