"""Nodes of the graph as steps of a cluster make what they make on one machine, byte for byte."""

import json
import re
import shutil
from pathlib import Path

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import statistics_pb2

from compiling.containers import described
from pipeline.config import load
from pipeline.runner.artifact_dirs import ExecutionDirs
from pipeline.runner.execute import run_executor
from pipeline.runner.nodes import read_nodes
from tests.kubeflow.stepping.cluster import PROJECT, Cluster, files

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """The graph of the taxi trips, by node."""
    from tfx.dsl.compiler import compiler

    from pipeline.graph import create_pipeline

    serving = tmp_path_factory.mktemp("serving")
    config = load(
        PROJECT / "configs" / "taxi.toml",
        PROJECT / "configs" / "local.toml",
        [f'roots.serving="{serving}"'],
    )
    ir = compiler.Compiler().compile(create_pipeline(config.what, config.where))
    return read_nodes(ir)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    return Cluster(tmp_path_factory.mktemp("cluster"))


class Here:
    """The same nodes as the local runner has them run."""

    def __init__(self, root, nodes):
        self._root = root
        self._nodes = nodes
        self.made = {}

    def run(self, name, inputs=None):
        node = self._nodes[name]
        dirs = ExecutionDirs(self._root, node, execution_id=1)
        dirs.make()
        given = inputs or {
            key: (self.made[sources[0].producer][sources[0].output_key],)
            for key, sources in node.inputs.items()
        }
        types = {
            key: self._nodes[sources[0].producer].outputs[sources[0].output_key]
            for key, sources in node.inputs.items()
        }
        message = dirs.invocation("run-1", None, given, types)
        output = run_executor(message, node.executor_spec)
        self.made[name] = {
            key: value.artifacts[0] for key, value in output.output_artifacts.items()
        }
        return self.made[name]


@pytest.fixture(scope="module")
def here(tmp_path_factory, nodes):
    return Here(tmp_path_factory.mktemp("here"), nodes)


@pytest.fixture(scope="module")
def both(nodes, cluster, here):
    """Runs a node in either way, on what the nodes before it made in the same way."""
    ended = {}

    def run(name):
        if name not in ended:
            node = nodes[name]
            sources = {key: sources[0] for key, sources in node.inputs.items()}
            for source in sources.values():
                run(source.producer)
            inputs = {
                key: ended[source.producer][0].output(source.output_key)
                for key, source in sources.items()
            }
            there = cluster.run(described(node, ()), node.parameters, inputs)
            ended[name] = there, here.run(name)
        return ended[name]

    return run


def values(properties):
    return {name: (v.WhichOneof("value"), str(v)) for name, v in properties.items()}


def content(folder):
    """What the files hold: bytes, but for statistics, whose sums Beam adds in any order."""
    return {
        name: statistics(data) if name.endswith("FeatureStats.pb") else data
        for name, data in files(folder).items()
    }


def statistics(data):
    message = statistics_pb2.DatasetFeatureStatisticsList.FromString(data)
    text = text_format.MessageToString(message)
    return re.sub(r"\d+\.\d+(e[+-]?\d+)?", lambda number: f"{float(number[0]):.6g}", text)


@pytest.mark.parametrize(
    "name", ["ImportSchemaGen", "ExampleGen", "StatisticsGen", "ExampleValidator", "DataGate"]
)
def test_a_step_makes_what_the_node_makes_here(both, nodes, name):
    from stepping.properties import from_metadata

    there, artifacts = both(name)

    for key, artifact in artifacts.items():
        back, _ = from_metadata(key, there.output(key)["metadata"], nodes[name].outputs[key])
        assert values(back.properties) == values(artifact.properties)
        assert values(back.custom_properties) == values(artifact.custom_properties)
        assert content(there.folder(key)) == content(Path(artifact.uri))
        assert (
            there.output(key)["uri"]
            == there.told["outputs"]["artifacts"][key]["artifacts"][0]["uri"]
        )


@pytest.fixture(scope="module")
def candidate(tmp_path_factory):
    """A model that some step has trained, as far as BaselineModel looks at it."""
    folder = tmp_path_factory.mktemp("candidate") / "Format-Serving"
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"a model")
    return folder.parent


def test_a_step_without_files_to_hand_on_says_so(nodes, cluster, candidate):
    node = described(nodes["BaselineModel"], ())
    uri = "minio://bucket/root/taxi/run-1/Trainer/0a1b/model"
    shutil.copytree(candidate, cluster.store / uri.replace("://", "/"))

    there = cluster.run(node, nodes["BaselineModel"].parameters, {"model": {"uri": uri}})

    baseline = there.output("baseline")
    assert there.log[-1] == "baseline: no stable version yet"
    assert json.loads(baseline["metadata"]["tfxp"])["files"] == 0
    assert json.loads(baseline["metadata"]["tfxp"])["custom_properties"]["baseline_version"] == 0
