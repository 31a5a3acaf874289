"""Buckets for tests, on servers of this machine: moto for the protocol of S3, and a fake GCS."""

import contextlib
import dataclasses
import logging
import uuid
from collections.abc import Callable

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

from tests.buckets.fake_gcs import FakeGcs

_KEYS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclasses.dataclass(frozen=True)
class Store:
    """An empty bucket, and a way to it that is not the one under test.

    Attributes:
        scheme: `s3`, `minio` or `gs`.
        bucket: Its name.
        environment: The variables by which a process finds the server.
        put: Stores bytes under a key.
        get: The bytes of a key.
        keys: All keys, sorted.
        remove: Removes a key.
        server: That is behind it, to be asked or stopped.
    """

    scheme: str
    bucket: str
    environment: dict[str, str]
    put: Callable
    get: Callable
    keys: Callable
    remove: Callable
    server: object

    def uri(self, key=""):
        """Where a key is; of the bucket, without one."""
        return f"{self.scheme}://{self.bucket}/{key}".rstrip("/")


@contextlib.contextmanager
def s3_server():
    """A server of S3's protocol on a free port; yields its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


def s3_bucket(address, scheme="s3"):
    """A new bucket of the server at the address."""
    client = boto3.client(
        "s3",
        endpoint_url=address,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}),
    )
    bucket = f"tfxp-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=bucket)

    def keys():
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return sorted(entry["Key"] for page in pages for entry in page.get("Contents", ()))

    return Store(
        scheme,
        bucket,
        {**_KEYS, "AWS_ENDPOINT_URL_S3": address},
        lambda key, content: client.put_object(Bucket=bucket, Key=key, Body=content),
        lambda key: client.get_object(Bucket=bucket, Key=key)["Body"].read(),
        keys,
        lambda key: client.delete_object(Bucket=bucket, Key=key),
        address,
    )


def gcs_bucket(fake):
    """A new bucket of a `FakeGcs` that runs."""
    bucket = f"tfxp-{uuid.uuid4().hex[:12]}"
    objects = fake.buckets[bucket] = {}
    return Store(
        "gs",
        bucket,
        {"STORAGE_EMULATOR_HOST": fake.address},
        lambda key, content: fake.put(bucket, key, content),
        lambda key: objects[key].content,
        lambda: sorted(objects),
        objects.pop,
        fake,
    )


gcs_server = FakeGcs
"""A Cloud Storage on a free port, a context manager."""
