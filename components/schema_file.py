"""The curated schema's file: found, checked, and known by its content."""

import hashlib
from collections.abc import Collection
from pathlib import Path

from tensorflow_metadata.proto.v0 import schema_pb2

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


def without(contract: schema_pb2.Schema, columns: Collection[str]) -> schema_pb2.Schema:
    """Returns a copy without the entries of columns that no step is to see."""
    copy = schema_pb2.Schema()
    copy.CopyFrom(contract)
    del copy.feature[:]
    copy.feature.extend(entry for entry in contract.feature if entry.name not in columns)
    return copy
