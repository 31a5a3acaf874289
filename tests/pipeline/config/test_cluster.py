"""The *where* file of a cluster."""

import tomllib
from pathlib import Path

import pytest

from pipeline.config import ClusterConfig, ClusterWhere, ConfigError, What, load_cluster, show
from pipeline.config.place import Place
from pipeline.config.resources import DefaultResources, NodeSettings
from tests.pipeline.config.conftest import CLUSTER, Files

PROJECT = Path(__file__).resolve().parents[3]

VERTEX = {
    "kubeflow.target": "vertex",
    "roots.artifacts": "gs://bucket/runs",
    "roots.serving": "gs://bucket/models",
    "kubeflow.volumes": "[]",
    "kubeflow.secrets": "[]",
}


@pytest.fixture
def files(files: Files) -> Files:
    files.cluster.write_text(CLUSTER, encoding="utf-8")
    return files


def overrides(values: dict[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in values.items()]


def test_a_cluster_and_this_machine_are_the_same_to_the_graph(files):
    places: list[Place] = [files.load().where, files.load_cluster().where]

    assert [place.roots.data for place in places] == [".", "."]
    assert [place.roots.serving for place in places] == ["/srv/models", "/models"]
    assert [place.roots.checkpoints for place in places] == [None, None]
    assert [place.serving.address for place in places] == [None, None]
    assert places[0].beam.pipeline_args == places[1].beam.pipeline_args


@pytest.mark.parametrize("name", ["kubeflow", "vertex"])
def test_the_file_of_the_project_is_right_as_it_stands(name, monkeypatch):
    monkeypatch.chdir(PROJECT)

    where = load_cluster("configs/taxi.toml", f"configs/{name}.toml").where

    assert where.kubeflow.target == name


def test_a_file_of_a_cluster_is_refused_where_this_machine_is_meant(files):
    files.change(files.where, "[run]", '[kubeflow]\nimage = "a/b:1"\n[run]')

    assert files.messages() == [
        "where.toml: [kubeflow]: is of a cluster, and this command is for this machine; expected "
        "such as --where configs/local.toml. For the cluster: "
        "`tfxp kubeflow compile --where where.toml`"
    ]


def test_a_file_of_this_machine_is_refused_where_a_cluster_is_meant(files):
    with pytest.raises(ConfigError) as caught:
        load_cluster("what.toml", "where.toml")

    assert str(caught.value) == (
        "where.toml: kubeflow: missing, so it is of no cluster; expected such as "
        "--where configs/kubeflow.toml. On this machine: `tfxp run --where where.toml`"
    )


def test_a_file_that_is_not_there_is_said_to_be_missing(files):
    with pytest.raises(ConfigError, match=r"^gone\.toml: no such file;"):
        load_cluster("what.toml", "gone.toml")


def test_the_effective_file_reads_back_the_same(files):
    files.change(files.what, str(files.schema), "schema/taxi/schema.pbtxt")

    tables = tomllib.loads(show("what.toml", "cluster.toml", ["kubeflow.nodes.Pusher.cpu=0.5"]))

    read = ClusterConfig(
        What.model_validate({key: tables[key] for key in tables.keys() & What.model_fields}),
        ClusterWhere.model_validate(
            {key: tables[key] for key in tables.keys() & ClusterWhere.model_fields}
        ),
    )
    expected = files.load_cluster("kubeflow.nodes.Pusher.cpu=0.5")
    assert read == expected
    assert read.where.fingerprint == expected.where.fingerprint
    assert read.where.kubeflow.nodes["Pusher"].cpu == "0.5"


def test_a_node_asks_for_its_own_and_for_the_rest_as_all_do():
    defaults = DefaultResources(cpu="1", memory="2Gi", memory_limit="8Gi")

    effective = NodeSettings(memory="4Gi", accelerator="nvidia.com/gpu").over(defaults)

    assert (effective.cpu, effective.memory) == ("1", "4Gi")
    assert (effective.cpu_limit, effective.memory_limit) == (None, "8Gi")
    assert (effective.accelerator, effective.accelerator_count) == ("nvidia.com/gpu", None)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "kubeflow.image=tfxp",
            'kubeflow.image: found "tfxp"; expected an image with its tag, such as '
            '"registry.example.com/tfxp:0.1.0"',
        ),
        (
            "roots.artifacts=var/artifacts",
            'roots.artifacts: found "var/artifacts"; expected a bucket and a folder in it, such as '
            '"minio://mlpipeline/tfxp"; minio, s3 or gs',
        ),
        (
            "roots.serving=var/serving",
            'roots.serving: found "var/serving"; expected an absolute path on a volume that every '
            'step mounts (kubeflow.volumes), or a URI such as "s3://models/tfxp"',
        ),
        (
            "roots.serving=/other",
            'roots.serving: found "/other"; expected a path on a volume that every step mounts; '
            "mounted are: /models",
        ),
        (
            "roots.serving=/models2",
            'roots.serving: found "/models2"; expected a path on a volume that every step mounts; '
            "mounted are: /models",
        ),
        (
            "roots.data=/data",
            'roots.data: found "/data"; expected a path on a volume that every step mounts; '
            "mounted are: /models",
        ),
        (
            "kubeflow.nodes.Trainr.cpu=2",
            "kubeflow.nodes.Trainr: no such node; did you mean 'Trainer'? there are: "
            "ImportSchemaGen, ExampleGen, StatisticsGen, ReferenceStatisticsGen, ExampleValidator, "
            "DataGate, Transform, Tuner, ImportHyperparameters, StableModel, Trainer, "
            "BaselineModel, Evaluator, InfraValidator, ParityValidator, Pusher, Explainer, "
            "BulkInferrer",
        ),
        (
            "kubeflow.nodes.Trainer.gpu=1",
            "kubeflow.nodes.Trainer.gpu: unknown key; did you mean 'cpu'? allowed: accelerator, "
            "accelerator_count, cache, cpu, cpu_limit, memory, memory_limit, node_selector, "
            "retries, tolerations",
        ),
        (
            "kubeflow.nodes.Trainer.cpu=0",
            'kubeflow.nodes.Trainer.cpu: found "0"; expected a number of cores, such as "2", '
            '"0.5" or "500m"',
        ),
        (
            "kubeflow.nodes.Trainer.memory=4GB",
            'kubeflow.nodes.Trainer.memory: found "4GB"; expected an amount of memory, such as '
            '"512Mi" or "4Gi"',
        ),
        (
            "kubeflow.nodes.Trainer.retries=-1",
            "kubeflow.nodes.Trainer.retries: found -1; expected a whole number from 0 to 10",
        ),
        (
            "kubeflow.nodes.Trainer.accelerator_count=1",
            "kubeflow.nodes.Trainer.accelerator_count: stands alone; expected accelerator beside "
            'it, such as "nvidia.com/gpu"',
        ),
        (
            "kubeflow.nodes.Trainer.tolerations=[{key='a', value='b'}]",
            'kubeflow.nodes.Trainer.tolerations.0.operator: found "Exists"; expected "Equal" with '
            'a value, and "Exists" without',
        ),
        (
            "kubeflow.nodes.Trainer.cpu_limit=1500m",
            'cluster.toml:15: kubeflow.nodes.Trainer.cpu: found "2"; expected at most the limit, '
            '"1500m"',
        ),
        (
            "kubeflow.nodes.Trainer.memory_limit=512Mi",
            'cluster.toml:16: kubeflow.nodes.Trainer.memory: found "4Gi"; expected at most the '
            'limit, "512Mi"',
        ),
        (
            "kubeflow.nodes.Pusher.memory_limit=1Gi",
            'kubeflow.nodes.Pusher.memory_limit: found "1Gi"; expected at least what is requested, '
            '"2Gi"',
        ),
        (
            "kubeflow.schedule.cron=0 3 * * *",
            'kubeflow.schedule.cron: found "0 3 * * *"; expected six fields, not 5: second, '
            'minute, hour, day of month, month, day of week, such as "0 0 3 * * *"',
        ),
        (
            "kubeflow.schedule.start=tomorrow",
            'kubeflow.schedule.start: found "tomorrow"; expected a time with its zone, such as '
            '"2026-01-31T00:00:00Z"',
        ),
        (
            'kubeflow.volumes=[{claim="a",mount="/models"},{claim="a",mount="/b"}]',
            'kubeflow.volumes.1.claim: found "a"; expected each claim once; '
            "Kubeflow mounts no twice",
        ),
        (
            'kubeflow.volumes=[{claim="a",mount="/models"},{claim="b",mount="/models"}]',
            'kubeflow.volumes.1.mount: found "/models"; expected a path at which no other '
            "volume is",
        ),
        (
            'kubeflow.volumes=[{claim="a",mount="/models"},{claim="b",mount="/minio/x"}]',
            'kubeflow.volumes.1.mount: found "/minio/x"; expected another path, since a step has '
            "its own /minio",
        ),
        (
            'kubeflow.volumes=[{claim="a.b",mount="/models"}]',
            'kubeflow.volumes.0.claim: found "a.b"; expected the name of a claim: small letters '
            "a-z, digits and -; at most 63",
        ),
        (
            "kubeflow.env.MY_API_TOKEN=abc",
            "kubeflow.env.MY_API_TOKEN: would stand in the spec for all to read; expected it in "
            'kubeflow.secrets: { name = "…", env = { key = "MY_API_TOKEN" } }',
        ),
        (
            "kubeflow.secrets.0.env.accesskey=AWS SECRET",
            'kubeflow.secrets.0.env.accesskey: found "AWS SECRET"; expected the name of an '
            'environment variable, such as "AWS_ACCESS_KEY_ID"',
        ),
        (
            "serving.address=localhost:8500",
            'serving.address: found "localhost:8500"; expected the server\'s name in the cluster, '
            'since this is each step\'s own pod; such as "tf-serving:8500"',
        ),
        (
            "data.input=/home/me/trips.csv",
            'data.input: found "/home/me/trips.csv"; expected a place that the cluster has, too: '
            "below the project's folder, which is in the image; below a mounted volume "
            "(kubeflow.volumes); or a URI",
        ),
        (
            "infra_validation.image=tensorflow/serving",
            "infra_validation.image: needs Docker, which a step of a cluster does not have; leave "
            "it out, so that the model is tried on the project's own server",
        ),
        (
            "run.parallel_nodes=2",
            "run: unknown key; allowed: batch, beam, data, evaluation, explanation, features, "
            "infra_validation, kubeflow, label, name, parity, push, roots, serving, task, "
            "training, tuning",
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands_with_what_is_expected(files, override, message):
    expected = message if message.startswith("cluster.toml") else f"--set {override}: {message}"
    if len(override) > 60:
        expected = expected.replace(override, f"{override[:60]}...", 1)

    assert files.cluster_messages(override) == [expected]


def test_a_limit_is_compared_as_an_amount_and_not_as_a_text(files):
    nodes = files.load_cluster("kubeflow.nodes.Trainer.cpu_limit=10").where.kubeflow.nodes

    assert nodes["Trainer"].cpu_limit == "10"


def test_an_image_that_is_missing_is_named_at_the_line_of_its_table(files):
    files.change(files.cluster, 'image = "registry.example.com/tfxp:0.1.0"\n', "")

    assert files.cluster_messages() == [
        "cluster.toml:6: kubeflow.image: missing; expected an image with its tag, such as "
        '"registry.example.com/tfxp:0.1.0"'
    ]


def test_a_place_on_a_mounted_volume_is_no_path_of_this_machine(files):
    what = files.load_cluster("data.input=/models/trips.csv", "data.served=s3://b/rows").what

    assert what.data.input == "/models/trips.csv"


def test_vertex_takes_buckets_of_google_alone(files):
    right = overrides(VERTEX)
    wrong = [
        *right,
        "roots.artifacts=minio://mlpipeline/tfxp",
        "roots.serving=s3://models/tfxp",
        "roots.checkpoints=s3://models/checkpoints",
    ]

    assert files.load_cluster(*right).where.roots.artifacts == "gs://bucket/runs"
    assert files.cluster_messages(*wrong) == [
        "--set roots.checkpoints=s3://models/checkpoints: roots.checkpoints: found "
        '"s3://models/checkpoints"; expected a gs:// location, since kubeflow.target is "vertex"',
        "--set roots.artifacts=minio://mlpipeline/tfxp: roots.artifacts: found "
        '"minio://mlpipeline/tfxp"; expected a gs:// location, since kubeflow.target is "vertex"',
        '--set roots.serving=s3://models/tfxp: roots.serving: found "s3://models/tfxp"; '
        'expected a gs:// location, since kubeflow.target is "vertex"',
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kubeflow.volumes", '[{claim = "a", mount = "/models"}]'),
        ("kubeflow.secrets", '[{name = "a", env = {b = "C"}}]'),
        ("kubeflow.host", "https://kfp.example.com"),
        ("kubeflow.nodes.Trainer.node_selector", '{gpu = "a100"}'),
        ("kubeflow.nodes.Trainer.tolerations", '[{key = "gpu"}]'),
    ],
)
def test_vertex_knows_nothing_of_kubernetes(files, key, value):
    (message,) = files.cluster_messages(*overrides(VERTEX | {key: value}))

    assert message.startswith(f"--set {key}=")
    assert "is of Kubernetes, which Vertex AI does not show; leave it out" in message


def test_vertex_takes_names_that_begin_with_a_letter(files):
    (message,) = files.cluster_messages(*overrides(VERTEX), 'name="2nd-try"')

    assert message == (
        '--set name="2nd-try": name: found "2nd-try"; expected a name for Vertex AI: '
        "the first a letter a-z, at most 113"
    )
