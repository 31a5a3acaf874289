"""Object stores: which there are, the way to them, and what is wrong when there is none.

| URI        | store                             | found by                                    |
| ---------- | --------------------------------- | ------------------------------------------- |
| `s3://`    | Amazon S3, or one that speaks so  | `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`   |
| `minio://` | the same, as Kubeflow names it    | the same; else its service, `minio-service` |
| `gs://`    | Google Cloud Storage              | `STORAGE_EMULATOR_HOST`                     |

The libraries that speak to them are imported when the first URI is met.
"""

import contextlib
import re
import sys
from collections.abc import Iterator
from typing import Any

from registry.errors import StorageError
from registry.object_stores import endpoint_of, store_of

SCHEMES = ("s3", "minio", "gs")

_GLOB = re.compile(r"[*?\[]")
# What the libraries raise, as far as they have been loaded; also OSError and its kin.
_FOREIGN = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("aiohttp", "ClientError"),
    ("requests.exceptions", "RequestException"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("gcsfs.retry", "HttpError"),
    ("gcsfs.retry", "NonRetryableError"),
)


def is_uri(location: str) -> bool:
    """Whether a location is anything but a path of this machine."""
    return "://" in location


def is_bucket(location: str) -> bool:
    """Whether a location is in one of the stores above."""
    return location.partition("://")[0] in SCHEMES and is_uri(location)


def key_of(uri: str) -> str:
    """Bucket and key, as a file system of `file_system` names them.

    Raises:
        StorageError: there is no bucket in it, or the scheme is not known.
    """
    scheme, _, rest = uri.partition("://")
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in SCHEMES)
        msg = f"{uri}: no object store is known by {scheme}://; expected one of {known}"
        raise StorageError(msg)
    if not rest.partition("/")[0]:
        msg = f"{uri}: names no bucket; expected {scheme}://BUCKET/FOLDER"
        raise StorageError(msg)
    return rest.rstrip("/")


def file_system(uri: str) -> Any:
    """Returns the fsspec file system of a URI; it has been seen that its server is there.

    Raises:
        StorageError: the scheme is not known, or the server does not answer.
    """
    key_of(uri)
    return store_of(uri)


def require_bucket(uri: str) -> None:
    """Makes sure that the bucket of a URI or glob is there, and may be listed below that.

    Raises:
        StorageError: it is not, or may not.
    """
    bucket, _, key = key_of(uri).partition("/")
    # An account may be one for a folder only.
    prefix = _GLOB.split(key, maxsplit=1)[0]
    store = file_system(uri)
    with explained(uri):
        try:
            if uri.startswith("gs://"):
                store.call("GET", "b/{}/o", bucket, maxResults=1, prefix=prefix, json_out=True)
            else:
                store.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, MaxKeys=1)
        except FileNotFoundError as error:
            msg = f"{uri}: there is no bucket {bucket!r}; make it, or name another"
            raise StorageError(msg) from error


@contextlib.contextmanager
def explained(uri: str) -> Iterator[None]:
    """Turns what the libraries raise into one message.

    That a file is not there, or is there already, goes through as Python's own error.

    Raises:
        StorageError: the store did not do what was asked.
    """
    try:
        yield
    except (FileNotFoundError, FileExistsError):
        raise
    except _foreign_errors() as error:
        raise StorageError(f"{uri}: {_told(error)}; {_remedy(uri, error)}") from error


def _foreign_errors() -> tuple[type[BaseException], ...]:
    loaded = ((sys.modules.get(module), name) for module, name in _FOREIGN)
    return (OSError, ValueError, *(getattr(module, name) for module, name in loaded if module))


def _told(error: BaseException) -> str:
    """What was said, in a line."""
    words = " ".join(str(error).split())
    return words or type(error).__name__


def _remedy(uri: str, error: BaseException) -> str:
    is_google = uri.startswith("gs://")
    kind = type(error).__name__
    is_denied = (
        isinstance(error, PermissionError)
        or "Forbidden" in str(error)
        or getattr(error, "code", None) in (401, 403)
        or "Credentials" in kind
        or "Auth" in kind
        or "Refresh" in kind
    )
    if not is_denied:
        return (
            f"expected an answer of {endpoint_of(uri) or 'Amazon S3'}; try again, or ask its owner"
        )
    if is_google:
        return (
            "it wants an account that may read and write there: set "
            "GOOGLE_APPLICATION_CREDENTIALS to a key file, or run as such an account"
        )
    return (
        "it wants an account that may read and write there: set AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY, or run under such a role"
    )
