"""Which versions of a model there are."""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import overload

from registry import record as records
from registry.bucket import BucketPath
from registry.errors import RegistryError
from registry.places import Base
from registry.record import RECORD, Record

SAVED_MODEL = "saved_model.pb"
WARM_UP_FILE = "assets.extra/tf_serving_warmup_requests"
"""Below a version's folder, where TF Serving looks for requests to replay while it loads it."""


@overload
def version_dir(base: Path, model: str, version: int) -> Path: ...
@overload
def version_dir(base: Base, model: str, version: int) -> Base: ...
def version_dir(base: Base, model: str, version: int) -> Base:
    """The folder of a version."""
    return base / model / str(version)


def versions(base: Base, model: str) -> list[int]:
    """Returns the pushed versions, ascending.

    A folder counts if its name is a positive integer and it holds a SavedModel; TF Serving goes by
    the same names.
    """
    names = _whole(base / model)
    return sorted(int(name) for name in names if name.isdecimal() and int(name) > 0)


def _whole(folder: Base) -> Iterable[str]:
    """The folders in it that hold a SavedModel."""
    if isinstance(folder, BucketPath):
        places = (name.split("/", 1) for name in folder.files())
        return [place[0] for place in places if place[1:] == [SAVED_MODEL]]
    if not folder.is_dir():
        return []
    return [path.name for path in folder.iterdir() if path.name.isdecimal() and is_whole(path)]


def is_whole(version: Path) -> bool:
    """Whether a version's folder holds a model. Versions appear by one rename, or not at all."""
    return (version / SAVED_MODEL).is_file()


def read_record(base: Base, model: str, version: int) -> Record:
    """Returns where a version came from.

    Raises:
        RegistryError: it has no readable record.
    """
    return records.read(version_dir(base, model, version) / RECORD)


def version_of_digest(base: Base, model: str, digest: str) -> int:
    """Returns the newest version with the given content digest by its record; 0 if none has it."""
    for version in reversed(versions(base, model)):
        # Versions that others put there have no record, and are no copies of ours.
        with contextlib.suppress(RegistryError):
            if read_record(base, model, version).digest == digest:
                return version
    return 0
