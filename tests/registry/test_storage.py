import subprocess
import sys
import time

import pytest

from registry import StorageError
from registry.storage import explained, file_system, is_bucket, key_of, require_bucket


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("s3://b/k", True),
        ("minio://b/k", True),
        ("gs://b/k", True),
        ("hdfs://host/k", False),
        ("package://tfx/k", False),
        ("/models", False),
        ("s3", False),
    ],
)
def test_three_schemes_are_object_stores(location, expected):
    assert is_bucket(location) is expected


def test_a_key_is_the_uri_without_its_scheme():
    assert key_of("minio://mlpipeline/models/ümlaut/") == "mlpipeline/models/ümlaut"


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("ftp://b/k", "expected one of s3://, minio://, gs://"),
        ("s3:///k", "names no bucket"),
        ("gs://", "names no bucket"),
    ],
)
def test_a_uri_that_names_no_store_is_told(uri, told):
    with pytest.raises(StorageError, match=told):
        file_system(uri)


def test_a_file_system_writes_lists_and_reads(store):
    files = file_system(store.uri())
    place = key_of(store.uri("models/ümlaut/1/a b"))

    files.pipe_file(place, b"content")

    assert store.keys() == ["models/ümlaut/1/a b"]
    assert files.cat_file(place) == b"content"
    assert list(files.find(key_of(store.uri("models")))) == [place]


def test_what_is_written_by_others_is_seen_at_once(store):
    files = file_system(store.uri())
    folder = key_of(store.uri("rows"))
    store.put("rows/1.csv", b"a")
    assert len(files.find(folder)) == 1

    store.put("rows/2.csv", b"b")

    assert len(files.find(folder)) == 2


def test_the_bucket_must_be_there(store):
    require_bucket(store.uri("models"))

    with pytest.raises(StorageError, match="there is no bucket 'nowhere'; make it"):
        require_bucket(f"{store.scheme}://nowhere/models")


def test_an_account_for_a_folder_is_asked_for_no_more(gs):
    require_bucket(gs.uri("models/rows-*.csv"))

    (asked,) = gs.server.requests
    assert "prefix=models/rows-" in asked
    assert "*" not in asked


@pytest.mark.parametrize(
    ("uri", "variable"),
    [("minio://b/k", "AWS_ENDPOINT_URL_S3"), ("gs://b/k", "STORAGE_EMULATOR_HOST")],
)
def test_a_server_that_is_down_is_told_within_seconds(uri, variable, monkeypatch):
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    begun = time.monotonic()

    with pytest.raises(StorageError, match=f"9 does not answer .*refused.*set {variable}"):
        require_bucket(uri)

    assert time.monotonic() - begun < 3


def test_kubeflows_own_store_is_where_minio_is_by_default(monkeypatch):
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(StorageError, match="http://minio-service.kubeflow:9000 does not answer"):
        file_system("minio://b/k")


def test_a_missing_account_is_told_with_its_remedy(s3, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")

    with pytest.raises(StorageError, match="credentials; .*set AWS_ACCESS_KEY_ID and AWS_SECRET"):
        require_bucket(s3.uri())


def test_a_wrong_account_is_told_with_its_remedy(gs):
    gs.server.token = "of somebody else"

    with pytest.raises(StorageError, match="does not have .*set GOOGLE_APPLICATION_CREDENTIALS"):
        require_bucket(gs.uri())


def test_a_refusal_of_s3_is_told_with_its_remedy():
    with pytest.raises(StorageError, match="s3://b/k: Access Denied; .*AWS_ACCESS_KEY_ID"):  # noqa: SIM117
        with explained("s3://b/k"):
            raise PermissionError("Access Denied")


def test_an_account_that_changes_is_taken_up(s3, monkeypatch):
    before = file_system(s3.uri())

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")

    assert file_system(s3.uri()) is not before


def test_the_libraries_are_imported_when_a_uri_is_met():
    script = (
        "import sys, registry, registry.storage as storage;"
        "storage.is_bucket('s3://b'); storage.key_of('s3://b/k');"
        "print([name for name in ('fsspec', 's3fs', 'gcsfs', 'botocore') if name in sys.modules])"
    )

    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "[]"
