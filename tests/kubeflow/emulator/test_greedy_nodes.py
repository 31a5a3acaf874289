"""A node that reads anything but its inputs, its parameters and their storage fails the run.

The nodes are real steps of the compiled pipeline, the entrypoint's and all; only the executor is
another. Each is seen to succeed where what it reads is there, so that its failure is the proof.
"""

import json
import shutil
from pathlib import Path

import pytest
from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as pb

from tests.kubeflow.emulator import Cluster, Folder, Image, read_job
from tests.kubeflow.emulator.taxi import PROJECT, Place, trips

pytestmark = pytest.mark.slow

WHERE = """
[roots]
data = "."
artifacts = "minio://bucket/tfxp"
serving = "minio://bucket/models"

[kubeflow]
image = "registry.example.com/tfxp:0.1.0"
retries = 0
"""
GREEDY = "StatisticsGen"
KEPT = ("ImportSchemaGen", "ExampleGen", GREEDY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """With the compiled pipeline, an image that has the executors, and a bucket."""
    folder = tmp_path_factory.mktemp("greedy")
    Place(folder, WHERE, ("", ""), {}).compiled()
    image = Image.of(PROJECT, folder / "app")
    (image.app / "trips.csv").write_bytes(trips())
    shutil.copy(Path(__file__).with_name("greedy.py"), image.app)
    return folder


@pytest.fixture(scope="module")
def cluster(folder):
    """It has a cache, so that what is equal in all runs is run once."""
    app = folder / "app"
    buckets = {"minio": Folder(folder / "buckets")}
    return Cluster(folder / "logs", buckets, Image(app, Image.environment_of(app)))


def with_executor(folder, name):
    """The first three nodes, of which the last has another executor."""
    job = read_job(folder / "pipeline.yaml")
    tasks = job.spec.root.dag.tasks
    for task in set(tasks) - set(KEPT):
        del tasks[task]
    for task in tasks.values():
        task.caching_options.enable_cache = True
    change(job, lambda told: told | {"executor": f"greedy.{name}", "beam": None})
    return job


def change(job, changed):
    """Changes what the last node's step is told of it."""
    container = job.container(job.spec.root.dag.tasks[GREEDY])
    container.args[1] = json.dumps(changed(json.loads(container.args[1])))


def declare_schema(job):
    """Gives the last node the schema as an input."""
    task = job.spec.root.dag.tasks[GREEDY]
    source = task.inputs.artifacts["schema"].task_output_artifact
    source.producer_task, source.output_artifact_key = "ImportSchemaGen", "schema"
    change(job, lambda told: told | {"inputs": told["inputs"] | {"schema": "Schema"}})


@pytest.fixture
def state(folder):
    """What a run on this machine leaves in a checkout, in the image as it should never be."""
    var = folder / "app" / "var"
    var.mkdir()
    (var / "last.json").write_text("{}", encoding="utf-8")
    config = pb.ConnectionConfig()
    config.sqlite.filename_uri = str(var / "metadata.sqlite")
    config.sqlite.connection_mode = pb.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
    metadata_store.MetadataStore(config)
    yield
    shutil.rmtree(var)


def test_a_node_has_its_inputs(folder, cluster):
    assert not cluster.run(with_executor(folder, "Content")).failure


def test_a_node_that_reads_an_artifact_that_is_no_input_of_it_fails_the_run(folder, cluster):
    job = with_executor(folder, "OtherArtifact")

    run = cluster.run(job)

    assert run.states()[GREEDY] == "failed"
    assert "no schema below" in run.failure
    # It is in the bucket all the while, made by this very pipeline.
    assert list(folder.glob("buckets/bucket/tfxp/taxi/*/ImportSchemaGen/*/schema/schema.pbtxt"))

    declare_schema(job)
    assert not cluster.run(job).failure


@pytest.mark.parametrize(
    ("name", "words"), [("State", "last.json"), ("MetadataStore", "unable to open database file")]
)
def test_a_node_that_reads_what_lies_about_in_a_checkout_fails_the_run(
    folder, cluster, name, words
):
    run = cluster.run(with_executor(folder, name))

    assert run.states()[GREEDY] == "failed"
    assert words in run.failure


@pytest.mark.parametrize("name", ["State", "MetadataStore"])
def test_that_node_would_do_where_the_checkouts_state_is_there(folder, cluster, name, state):
    assert not cluster.run(with_executor(folder, name)).failure
