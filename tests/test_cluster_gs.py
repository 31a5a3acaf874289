"""The compiled pipeline runs twice on an emulated Kubeflow, with everything in Cloud Storage."""

import pytest

# What the package itself offers also asks a service of Google's about the kind of the bucket.
from gcsfs.core import GCSFileSystem

from tests.buckets.stores import gcs_bucket, gcs_server
from tests.kubeflow.emulator import Remote
from tests.kubeflow.emulator.taxi import Place, trips
from tests.kubeflow.emulator.two_runs import TwoRuns, first, job, local, second  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

WHERE = """
[roots]
data = "{bucket}/data"
artifacts = "{bucket}/tfxp"
serving = "{bucket}/models"

[kubeflow]
image = "registry.example.com/tfxp:0.1.0"
retries = 0

[kubeflow.env]
STORAGE_EMULATOR_HOST = "{address}"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with gcs_server() as fake:
        bucket = gcs_bucket(fake)
        bucket.put("data/trips.csv", trips())
        server = Remote(
            GCSFileSystem(endpoint_url=fake.address, token="anon", use_listings_cache=False)
        )
        yield Place(
            tmp_path_factory.mktemp("cluster"),
            WHERE.format(bucket=bucket.uri(), address=fake.address),
            (server, f"{bucket.bucket}/models"),
            {"gs": server},
        )


class TestOnCloudStorage(TwoRuns):
    """Its tests."""
