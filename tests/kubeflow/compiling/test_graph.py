"""The compiled pipeline is the graph that runs here: the same nodes, edges, code and parameters."""

import pytest

from compiling.graph import UnfitGraph, nodes_of
from pipeline.config.nodes import NODES
from pipeline.runner.nodes import read_nodes
from stepping.node import Node as Step
from tests.kubeflow.compiling import reading

# What a place says, and not a problem.
OF_THE_PLACE = {"base_dir"}


@pytest.fixture(scope="module")
def local(graphs):
    return read_nodes(graphs("local"))


def test_there_is_a_task_for_every_node_and_no_other(compiled, local):
    assert set(reading.tasks(compiled())) == set(local)


def test_a_task_waits_for_what_its_node_waits_for(compiled, local):
    tasks = reading.tasks(compiled())

    waits = {name: set(task.get("dependentTasks", ())) for name, task in tasks.items()}

    assert waits == {name: set(node.upstream) for name, node in local.items()}


def test_transform_waits_for_the_gate_from_which_it_has_nothing(compiled):
    task = reading.tasks(compiled())["Transform"]

    assert "DataGate" in task["dependentTasks"]
    sources = [given["taskOutputArtifact"] for given in task["inputs"]["artifacts"].values()]
    assert "DataGate" not in {source["producerTask"] for source in sources}


def test_an_input_comes_from_where_it_comes_from_here(compiled, local):
    found = compiled()

    for name, node in local.items():
        artifacts = reading.tasks(found)[name]["inputs"].get("artifacts", {})
        edges = {
            key: (
                given["taskOutputArtifact"]["producerTask"],
                given["taskOutputArtifact"]["outputArtifactKey"],
            )
            for key, given in artifacts.items()
        }
        assert edges == {
            key: (source.producer, source.output_key) for key, (source,) in node.inputs.items()
        }


def test_every_edge_leads_from_an_output_to_an_input_that_are_declared(compiled):
    found = compiled("everything")

    for name, task in reading.tasks(found).items():
        declared = reading.component(found, name).get("inputDefinitions", {})
        given = task.get("inputs", {})
        assert set(given.get("artifacts", {})) == set(declared.get("artifacts", {}))
        assert set(given.get("parameters", {})) == set(declared.get("parameters", {}))
        for source in given.get("artifacts", {}).values():
            edge = source["taskOutputArtifact"]
            outputs = reading.component(found, edge["producerTask"])["outputDefinitions"]
            assert edge["outputArtifactKey"] in outputs["artifacts"]


def test_a_step_runs_the_executor_that_runs_here_on_the_same_parameters(compiled, local):
    found = compiled()

    for name, node in local.items():
        told = reading.told(found, name)
        assert told["executor"] == node.executor
        assert told["outputs"] == {key: kind.name for key, kind in node.outputs.items()}
        given = {
            key: value["runtimeValue"]["constant"]
            for key, value in reading.parameters(found, name).items()
            if "runtimeValue" in value and key not in OF_THE_PLACE
        }
        runtime = reading.told(found, name)["runtime"]
        assert given == {
            key: value
            for key, value in node.parameters.items()
            if key not in OF_THE_PLACE | set(runtime)
        }


def test_a_step_of_beam_has_the_arguments_of_the_place_and_no_other_has_any(compiled):
    found = compiled("everything")
    flags = [
        "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner",
        "--direct_num_workers=3",
    ]

    beam = {name: reading.told(found, name)["beam"] for name in reading.tasks(found)}

    assert beam["Transform"] == beam["StatisticsGen"] == beam["ExampleGen"] == flags
    assert beam["Trainer"] is None
    assert all(arguments in (flags, None) for arguments in beam.values())


def test_what_a_step_is_told_is_what_a_step_reads(compiled):
    found = compiled("everything")

    for name in reading.tasks(found):
        arguments = reading.container(found, name)["args"]
        step = Step.from_json(arguments[1])
        declared = reading.component(found, name)
        assert set(step.inputs) == set(declared.get("inputDefinitions", {}).get("artifacts", {}))
        assert set(step.outputs) == set(declared["outputDefinitions"]["artifacts"])
        assert set(step.parameters) | set(step.runtime) == set(
            declared.get("inputDefinitions", {}).get("parameters", {})
        )


def test_settings_may_name_every_node_that_a_graph_can_have(graphs):
    names = {name for graph in ("everything", "imported") for name in read_nodes(graphs(graph))}

    assert set(NODES) == names


def test_an_input_of_several_sources_is_refused(graphs):
    graph = type(graphs("taxi")).FromString(graphs("taxi").SerializeToString())
    spec = next(n for n in graph.nodes if n.pipeline_node.node_info.id == "Trainer").pipeline_node
    channels = spec.inputs.inputs["examples"].channels
    channels.add().CopyFrom(channels[0])

    with pytest.raises(UnfitGraph, match="Trainer: input examples has 2 sources; a task takes one"):
        nodes_of(graph)
