"""A place in a bucket, as far as the registry needs one: what stands there, and how it changes.

An object appears and changes at once, or not at all. There is no rename, and no folder: a folder is
what the names of objects begin with.
"""

import dataclasses
import errno
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from registry.errors import StorageError
from registry.storage import explained, file_system, key_of, require_bucket


@dataclass(frozen=True)
class Object:
    """What a listing says of an object.

    Attributes:
        size: In bytes.
        changed: When it was written, by the store's clock.
    """

    size: int
    changed: datetime


@dataclass(frozen=True)
class BucketPath:
    """An object, or what is below a name.

    Reading something that is not there raises FileNotFoundError, as reading a file does; every
    other failure is a `StorageError`.

    Attributes:
        uri: Without a slash at its end.
    """

    uri: str

    def __truediv__(self, name: str) -> "BucketPath":
        """The place below this one."""
        return dataclasses.replace(self, uri=f"{self.uri}/{name}")

    def __str__(self) -> str:
        """The URI."""
        return self.uri

    @property
    def name(self) -> str:
        """The last part of the URI."""
        return self.uri.rpartition("/")[2]

    @property
    def _key(self) -> str:
        return key_of(self.uri)

    @property
    def _store(self) -> Any:
        return file_system(self.uri)

    def read_bytes(self) -> bytes:
        """What stands in the object."""
        with explained(self.uri):
            content: bytes = self._store.cat_file(self._key)
        return content

    def read_text(self, encoding: str) -> str:
        """What stands in the object, as text."""
        return self.read_bytes().decode(encoding)

    def sha256(self) -> str:
        """In hex, of what the store gives back."""
        with explained(self.uri), self._store.open(self._key, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def files(self) -> Mapping[str, Object]:
        """All objects below, by their names from here; one listing."""
        start = f"{self._key}/"
        with explained(self.uri):
            found = self._store.find(self._key, detail=True)
        return {
            name.removeprefix(start): Object(
                entry["size"], entry.get("LastModified") or entry["mtime"]
            )
            for name, entry in found.items()
            if name.startswith(start)
        }

    def write(self, content: bytes) -> None:
        """Puts the object there, in place of any that is."""
        with explained(self.uri):
            self._store.pipe_file(self._key, content)

    def upload(self, source: Path) -> None:
        """Puts a file there."""
        with explained(self.uri):
            self._store.put_file(str(source), self._key)

    def download(self, target: Path) -> None:
        """Copies all that is below into a folder."""
        for name in self.files():
            source, place = self / name, target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            with explained(source.uri):
                self._store.get_file(source._key, str(place))

    def remove(self) -> None:
        """Removes the object; it need not be there."""
        with explained(self.uri):
            try:
                self._store.rm_file(self._key)
            except FileNotFoundError:
                return

    def edition(self) -> str:
        """Tells what stands there from all that stood or will stand there; empty for nothing."""
        with explained(self.uri):
            try:
                entry = self._store.info(self._key)
            except FileNotFoundError:
                return ""
        return str(entry.get("ETag") or entry.get("generation") or "")

    def replace(self, content: bytes, edition: str) -> None:
        """Puts the object there, unless another edition is there than the one that was seen.

        A store that knows no such condition puts it there in any case.

        Raises:
            StorageError: another edition is there.
        """
        with explained(self.uri):
            try:
                if self.uri.startswith("gs://"):
                    _replace_in_gcs(self._store, self._key, content, edition)
                else:
                    _replace_in_s3(self._store, self._key, content, edition)
            except FileExistsError as error:
                msg = f"{self.uri}: another process has changed it just now; try again"
                raise StorageError(msg) from error


def bucket_path(uri: str) -> BucketPath:
    """Returns the place of a URI, in a bucket that is there.

    Raises:
        StorageError: it is not, or may not be read.
    """
    require_bucket(uri)
    return BucketPath(uri.rstrip("/"))


def _replace_in_s3(store: Any, key: str, content: bytes, edition: str) -> None:
    condition: dict[str, str] = {"IfMatch": edition} if edition else {"IfNoneMatch": "*"}
    try:
        store.pipe_file(key, content, **condition)
    except OSError as error:
        told = getattr(error.__cause__, "response", {}).get("Error", {}).get("Code")
        if told in ("PreconditionFailed", "ConditionalRequestConflict", "412"):
            raise FileExistsError(key) from error
        if error.errno != errno.ENOSYS:
            raise
        store.pipe_file(key, content)


def _replace_in_gcs(store: Any, key: str, content: bytes, edition: str) -> None:
    bucket, _, name = key.partition("/")
    # gcsfs asks for "none is there" only, and not for a generation.
    address = f"{store.base.removesuffix('/storage/v1/')}/upload/storage/v1/b/{quote(bucket)}/o"
    store.call(
        "POST",
        address,
        uploadType="media",
        name=name,
        ifGenerationMatch=edition or "0",
        data=content,
        headers={"Content-Type": "application/octet-stream"},
    )
