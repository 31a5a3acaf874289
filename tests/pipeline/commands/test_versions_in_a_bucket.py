"""`tfxp models`, `promote` and `rollback` on the base directory of a cluster."""

import json

import pytest
from click.testing import CliRunner

import registry
from pipeline.cli import cli
from pipeline.config.where import PROJECT
from pipeline.errors import ConfigError, LabelRefused, UserError
from registry import Record
from tests.buckets.fixtures import gs, minio, s3_address  # noqa: F401
from tests.registry.conftest import make_model

CLUSTER = "configs/kubeflow.toml"


@pytest.fixture
def tfxp(tmp_path, monkeypatch):
    """Calls `tfxp` with the cluster's file, whose base directory is in a bucket."""
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words, base):
        options = ["--where", CLUSTER, "--set", f"roots.serving={base}"]
        done = CliRunner().invoke(cli, [*words, *options], terminal_width=80)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.stdout.splitlines()

    return run


@pytest.fixture(params=["minio", "gs"])
def store(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def base(store, tmp_path):
    """The URI of a base directory with three versions of the model taxi."""
    base = store.uri("serving")
    for name in ("first", "second", "third"):
        registry.push(
            make_model(tmp_path / name, name), registry.base_of(base), "taxi", Record(seed=7)
        )
    return base


def test_versions_are_listed_promoted_rolled_back_and_removed(tfxp, base):
    assert tfxp("promote", "1", base=base)[0] == "stable: version 1, the first; no server was asked"
    assert tfxp("promote", base=base)[0] == "stable: version 1 → 3; no server was asked"
    assert tfxp("rollback", base=base)[0] == "stable: version 3 → 1; no server was asked"
    assert tfxp("models", base=base)[0] == f"versions in {base}/taxi"
    listed = json.loads("\n".join(tfxp("models", "--json", base=base)))
    tidied = tfxp("models", "gc", "--keep", "1", base=base)

    assert [version["labels"] for version in listed["versions"]] == [[], [], ["stable"]]
    assert listed["base"] == base
    assert tidied[-1].startswith(f"1 versions removed from {base}/taxi: ")
    assert registry.versions(registry.base_of(base), "taxi") == [1, 3]


def test_a_damaged_version_is_refused(tfxp, base, store):
    store.put("serving/taxi/2/saved_model.pb", b"something else")

    with pytest.raises(LabelRefused, match=f"{base}/taxi/2: saved_model.pb: not as pushed"):
        tfxp("promote", "2", base=base)


def test_a_bucket_that_is_not_there_is_an_error_with_exit_code_1(tfxp, store):
    with pytest.raises(UserError, match="there is no bucket 'nowhere'") as error:
        tfxp("models", base=f"{store.scheme}://nowhere/serving")

    assert error.value.exit_code == 1


def test_a_volume_of_the_cluster_must_be_mounted_here(tfxp):
    with pytest.raises(ConfigError, match="is on a volume of the cluster, which is not mounted"):
        tfxp("models", base="/models/nowhere")
