"""Which files a location means, and whether they have changed."""

import glob
import hashlib
import os
from pathlib import Path

from components.errors import InputError
from components.locations import resolve

_READ_WHOLE_BYTES = 256 * 2**20
_CHUNK_BYTES = 2**20


def input_files(location: str) -> list[Path]:
    """Returns the CSV files of a location, sorted by name.

    Args:
        location: A file, a folder (all that is in it, but for names that begin with `.` or `_`),
            or a glob; see `components.locations`.

    Raises:
        InputError: there is no such file, or the folder holds something that is no CSV file.
    """
    place = resolve(location)
    if "://" in place:
        msg = f"data.input = {location!r}: not a place of this machine; expected a local path"
        raise InputError(msg)
    path = Path(place)
    if path.is_dir():
        found = _in_folder(path, location)
        expected = "a file *.csv in this folder"
    elif path.exists():
        found, expected = [path], ""
    else:
        found = sorted(Path(name) for name in glob.glob(place) if Path(name).is_file())
        expected = "a file, a folder or a glob that matches one"
    if not found:
        msg = f"data.input = {location!r}: nothing found at {path}; expected {expected}"
        raise InputError(msg)
    return found


def input_fingerprint(location: str) -> str:
    """Returns a digest that changes when a file of the location changes, comes or goes.

    Up to 256 MiB of files count by their content, more by name, size and time of change.

    Raises:
        InputError: there is no such file, or one cannot be read.
    """
    files = input_files(location)
    by_content = sum(path.stat().st_size for path in files) <= _READ_WHOLE_BYTES
    digest = hashlib.sha256()
    for path in files:
        identity = _content(path) if by_content else _size_and_time(path)
        digest.update(f"{path.name}\0{identity}\n".encode())
    return digest.hexdigest()


def _in_folder(folder: Path, location: str) -> list[Path]:
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] not in "._")
    for path in files:
        # Passed over in silence, its rows would be lost.
        if path.suffix.lower() != ".csv":
            msg = (
                f"data.input = {location!r}: {path} is no CSV file; "
                "move it away, or name the files with a glob such as '*.csv'"
            )
            raise InputError(msg)
    return files


def _size_and_time(path: Path) -> str:
    status = os.stat(path)
    return f"{status.st_size} {status.st_mtime_ns}"


def _content(path: Path) -> str:
    content = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                content.update(chunk)
    except OSError as error:
        msg = f"{path}: {error.strerror}; expected a readable file"
        raise InputError(msg) from error
    return content.hexdigest()
