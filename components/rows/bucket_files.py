"""Input files in a bucket: found, read a stretch at a time, or copied to this machine."""

import contextlib
import glob
import io
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast

from components.errors import InputError
from registry import StorageError
from registry.storage import explained, file_system, key_of, require_bucket


def objects(pattern: str) -> Mapping[str, Mapping[str, Any]]:
    """Returns what a URI or glob means: the URIs of the objects, and what is known of each.

    Raises:
        InputError: the store does not answer, or has no such bucket.
    """
    with _as_input_errors(pattern):
        found = _objects(file_system(pattern), key_of(pattern))
        if not found:
            # A bucket that is not there has no objects either.
            require_bucket(pattern)
    scheme = pattern.partition("://")[0]
    return {f"{scheme}://{name}": entry for name, entry in found.items() if _is_file(name, entry)}


def edition_of(entry: Mapping[str, Any]) -> str:
    """What changes with the content of an object, as far as the store says it."""
    return str(entry.get("md5Hash") or entry.get("ETag") or entry.get("generation") or "")


def changed_at(entry: Mapping[str, Any]) -> float:
    """When an object changed last, in seconds since 1970."""
    changed = entry.get("LastModified") or entry.get("mtime")
    return changed.timestamp() if changed else 0.0


def open_object(uri: str) -> BinaryIO:
    """Opens an object; what is read of it, and a stretch beyond, is fetched.

    Raises:
        InputError: it is not there, or may not be read.
    """
    with _as_input_errors(uri):
        file = file_system(uri).open(key_of(uri), "rb")
    return cast(BinaryIO, _Reader(uri, file))


@contextlib.contextmanager
def at_hand(uri: str) -> Iterator[str]:
    """A copy of an object as a file of this machine, for the length of the `with` block.

    Raises:
        InputError: it is not there, or may not be read.
    """
    with tempfile.NamedTemporaryFile(prefix="tfxp-") as copy:
        with _as_input_errors(uri):
            file_system(uri).get_file(key_of(uri), copy.name)
        yield copy.name


class _Reader(io.RawIOBase):
    """An object that is being read; its errors are ours."""

    def __init__(self, uri: str, file: Any) -> None:
        super().__init__()
        self._uri = uri
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        with _as_input_errors(self._uri):
            content: bytes = self._file.read(size)
        return content

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def close(self) -> None:
        self._file.close()
        super().close()


def _objects(store: Any, key: str) -> Mapping[str, Mapping[str, Any]]:
    with contextlib.suppress(FileNotFoundError):
        return {key: store.info(key)}
    if glob.has_magic(key):
        with contextlib.suppress(FileNotFoundError):
            matches: Mapping[str, Mapping[str, Any]] = store.glob(key, detail=True)
            return matches
    return {}


def _is_file(name: str, entry: Mapping[str, Any]) -> bool:
    # Some tools keep an empty object in place of a folder.
    return entry["type"] == "file" and not name.endswith("/")


@contextlib.contextmanager
def _as_input_errors(uri: str) -> Iterator[None]:
    try:
        with explained(uri):
            yield
    except StorageError as error:
        raise InputError(str(error)) from error
    except FileNotFoundError as error:
        msg = f"{uri}: it is not there; expected a readable file"
        raise InputError(msg) from error
