"""Removing old versions: none that has a label, that is loaded, or that one may go back to."""

import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry import history
from registry.bucket import BucketPath
from registry.bucket_versions import remove_from_bucket
from registry.errors import RegistryError
from registry.labels import STABLE, labels
from registry.lock import rollout_lock
from registry.models_config import read_entry
from registry.places import Base
from registry.server import END, Server, connected
from registry.telling import Say
from registry.versions import read_record, version_dir, versions

# TF Serving looks only at folders whose name is an integer.
_REMOVED = ".removed-"


@dataclass(frozen=True)
class Tidied:
    """What a removal did, or would do.

    Attributes:
        removed: Version to the bytes of its files.
        kept: Version to why it is kept.
    """

    removed: Mapping[int, int]
    kept: Mapping[int, str]


def remove_old(
    base: Base, model: str, keep: int, server: Server | None, say: Say, *, is_trial: bool = False
) -> Tidied:
    """Removes all versions but the newest and those that somebody needs.

    A version goes by one rename, to a name that the server ignores, before its files are deleted.

    Args:
        base: The model base directory.
        model: The model's name.
        keep: How many of the newest are kept in any case; at least 1.
        server: That is asked what it has loaded; None asks nobody.
        say: Takes a line for whoever waits.
        is_trial: Removes nothing.

    Raises:
        RegistryError: the directory cannot be used, or the server does not answer.
    """
    with rollout_lock(base, model, say) as still_held:
        there = versions(base, model)
        reasons = _needed(base, model, server)
        newest = there[-max(keep, 1) :]
        kept = {
            version: reasons.get(version) or "one of the newest"
            for version in there
            if version in reasons or version in newest
        }
        sizes = {
            version: _size(version_dir(base, model, version))
            for version in there
            if version not in kept
        }
        still_held()
        if not is_trial:
            _remove(base / model, sizes)
        return Tidied(sizes, kept)


def _remove(folder: Base, gone: Iterable[int]) -> None:
    if isinstance(folder, BucketPath):
        remove_from_bucket(folder, gone)
        return
    try:
        for version in gone:
            place = folder / f"{_REMOVED}{version}-{secrets.token_hex(4)}"
            (folder / str(version)).rename(place)
        # Also those that a killed removal left.
        for place in folder.glob(f"{_REMOVED}*"):
            shutil.rmtree(place)
    except OSError as error:
        msg = f"{error.filename}: {error.strerror or error}; let this user write there"
        raise RegistryError(msg) from error


def _needed(base: Base, model: str, server: Server | None) -> dict[int, str]:
    """Versions that must stay, and why; the strongest reason of each."""
    needed = {}
    if server is not None:
        with connected(server) as connection:
            for version, state in connection.states(model).items():
                if state.name != END:
                    needed[version] = f"{state.name} in the server"
    needed |= {version: "to be loaded" for version in read_entry(base, model).versions}
    named = labels(base, model)
    stable = named.get(STABLE, 0)
    if stable in versions(base, model):
        compared = read_record(base, model, stable).baseline_version
        needed[compared] = f"version {stable} was compared with it"
        for move in history.moves(base, model, STABLE)[:1]:
            needed[move.before] = "stable before"
    for label, version in sorted(named.items()):
        needed[version] = label
    return needed


def _size(folder: Base) -> int:
    if isinstance(folder, BucketPath):
        return sum(found.size for found in folder.files().values())
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
