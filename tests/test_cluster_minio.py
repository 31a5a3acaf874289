"""The compiled pipeline runs twice on an emulated Kubeflow, with everything in MinIO."""

import shutil
import tempfile
from pathlib import Path

import pytest
import s3fs

from tests.buckets.stores import s3_bucket, s3_server
from tests.kubeflow.emulator import Remote
from tests.kubeflow.emulator.taxi import Place, trips
from tests.kubeflow.emulator.two_runs import TwoRuns, first, job, local, second  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

WHERE = """
[roots]
data = "{bucket}/data"
artifacts = "{bucket}/tfxp"
serving = "{bucket}/models"
checkpoints = "{mount}/fits"

[kubeflow]
image = "registry.example.com/tfxp:0.1.0"
retries = 0

[kubeflow.env]
AWS_ENDPOINT_URL_S3 = "{address}"
AWS_DEFAULT_REGION = "us-east-1"

[[kubeflow.secrets]]
name = "tfxp-artifact-store"
env = {{ accesskey = "AWS_ACCESS_KEY_ID", secretkey = "AWS_SECRET_ACCESS_KEY" }}

[[kubeflow.volumes]]
claim = "tfxp-checkpoints"
mount = "{mount}"
"""
KEYS = {"accesskey": "testing", "secretkey": "testing"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    # A step has its own /tmp, so no volume is mounted there.
    mounts = Path(tempfile.mkdtemp(dir="/var/tmp"))
    with s3_server() as address:
        bucket = s3_bucket(address, "minio")
        bucket.put("data/trips.csv", trips())
        server = Remote(
            s3fs.S3FileSystem(
                endpoint_url=address, key="testing", secret="testing", use_listings_cache=False
            )
        )
        yield Place(
            tmp_path_factory.mktemp("cluster"),
            WHERE.format(bucket=bucket.uri(), address=address, mount=mounts / "checkpoints"),
            (server, f"{bucket.bucket}/models"),
            {"minio": server},
            {"tfxp-checkpoints": tmp_path_factory.mktemp("volume")},
            {"tfxp-artifact-store": KEYS},
        )
    shutil.rmtree(mounts)


class TestOnMinio(TwoRuns):
    """Its tests."""
