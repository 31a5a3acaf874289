"""The curated schema's file: found, checked, and known by its content."""

import hashlib
from pathlib import Path

from components.errors import InputError
from components.locations import resolve


def schema_path(location: str) -> Path:
    """Returns the path of a schema file.

    Raises:
        InputError: there is no such file.
    """
    path = Path(resolve(location))
    if not path.is_file():
        msg = f"data.schema = {location!r}: no file at {path}; expected a schema in text format"
        raise InputError(msg)
    return path


def schema_fingerprint(location: str) -> str:
    """Returns the SHA-256 of the file's content, in hex.

    Raises:
        InputError: there is no such file.
    """
    return hashlib.sha256(schema_path(location).read_bytes()).hexdigest()
