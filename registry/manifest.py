"""Checksums of a model's files: what was copied is what arrived, and the same is the same."""

import hashlib
import json
from pathlib import Path

from registry.errors import VersionRefused
from registry.record import RECORD

MANIFEST = "manifest.json"
_OURS = frozenset({RECORD, MANIFEST})


def checksums(model: Path) -> dict[str, str]:
    """Returns the SHA-256, in hex, of every file of a SavedModel, by its path in the model.

    Our own record and manifest are no part of the model.
    """
    return {
        path.relative_to(model).as_posix(): _sha256(path)
        for path in sorted(model.rglob("*"))
        if path.is_file() and path.relative_to(model).as_posix() not in _OURS
    }


def digest(model: Path) -> str:
    """Returns the content digest of a SavedModel: equal for equal files, wherever they are."""
    return digest_of(checksums(model))


def digest_of(sums: dict[str, str]) -> str:
    """The digest that belongs to the files' checksums."""
    return hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()


def manifest_of(sums: dict[str, str]) -> str:
    """The manifest as it stands in its file."""
    return json.dumps(sums, indent=2, sort_keys=True) + "\n"


def require_intact(version: Path, place: str = "") -> None:
    """Compares a pushed version's files with the manifest that was written with it.

    Args:
        version: Its folder.
        place: That it is a copy of, for the message.

    Raises:
        VersionRefused: a file is missing, changed or too many; or there is no manifest.
    """
    place = place or str(version)
    try:
        expected = json.loads((version / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{place}/{MANIFEST}: {error}; push the model again"
        raise VersionRefused(msg) from error
    there = checksums(version)
    wrong = sorted(
        name for name in expected.keys() | there.keys() if expected.get(name) != there.get(name)
    )
    if wrong:
        msg = (
            f"{place}: {', '.join(wrong)}: not as pushed, by the checksums of {MANIFEST}; "
            "restore the version from a copy, or push the model again"
        )
        raise VersionRefused(msg)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
