"""Where KFP's launcher puts what is in the object store, and takes what goes there."""

from pathlib import Path

import pytest

from stepping.errors import StepError
from stepping.executor_input import Handed
from stepping.places import Places

PLACES = Places()


def at(uri, **changes):
    return Handed(**{"name": "7", "uri": uri, "metadata": {}} | changes)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("minio://bucket/a/b", "/minio/bucket/a/b"),
        ("s3://bucket/a/b", "/s3/bucket/a/b"),
        ("gs://bucket/a/b", "/gcs/bucket/a/b"),
    ],
)
def test_an_address_is_a_path_here_and_back(uri, path):
    assert PLACES.path("it", at(uri)) == Path(path)
    assert PLACES.uri("it", at(uri), path) == uri


def test_another_folder_may_stand_before_the_paths():
    places = Places(Path("/tmp/x"))

    assert places.path("it", at("gs://b/k")) == Path("/tmp/x/gcs/b/k")
    assert places.uri("it", at("gs://b/k"), "/tmp/x/gcs/b/k/sub") == "gs://b/k/sub"


def test_a_path_that_the_pipeline_names_is_taken_as_it_is():
    artifact = at("s3://b/k", custom_path="/data/model")

    assert Places(Path("/tmp/x")).path("it", artifact) == Path("/data/model")
    assert Places(Path("/tmp/x")).uri("it", artifact, "/data/model") == "s3://b/k"
    assert Places(Path("/tmp/x")).uri("it", artifact, "/data/model/best") == "s3://b/k/best"


def test_what_is_in_the_workspace_of_the_run_is_found_there():
    artifact = at("s3://b/k", metadata={"_kfp_workspace": True})

    assert PLACES.path("it", artifact) == Path("/kfp-workspace/.artifacts/s3/b/k")


@pytest.mark.parametrize(
    "uri",
    [
        "/tmp/x",
        "file:///tmp/x",
        "http://b/k",
        "hdfs://b/k",
        "S3://b/k",
        "s3://",
        "s3://b/../../etc",
    ],
)
def test_an_address_that_the_launcher_does_not_know_is_one_clear_error(uri):
    with pytest.raises(StepError, match=r"input 'model' is at .*; expected minio://bucket/key"):
        PLACES.path("input 'model'", at(uri))


@pytest.mark.parametrize(
    ("left_at", "uri"),
    [
        ("/s3/b/k", "s3://b/k"),
        ("/s3/b/k/", "s3://b/k"),
        ("/s3/b/k/best", "s3://b/k/best"),
        ("/s3/b/elsewhere", "s3://b/elsewhere"),
        ("/minio/c/x", "minio://c/x"),
        ("gs://c/x", "gs://c/x"),
    ],
)
def test_an_executor_may_leave_an_output_elsewhere_in_the_store(left_at, uri):
    assert PLACES.uri("output 'model'", at("s3://b/k"), left_at) == uri


def test_what_an_executor_leaves_outside_of_the_store_is_one_clear_error():
    with pytest.raises(StepError, match=r"output 'model'.*'/tmp/x'.*was told to write to /s3/b/k"):
        PLACES.uri("output 'model'", at("s3://b/k"), "/tmp/x")
