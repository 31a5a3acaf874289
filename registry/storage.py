"""Object stores: which there are, the way to them, and what is wrong when there is none.

| URI        | store                             | found by                                    |
| ---------- | --------------------------------- | ------------------------------------------- |
| `s3://`    | Amazon S3, or one that speaks so  | `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`   |
| `minio://` | the same, as Kubeflow names it    | the same; else its service, `minio-service` |
| `gs://`    | Google Cloud Storage              | `STORAGE_EMULATOR_HOST`                     |

The libraries that speak to them are imported when the first URI is met.
"""

import contextlib
import functools
import logging
import os
import re
import socket
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from registry.errors import StorageError

SCHEMES = ("s3", "minio", "gs")

_MINIO = "http://minio-service.kubeflow:9000"
_GCS = "https://storage.googleapis.com"
_CONNECT_S = 5.0
_READ_S = 60.0
_ATTEMPTS = 3
_READ_AHEAD_BYTES = 8 * 2**20
_GLOB = re.compile(r"[*?\[]")
_SEEN_BY_S3 = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
)
_SEEN_BY_GCS = ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "STORAGE_EMULATOR_HOST")
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
    endpoint = _endpoint(uri)
    if endpoint:
        _require_reachable(uri, endpoint)
    if uri.startswith("gs://"):
        # Made anew where another account has been named since; workers may be forks.
        return _gcs(os.getpid(), tuple(map(os.environ.get, _SEEN_BY_GCS)))
    return _s3(endpoint, os.getpid(), tuple(map(os.environ.get, _SEEN_BY_S3)))


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
        return f"expected an answer of {_endpoint(uri) or 'Amazon S3'}; try again, or ask its owner"
    if is_google:
        return (
            "it wants an account that may read and write there: set "
            "GOOGLE_APPLICATION_CREDENTIALS to a key file, or run as such an account"
        )
    return (
        "it wants an account that may read and write there: set AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY, or run under such a role"
    )


def _endpoint(uri: str) -> str:
    """The server's address; empty for Amazon, which has one a region."""
    if uri.startswith("gs://"):
        emulator = os.environ.get("STORAGE_EMULATOR_HOST", "")
        if emulator in ("", "default"):
            return _GCS
        return emulator if is_uri(emulator) else f"http://{emulator}"
    named = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    return named or (_MINIO if uri.startswith("minio://") else "")


def _require_reachable(uri: str, endpoint: str) -> None:
    """Knocks once, since the libraries knock for minutes."""
    parts = urlsplit(endpoint)
    is_direct = parts.scheme not in urllib.request.getproxies()
    if parts.hostname and is_direct:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            _knock(parts.hostname, port, os.getpid())
        except OSError as error:
            variable = "STORAGE_EMULATOR_HOST" if uri.startswith("gs://") else "AWS_ENDPOINT_URL_S3"
            msg = (
                f"{uri}: {endpoint} does not answer ({error.strerror or error}); "
                f"start it, or set {variable} to where the store is"
            )
            raise StorageError(msg) from error


@functools.lru_cache(maxsize=16)
def _knock(host: str, port: int, process: int) -> None:
    socket.create_connection((host, port), timeout=_CONNECT_S).close()


@functools.lru_cache(maxsize=8)
def _s3(endpoint: str, process: int, seen: tuple[str | None, ...]) -> Any:
    from s3fs import S3FileSystem

    config: dict[str, Any] = {
        "connect_timeout": _CONNECT_S,
        "read_timeout": _READ_S,
        "retries": {"mode": "standard", "total_max_attempts": _ATTEMPTS},
    }
    client = {}
    if endpoint:
        # Servers other than Amazon's know neither its names of hosts nor its newer checksums.
        config |= {
            "s3": {"addressing_style": "path"},
            "request_checksum_calculation": "when_required",
            "response_checksum_validation": "when_required",
        }
        client["endpoint_url"] = endpoint
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if region or endpoint:
        client["region_name"] = region or "us-east-1"
    return S3FileSystem(
        config_kwargs=config,
        client_kwargs=client,
        default_block_size=_READ_AHEAD_BYTES,
        use_listings_cache=False,
        skip_instance_cache=True,
    )


@functools.lru_cache(maxsize=8)
def _gcs(process: int, seen: tuple[str | None, ...]) -> Any:
    # Not the package's own choice, which asks a second service what kind of bucket it is.
    from gcsfs.core import GCSFileSystem

    # It logs with traceback what it raises.
    logging.getLogger("gcsfs").setLevel(logging.CRITICAL)
    key_file, _, emulator = seen
    return GCSFileSystem(
        token="anon" if emulator not in (None, "", "default") and not key_file else None,
        block_size=_READ_AHEAD_BYTES,
        requests_timeout=_READ_S,
        use_listings_cache=False,
        skip_instance_cache=True,
    )
