"""The file systems of object stores, made from the environment.

The libraries that speak to them are imported when the first one is wanted.
"""

import functools
import logging
import os
import socket
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from registry.errors import StorageError

_MINIO = "http://minio-service.kubeflow:9000"
_GCS = "https://storage.googleapis.com"
_CONNECT_S = 5.0
_READ_S = 60.0
_ATTEMPTS = 3
_READ_AHEAD_BYTES = 8 * 2**20
_SEEN_BY_S3 = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
)
_SEEN_BY_GCS = ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "STORAGE_EMULATOR_HOST")


def store_of(uri: str) -> Any:
    """Returns the fsspec file system of a URI; it has been seen that its server is there.

    Raises:
        StorageError: the server does not answer.
    """
    endpoint = endpoint_of(uri)
    if endpoint:
        _require_reachable(uri, endpoint)
    # Made anew where another account has been named since; workers may be forks.
    if uri.startswith("gs://"):
        return _gcs(os.getpid(), tuple(map(os.environ.get, _SEEN_BY_GCS)))
    return _s3(endpoint, os.getpid(), tuple(map(os.environ.get, _SEEN_BY_S3)))


def endpoint_of(uri: str) -> str:
    """The server's address; empty for Amazon, which has one a region."""
    if uri.startswith("gs://"):
        emulator = os.environ.get("STORAGE_EMULATOR_HOST", "")
        if emulator in ("", "default"):
            return _GCS
        return emulator if "://" in emulator else f"http://{emulator}"
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
