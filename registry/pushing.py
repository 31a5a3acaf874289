"""Pushing: a version is there as a whole or not at all, and never overwrites another."""

import contextlib
import dataclasses
import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from registry.bucket import BucketPath
from registry.bucket_versions import push_to_bucket
from registry.errors import RegistryError
from registry.labels import labels
from registry.manifest import MANIFEST, checksums, digest_of, manifest_of
from registry.places import Base
from registry.record import RECORD, Record
from registry.versions import is_whole

# TF Serving looks only at folders whose name is an integer.
_INCOMING = ".incoming-"
_LAST = ".last_version"


def push(source: Path, base: Base, model: str, record: Record) -> int:
    """Copies a SavedModel into the base directory as its next version.

    It is copied to a name that the server ignores, checked against the checksums of the source,
    and renamed; in a bucket, which has no rename, `bucket_versions` does it. Two pushers at once
    get two versions; a killed one leaves nothing that counts, and what it does leave is removed by
    the next.

    Args:
        source: Folder with `saved_model.pb`.
        base: The model base directory; made if it is not there.
        model: The model's name.
        record: Where it came from; version and digest are filled in here.

    Returns:
        The version: larger than any that was pushed before.

    Raises:
        RegistryError: the source is no SavedModel, or the directory cannot be written.
    """
    if not is_whole(source):
        msg = f"{source}: no saved_model.pb; nothing was pushed"
        raise RegistryError(msg)
    if isinstance(base, BucketPath):
        return push_to_bucket(source, base, model, record)
    folder = base / model
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(folder)
        with _incoming(folder) as incoming:
            sums = _copy(source, incoming)
            record = dataclasses.replace(record, digest=digest_of(sums))
            _write_synced(incoming / MANIFEST, manifest_of(sums))
            return _name(incoming, folder, base, model, record)
    except OSError as error:
        msg = (
            f"{folder}: {error.strerror or error}; nothing was pushed; "
            "make room, or let this user write there"
        )
        raise RegistryError(msg) from error


def _name(incoming: Path, folder: Path, base: Path, model: str, record: Record) -> int:
    """Gives the finished copy its version, by a rename that fails if another was faster."""
    while True:
        version = 1 + max(_used(folder), *labels(base, model).values(), 0)
        _write_synced(incoming / RECORD, dataclasses.replace(record, version=version).to_json())
        _sync(incoming)
        # Before the rename: whatever fails after it could no longer be told as "nothing pushed".
        _write_synced(incoming / _LAST, str(version))
        (incoming / _LAST).rename(folder / _LAST)
        try:
            incoming.rename(folder / str(version))
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            continue
        with contextlib.suppress(OSError):
            # It stands there in full; whether it outlives a power cut is all that is in doubt.
            _sync(folder)
        return version


def _used(folder: Path) -> int:
    """The largest version that was ever used here, also if it has been deleted since."""
    there = [int(path.name) for path in folder.iterdir() if path.name.isdecimal()]
    with contextlib.suppress(FileNotFoundError, ValueError):
        there.append(int((folder / _LAST).read_text(encoding="utf-8")))
    return max(there, default=0)


def _copy(source: Path, target: Path) -> dict[str, str]:
    expected = checksums(source)
    for name in expected:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, place)
        with place.open("rb") as file:
            os.fsync(file.fileno())
    # TF Serving expects the folder even when a model has no variables.
    (target / "variables").mkdir(exist_ok=True)
    arrived = checksums(target)
    if arrived != expected:
        wrong = sorted(name for name in expected if arrived.get(name) != expected[name])
        msg = f"{target}: {', '.join(wrong)} did not arrive as sent; nothing was pushed"
        raise RegistryError(msg)
    return expected


@contextlib.contextmanager
def _incoming(folder: Path) -> Iterator[Path]:
    """A folder to copy into, locked as long as its pusher lives, removed if it did not finish."""
    while True:
        place = folder / f"{_INCOMING}{secrets.token_hex(8)}"
        place.mkdir()
        # Until it is locked another pusher may take it for a leftover.
        try:
            lock = os.open(place, os.O_RDONLY)
        except FileNotFoundError:
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if place.exists():
            break
        os.close(lock)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(lock)


def _remove_leftovers(folder: Path) -> None:
    """Removes what killed pushers left; the system has dropped their locks."""
    for place in folder.glob(f"{_INCOMING}*"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            lock = os.open(place, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(place, ignore_errors=True)
            finally:
                os.close(lock)


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Makes the folder's own entries durable; a rename is worth no more than they are."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
