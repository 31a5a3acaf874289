"""What a run may be given anew: each input has its places, and every place exists."""

import dataclasses
import json

import pytest

from compiling.graph import UnfitGraph, nodes_of
from compiling.runtime import runtime_parameters
from stepping.node import Node as Step
from stepping.parameters import exec_properties
from tests.kubeflow.compiling import reading
from tests.kubeflow.compiling.building import EVERYTHING

VALUES = {"span": "424242", "window": 797979, "training_steps": 7654321, "model_name": "zebra"}
"""What `EVERYTHING` sets, none of which stands in a parameter by chance."""
TAKERS = {
    "span": {"ExampleGen"},
    "window": {"ExampleGen"},
    "training_steps": {"Tuner", "Trainer"},
    "model_name": {"StableModel", "Tuner", "Trainer", "BaselineModel", "Pusher", "BulkInferrer"},
}


def given(compiled, name, values):
    """The parameters that a step finds in its executor input."""
    return {
        key: values[source["componentInputParameter"]]
        if "componentInputParameter" in source
        else source["runtimeValue"]["constant"]
        for key, source in reading.parameters(compiled, name).items()
    }


def properties(compiled, name, values):
    """What the executor of a step is told in the end."""
    step = Step.from_json(reading.container(compiled, name)["args"][1])
    return exec_properties(step, given(compiled, name, values))


def test_the_pipeline_has_inputs_with_the_values_of_the_configuration(compiled):
    inputs = compiled("everything").pipeline_spec["root"]["inputDefinitions"]["parameters"]

    assert {name: (one["parameterType"], one["defaultValue"]) for name, one in inputs.items()} == {
        "span": ("STRING", "424242"),
        "window": ("NUMBER_INTEGER", 797979),
        "training_steps": ("NUMBER_INTEGER", 7654321),
        "model_name": ("STRING", "zebra"),
    }
    assert all(one["isOptional"] and one["description"] for one in inputs.values())


def test_an_input_reaches_every_node_that_has_its_value_among_its_parameters(compiled, graphs):
    found = compiled("everything")

    takers = {
        name: {
            node.id
            for node in nodes_of(graphs("everything")).values()
            if str(value) in json.dumps(node.parameters)
        }
        for name, value in VALUES.items()
    }

    assert takers == TAKERS
    for name, nodes in takers.items():
        assert nodes == {
            node for node in reading.tasks(found) if name in reading.told(found, node)["runtime"]
        }
        for node in nodes:
            assert reading.parameters(found, node)[name] == {"componentInputParameter": name}


def test_a_run_that_says_nothing_else_is_that_of_the_configuration(compiled, graphs):
    found = compiled("everything")

    for node in nodes_of(graphs("everything")).values():
        assert properties(found, node.id, VALUES) == node.parameters


def test_what_a_run_says_stands_in_every_place_and_nowhere_else(compiled, graphs):
    found = compiled("everything")
    anew = {"span": "13", "window": 2, "training_steps": 99, "model_name": "lion"}

    for node in nodes_of(graphs("everything")).values():
        text = json.dumps(properties(found, node.id, anew))
        assert not [value for value in VALUES.values() if str(value) in text], node.id
    trainer = properties(found, "Trainer", anew)
    assert json.loads(trainer["train_args"])["num_steps"] == 99
    assert json.loads(trainer["custom_config"])["steps"] == 99
    assert json.loads(trainer["custom_config"])["model_name"] == "lion"
    assert properties(found, "Pusher", anew)["model_name"] == "lion"
    spans = json.loads(properties(found, "ExampleGen", anew)["options"])["spans"]
    assert (spans["use"], spans["window"]) == ("13", 2)


def test_a_node_that_the_graph_does_not_have_takes_no_input(compiled, configured, graphs):
    parameters = runtime_parameters(configured("taxi").what, nodes_of(graphs("taxi")))

    places = {parameter.name: set(parameter.places) for parameter in parameters}

    assert places["model_name"] == {"Trainer", "BaselineModel", "Pusher"}
    assert places["training_steps"] == {"Trainer"}


def test_a_place_that_does_not_hold_the_configured_value_is_a_fault(configured, graphs):
    what = configured("taxi").what
    nodes = nodes_of(graphs("taxi"))
    nodes["Trainer"] = dataclasses.replace(
        nodes["Trainer"], parameters=nodes["Trainer"].parameters | {"train_args": "{}"}
    )

    with pytest.raises(UnfitGraph, match=r"Trainer: train_args\.num_steps is None, where 20000"):
        runtime_parameters(what, nodes)


def test_the_values_to_look_for_are_those_of_the_configuration():
    assert all(any(str(value) in text for text in EVERYTHING) for value in VALUES.values())
