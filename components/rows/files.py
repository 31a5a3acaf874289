"""Input files on this machine, in a bucket, or on any file system that Beam knows."""

import contextlib
import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from components.errors import InputError
from registry.storage import is_bucket

Format = Literal["csv", "parquet", "tfrecord"]


@dataclass(frozen=True, order=True)
class File:
    """A file as it was found.

    Attributes:
        path: Absolute, or a URI.
        size: In bytes.
        changed: When it changed last, in seconds since 1970; 0 where the file system cannot tell.
        edition: In a bucket, what the store says of its content; empty where nobody says.
    """

    path: str
    size: int
    changed: float
    edition: str = ""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


def is_local(path: str) -> bool:
    """Whether the path is one of this machine."""
    return "://" not in path


def open_binary(path: str) -> BinaryIO:
    """Opens a file to be read, byte for byte; compression is left to the reader.

    Raises:
        InputError: it is not there, or may not be read.
    """
    try:
        if is_local(path):
            return open(path, "rb")
        if is_bucket(path):
            # What speaks to a bucket takes a while to import, and most files are local.
            from components.rows.bucket_files import open_object

            return open_object(path)
        from apache_beam.io.filesystem import CompressionTypes
        from apache_beam.io.filesystems import FileSystems

        return FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)
    except (OSError, ValueError) as error:
        msg = f"{path}: {getattr(error, 'strerror', None) or error}; expected a readable file"
        raise InputError(msg) from error


def found(pattern: str) -> list[File]:
    """Returns the files that a path or glob means, sorted by path; none is an empty list.

    Args:
        pattern: A path, or one with `*`, `?` and `[...]`; `**` is any depth, on this machine and
            in a bucket.

    Raises:
        InputError: the file system is not known here, or does not answer.
    """
    if is_local(pattern):
        return sorted(_local(pattern))
    return sorted(_in_bucket(pattern) if is_bucket(pattern) else _remote(pattern))


def at_hand(path: str) -> contextlib.AbstractContextManager[str]:
    """The file as TensorFlow can read it, for the length of a `with` block.

    Raises:
        InputError: it is not there, or may not be read.
    """
    if not is_bucket(path):
        return contextlib.nullcontext(path)
    from components.rows import bucket_files

    return bucket_files.at_hand(path)


def _local(pattern: str) -> Iterator[File]:
    # A file whose own name looks like a glob is meant as it is.
    # With two `**` a glob finds a file as often as there are ways to it.
    names = {pattern} if Path(pattern).is_file() else set(glob.glob(pattern, recursive=True))
    for name in names:
        if os.path.isfile(name):
            status = os.stat(name)
            yield File(os.path.abspath(name), status.st_size, status.st_mtime_ns / 1e9)


def _in_bucket(pattern: str) -> Iterator[File]:
    from components.rows.bucket_files import changed_at, edition_of, objects

    for uri, entry in objects(pattern).items():
        yield File(uri, entry["size"], changed_at(entry), edition_of(entry))


def _remote(pattern: str) -> Iterator[File]:
    # Beam takes seconds to import, and most files are local.
    from apache_beam.io.filesystem import BeamIOError
    from apache_beam.io.filesystems import FileSystems

    try:
        (match,) = FileSystems.match([pattern])
    except (BeamIOError, ValueError) as error:
        msg = f"{pattern}: {error}; expected a place that this machine can reach"
        raise InputError(msg) from error
    for entry in match.metadata_list:
        yield File(entry.path, entry.size_in_bytes, entry.last_updated_in_seconds or 0)
