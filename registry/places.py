"""Where a model base directory is: a folder of this machine, or in a bucket."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from registry.bucket import BucketPath, bucket_path
from registry.storage import is_uri

Base = Path | BucketPath
"""The model base directory, or a place in it."""


def base_of(location: str) -> Base:
    """Returns the model base directory that a path or URI means.

    Raises:
        StorageError: there is no such store or bucket, or it may not be read.
    """
    return bucket_path(location) if is_uri(location) else Path(location)


@contextlib.contextmanager
def at_hand(folder: Base) -> Iterator[Path]:
    """The folder as one of this machine, for the length of the `with` block.

    What is in a bucket is copied, and is to be read only.

    Raises:
        StorageError: it cannot be read.
    """
    if isinstance(folder, Path):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="tfxp-") as place:
        folder.download(Path(place))
        yield Path(place)
