"""Which code made a model: the sources of the steps that ran."""

import hashlib
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[1]
_ROOMS = ("components", "registry", "schema")


def code_fingerprint() -> str:
    """Returns the first 16 hex digits of the SHA-256 over the Python sources of the steps."""
    digest = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((_PROJECT / room).rglob("*.py")):
            digest.update(f"{path.relative_to(_PROJECT).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
