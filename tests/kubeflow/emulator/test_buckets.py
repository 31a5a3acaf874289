"""Servers of buckets do for the emulator what a folder does."""

import pytest

from registry.storage import file_system
from tests.buckets.fixtures import gs, minio, s3_address  # noqa: F401
from tests.kubeflow.emulator import Folder, Remote
from tests.kubeflow.emulator.buckets import download, upload


@pytest.fixture(params=["minio", "gs", "folder"])
def bucket(request, tmp_path):
    """A store, and the URI of a bucket in it."""
    if request.param == "folder":
        return Folder(tmp_path / "buckets"), "minio://bucket"
    store = request.getfixturevalue(request.param)
    return Remote(file_system(store.uri())), store.uri()


def test_an_artifact_comes_back_as_it_went(bucket, tmp_path):
    buckets, uri = bucket
    folder, back = tmp_path / "model", tmp_path / "back"
    for name in ("a", "b/c", "b/d"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode() * 3)
    (folder / "empty").mkdir()

    upload(buckets, folder, f"{uri}/run/model")
    upload(buckets, folder / "a", f"{uri}/run/model-2")
    download(buckets, f"{uri}/run/model", back)
    download(buckets, f"{uri}/run/model-2", tmp_path / "file")
    download(buckets, f"{uri}/run/nothing", tmp_path / "nothing")

    found = {str(f.relative_to(back)): f.read_bytes() for f in back.rglob("*") if f.is_file()}
    assert found == {"a": b"aaa", "b/c": b"b/cb/cb/c", "b/d": b"b/db/db/d"}
    assert not (back / "empty").exists()
    assert (tmp_path / "file").read_bytes() == b"aaa"
    assert not (tmp_path / "nothing").exists()
