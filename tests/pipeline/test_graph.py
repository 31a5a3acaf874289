"""The graph as a runner or a cluster sees it: compiled, without any machine in it."""

import json
from pathlib import Path

import pytest
import tensorflow_data_validation as tfdv
from tfx.dsl.compiler import compiler
from tfx.proto.orchestration import pipeline_pb2

from pipeline.config import load
from pipeline.graph import create_pipeline
from pipeline.runner.nodes import read_nodes

PROJECT = Path(__file__).resolve().parents[2]
# What KFP passes to a step as one argument may have 128 KiB in all.
SMALL = 4096


@pytest.fixture(scope="module")
def ir():
    config = load(str(PROJECT / "configs/taxi.toml"), str(PROJECT / "configs/local.toml"))
    return compiler.Compiler().compile(create_pipeline(config.what, config.where))


def test_the_edges_are_those_of_the_flow(ir):
    edges = {(upstream, node.id) for node in read_nodes(ir).values() for upstream in node.upstream}

    assert edges == {
        ("ImportSchemaGen", "ExampleGen"),
        ("ExampleGen", "StatisticsGen"),
        ("StatisticsGen", "ExampleValidator"),
        ("ImportSchemaGen", "ExampleValidator"),
        ("ExampleGen", "ReferenceStatisticsGen"),
        ("ImportSchemaGen", "ReferenceStatisticsGen"),
        ("ReferenceStatisticsGen", "ExampleValidator"),
        ("ReferenceStatisticsGen", "DataGate"),
        ("ExampleGen", "DataGate"),
        ("ExampleValidator", "DataGate"),
        ("StatisticsGen", "DataGate"),
        ("ImportSchemaGen", "DataGate"),
        # Nothing is learnt from data that the gate has not let through.
        ("DataGate", "Transform"),
        ("ExampleGen", "Transform"),
        ("ImportSchemaGen", "Transform"),
        ("Transform", "Trainer"),
        ("ExampleGen", "Trainer"),
        ("ImportSchemaGen", "Trainer"),
        ("Trainer", "BaselineModel"),
        ("Trainer", "Evaluator"),
        ("BaselineModel", "Evaluator"),
        ("ExampleGen", "Evaluator"),
        ("ImportSchemaGen", "Evaluator"),
        ("Trainer", "InfraValidator"),
        ("ExampleGen", "InfraValidator"),
        ("ImportSchemaGen", "InfraValidator"),
        # Nobody waits for the explanation.
        ("Trainer", "Explainer"),
        ("ExampleGen", "Explainer"),
        ("ImportSchemaGen", "Explainer"),
        ("Trainer", "ParityValidator"),
        ("Transform", "ParityValidator"),
        ("ExampleGen", "ParityValidator"),
        ("ImportSchemaGen", "ParityValidator"),
        ("ParityValidator", "Pusher"),
        ("Trainer", "Pusher"),
        ("Evaluator", "Pusher"),
        ("InfraValidator", "Pusher"),
        ("BaselineModel", "Pusher"),
        ("ExampleGen", "Pusher"),
        ("ImportSchemaGen", "Pusher"),
    }


def test_no_path_of_this_machine_is_in_it(ir):
    parameters = [
        str(value) for node in read_nodes(ir).values() for value in node.parameters.values()
    ]

    assert str(PROJECT).encode() not in ir.SerializeToString()
    assert str(Path.home()).encode() not in ir.SerializeToString()
    assert not any(value.startswith("/") for value in parameters)


def test_no_node_needs_a_driver_or_a_resolver(ir):
    deployment = pipeline_pb2.IntermediateDeploymentConfig()
    ir.deployment_config.Unpack(deployment)

    assert dict(deployment.custom_driver_specs) == {}
    assert set(deployment.executor_specs) == {n.pipeline_node.node_info.id for n in ir.nodes}
    assert not any(n.pipeline_node.inputs.resolver_config.resolver_steps for n in ir.nodes)


