"""Fixtures of buckets; a folder's conftest imports those that its tests use.

    from tests.buckets.fixtures import gs, minio, s3, s3_address, store  # noqa: F401

Each is a `Store` of its own with an empty bucket, and the environment leads to its server.
"""

import os

import pytest

from tests.buckets.stores import gcs_bucket, gcs_server, s3_bucket, s3_server


@pytest.fixture(scope="session")
def s3_address():
    """Of a server of S3's protocol, for all tests of the process."""
    with s3_server() as address:
        yield address


@pytest.fixture
def s3(s3_address, monkeypatch):
    return _reachable(s3_bucket(s3_address), monkeypatch)


@pytest.fixture
def minio(s3_address, monkeypatch):
    return _reachable(s3_bucket(s3_address, "minio"), monkeypatch)


@pytest.fixture
def gs(monkeypatch):
    with gcs_server() as fake:
        yield _reachable(gcs_bucket(fake), monkeypatch)


@pytest.fixture(params=["s3", "minio", "gs"])
def store(request):
    """A bucket of each kind in turn."""
    return request.getfixturevalue(request.param)


def _reachable(store, monkeypatch):
    for name in os.environ:
        if name.startswith("AWS_") or name == "STORAGE_EMULATOR_HOST":
            monkeypatch.delenv(name)
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    return store
