"""A cluster that is as new."""

import pytest

from tests.kubeflow.emulator import Cluster, Folder, Image


@pytest.fixture
def cluster(tmp_path):
    """A cluster with a volume and a secret; a folder stands for its buckets."""
    app, volume = tmp_path / "app", tmp_path / "volume"
    app.mkdir()
    volume.mkdir()
    buckets = Folder(tmp_path / "buckets")
    return Cluster(
        tmp_path / "logs",
        dict.fromkeys(("minio", "s3", "gs"), buckets),
        Image(app),
        claims={"claim": volume},
        secrets={"keys": {"accesskey": "abc"}},
    )
