"""Versions in a bucket: pushed without a rename, and removed without one.

A version is there when its `saved_model.pb` is. So that object is written last and removed first.
Under a number that nobody else gets, marked as being worked on, a push writes the files, the
manifest and the record, reads them back, and then writes `saved_model.pb`.

What a killed process left under a number has a mark that does not count any more; the next push or
removal clears it away. Folders without a mark are not ours to clear.
"""

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from registry.bucket import BucketPath, Object
from registry.errors import RegistryError
from registry.labels import labels
from registry.lease import LOCKS, Lease, alive, held
from registry.manifest import MANIFEST, checksums, digest_of, manifest_of
from registry.record import RECORD, Record
from registry.versions import SAVED_MODEL

_LAST = ".last_version"
_NUMBERS = "numbers"
_AT_WORK = "version-"


def push_to_bucket(source: Path, base: BucketPath, model: str, record: Record) -> int:
    """As `registry.push`, to a base directory in a bucket.

    Raises:
        RegistryError: the store cannot be used, or does not give back what it was given; nothing
            was pushed.
    """
    sums = checksums(source)
    with _numbered(base, model) as (version, lease):
        place = base / model / str(version)
        record = dataclasses.replace(record, digest=digest_of(sums), version=version)
        try:
            for name in sums:
                if name != SAVED_MODEL:
                    (place / name).upload(source / name)
            (place / MANIFEST).write(manifest_of(sums).encode())
            (place / RECORD).write(record.to_json().encode())
            _require_arrived(place, {name: sums[name] for name in sums if name != SAVED_MODEL})
            lease.require()
            (place / SAVED_MODEL).upload(source / SAVED_MODEL)
            # Also that nobody took the others for leftovers meanwhile.
            _require_there(place, {*sums, MANIFEST, RECORD})
            _require_arrived(place, {SAVED_MODEL: sums[SAVED_MODEL]})
        except BaseException:
            with contextlib.suppress(RegistryError):
                _remove(place, place.files())
            raise
        return version


def remove_from_bucket(folder: BucketPath, gone: Iterable[int]) -> None:
    """Removes versions, and what killed processes left; by whoever holds the model's lock.

    Args:
        folder: Of the model.
        gone: Versions that are to go.

    Raises:
        RegistryError: the store cannot be used.
    """
    for version in gone:
        with held(_at_work(folder, version), "at work on the version"):
            place = folder / str(version)
            _remove(place, place.files())
    with held(folder / LOCKS / _NUMBERS, "taking a number") as lease:
        _clear(folder, folder.files(), lease)


@contextlib.contextmanager
def _numbered(base: BucketPath, model: str) -> Iterator[tuple[int, Lease]]:
    """A number that was never used, and the mark that somebody is at work on it."""
    folder = base / model
    with contextlib.ExitStack() as stack:
        with held(folder / LOCKS / _NUMBERS, "taking a number") as numbers:
            there = folder.files()
            _clear(folder, there, numbers)
            used = (_last(folder, there), *_numbers(there), *labels(base, model).values())
            version = 1 + max(used)
            at_work = held(_at_work(folder, version), "at work on the version")
            lease = stack.enter_context(at_work)
            numbers.require()
            (folder / _LAST).write(str(version).encode())
        yield version, lease


def _at_work(folder: BucketPath, version: int) -> BucketPath:
    return folder / LOCKS / f"{_AT_WORK}{version}"


def _last(folder: BucketPath, there: Mapping[str, Object]) -> int:
    if _LAST not in there:
        return 0
    with contextlib.suppress(FileNotFoundError, ValueError):
        return int((folder / _LAST).read_text(encoding="utf-8"))
    return 0


def _numbers(there: Mapping[str, Object]) -> Iterator[int]:
    """All that is in use: as a folder, or as a mark that somebody is at work."""
    for name in there:
        first, *rest = name.removeprefix(f"{LOCKS}/{_AT_WORK}").split("/")
        if rest and first.isdecimal():
            yield int(first)


def _clear(folder: BucketPath, there: Mapping[str, Object], lease: Lease) -> None:
    """Removes what is under the numbers on which somebody was at work who is dead."""
    marks: dict[str, list[str]] = {}
    for name in there:
        if name.startswith(f"{LOCKS}/{_AT_WORK}"):
            marks.setdefault(name.split("/")[1], []).append(name)
    for holder, names in marks.items():
        if alive({name: there[name] for name in names}, lease.now):
            continue
        version = holder.removeprefix(_AT_WORK)
        if f"{version}/{SAVED_MODEL}" not in there:
            _remove(
                folder / version,
                [n.removeprefix(f"{version}/") for n in there if n.startswith(f"{version}/")],
            )
        for name in names:
            (folder / name).remove()


def _remove(place: BucketPath, names: Iterable[str]) -> None:
    """Removes the objects of a version, the one that makes it count first."""
    for name in sorted(names, key=lambda name: name != SAVED_MODEL):
        (place / name).remove()


def _require_arrived(place: BucketPath, sums: Mapping[str, str]) -> None:
    wrong = sorted(name for name, expected in sums.items() if _sum(place / name) != expected)
    if wrong:
        msg = f"{place}: {', '.join(wrong)} did not arrive as sent; nothing was pushed"
        raise RegistryError(msg)


def _sum(place: BucketPath) -> str:
    try:
        return place.sha256()
    except FileNotFoundError:
        return ""


def _require_there(place: BucketPath, names: set[str]) -> None:
    lost = sorted(names - set(place.files()))
    if lost:
        msg = f"{place}: {', '.join(lost)}: gone while it was pushed; nothing was pushed"
        raise RegistryError(msg)
