"""The compiled pipeline runs twice on an emulated Kubeflow, each step in the built image."""

import dataclasses
import subprocess
from pathlib import Path

import pytest
import s3fs

from tests.buckets.stores import s3_bucket, s3_server
from tests.kubeflow.emulator import Image, Remote
from tests.kubeflow.emulator.taxi import Place, trips
from tests.kubeflow.emulator.two_runs import TwoRuns, first, job, local, second  # noqa: F401
from tests.kubeflow.image.built import built_image, why_not
from tests.kubeflow.image.containers import Image as Containers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
]

WHERE = """
[roots]
data = "{bucket}/data"
artifacts = "{bucket}/tfxp"
serving = "{bucket}/models"

[kubeflow]
image = "registry.example.com/tfxp:0.1.0"
retries = 0

[kubeflow.env]
AWS_ENDPOINT_URL_S3 = "{address}"
AWS_DEFAULT_REGION = "us-east-1"

[[kubeflow.secrets]]
name = "tfxp-artifact-store"
env = {{ accesskey = "AWS_ACCESS_KEY_ID", secretkey = "AWS_SECRET_ACCESS_KEY" }}
"""
KEYS = {"accesskey": "testing", "secretkey": "testing"}

# The image has its own, which a pod's specification does not touch.
OF_THE_IMAGE = {"PATH", "LANG", "HOME", "TMPDIR", "PYTHONPATH"}


@dataclasses.dataclass(frozen=True)
class InContainers(Image):
    """The image itself, in place of a copy of what it holds."""

    containers: Containers | None = None

    def run(self, words, disk, environment, output):
        # In a pod, the kubelet gives the volumes to the user of the container.
        subprocess.run(["chmod", "-R", "a+rwX", disk], check=True)
        given = {name: value for name, value in environment.items() if name not in OF_THE_IMAGE}
        with self.containers.started(
            words, volumes={disk: str(disk)}, environment=given
        ) as command:
            return subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode


@dataclasses.dataclass(frozen=True)
class PlaceWithImage(Place):
    """A cluster that can pull the image."""

    containers: Containers | None = None

    def new_cluster(self):
        image = InContainers(Path("/app"), containers=self.containers)
        return dataclasses.replace(super().new_cluster(), image=image)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    containers = built_image()
    with s3_server() as address:
        bucket = s3_bucket(address, "minio")
        bucket.put("data/trips.csv", trips())
        server = Remote(
            s3fs.S3FileSystem(
                endpoint_url=address, key="testing", secret="testing", use_listings_cache=False
            )
        )
        yield PlaceWithImage(
            tmp_path_factory.mktemp("cluster"),
            WHERE.format(bucket=bucket.uri(), address=address),
            (server, f"{bucket.bucket}/models"),
            {"minio": server},
            secrets={"tfxp-artifact-store": KEYS},
            containers=containers,
        )


class TestInTheImage(TwoRuns):
    """Its tests."""