def test_columns_to_slice_by_reach_the_statistics():
    config = load(
        str(PROJECT / "configs/taxi.toml"),
        str(PROJECT / "configs/local.toml"),
        ['data.slices=[["payment_type"], ["company", "trip_start_day"]]'],
    )
    nodes = read_nodes(compiler.Compiler().compile(create_pipeline(config.what, config.where)))

    told = tfdv.StatsOptions.from_json(str(nodes["StatisticsGen"].parameters["stats_options_json"]))
    assert [list(spec.feature_keys) for spec in told.slicing_config.slicing_specs] == [
        ["payment_type"],
        ["company", "trip_start_day"],
    ]


def test_parameters_stay_small(ir):
    for node in read_nodes(ir).values():
        assert sum(len(str(value)) for value in node.parameters.values()) < SMALL, node.id


def test_the_same_configuration_compiles_to_the_same_graph(ir):
    config = load(str(PROJECT / "configs/taxi.toml"), str(PROJECT / "configs/local.toml"))
    again = compiler.Compiler().compile(create_pipeline(config.what, config.where))

    assert again == ir


def hyperparameters_of(*overrides):
    """The edges round what gives the Trainer its hyperparameters, and the nodes."""
    config = load(
        str(PROJECT / "configs/taxi.toml"), str(PROJECT / "configs/local.toml"), overrides
    )
    nodes = read_nodes(compiler.Compiler().compile(create_pipeline(config.what, config.where)))
    return nodes, {source.producer for source in nodes["Trainer"].inputs.get("hyperparameters", ())}


def test_without_tuning_there_is_no_node_for_it():
    nodes, producers = hyperparameters_of()

    assert producers == set()
    assert not {"Tuner", "ImportHyperparameters"}.intersection(nodes)


def test_the_trainer_gets_what_the_tuner_finds():
    nodes, producers = hyperparameters_of("tuning.algorithm=bayesian", "tuning.trials=5")

    assert producers == {"Tuner"}
    assert set(nodes["Tuner"].upstream) == {"ExampleGen", "ImportSchemaGen", "Transform"}
    told = json.loads(str(nodes["Tuner"].parameters["custom_config"]))
    assert told["tuning"]["trials"] == 5
    assert told["steps"] == 20_000
    assert "ImportHyperparameters" not in nodes


def test_stored_hyperparameters_are_read_and_nothing_is_searched_for():
    nodes, producers = hyperparameters_of('tuning.hyperparameters="configs/best.json"')

    assert producers == {"ImportHyperparameters"}
    assert nodes["ImportHyperparameters"].parameters["path"] == "configs/best.json"
    assert "Tuner" not in nodes


def test_a_warm_start_is_from_the_stable_model():
    config = load(
        str(PROJECT / "configs/taxi.toml"),
        str(PROJECT / "configs/local.toml"),
        ("training.warm_start=true",),
    )
    warm = compiler.Compiler().compile(create_pipeline(config.what, config.where))

    (source,) = read_nodes(warm)["Trainer"].inputs["base_model"]
    assert (source.producer, source.output_key) == ("StableModel", "model")


def test_rows_to_predict_are_those_that_the_configuration_names():
    config = load(
        str(PROJECT / "configs/taxi.toml"),
        str(PROJECT / "configs/local.toml"),
        ('batch.input="rows/*.csv"', 'batch.key="trip_id"', 'data.missing=["NA"]'),
    )
    nodes = read_nodes(compiler.Compiler().compile(create_pipeline(config.what, config.where)))

    node = nodes["BulkInferrer"]
    # A model that was not pushed predicts nothing.
    assert set(node.upstream) == {"Trainer", "Evaluator", "Pusher", "ImportSchemaGen"}
    assert node.parameters["input"] == "rows/*.csv"
    told = json.loads(str(node.parameters["options"]))
    assert (told["name"], told["key"], told["missing"]) == ("taxi", "trip_id", ["NA"])


def test_without_rows_to_predict_there_is_no_node_for_it(ir):
    assert "BulkInferrer" not in read_nodes(ir)
