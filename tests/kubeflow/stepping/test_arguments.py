"""The two arguments of a step: what is wrong with one is a sentence, and no traceback."""

import json
from pathlib import Path

import pytest
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from stepping.errors import StepError
from stepping.executor_input import ExecutorInput, Handed
from stepping.node import Node

NODE = {
    "id": "Trainer",
    "executor": "components.training.executor.Executor",
    "beam": ["--runner=a.B"],
    "inputs": {"examples": "Examples"},
    "outputs": {"model": "Model"},
    "parameters": {"train_args": "STRING"},
    "runtime": {"training_steps": [["train_args", "num_steps"]]},
}


def test_a_node_is_what_the_compiler_says():
    node = Node.from_json(json.dumps(NODE))

    assert node.id == "Trainer"
    assert node.beam == ("--runner=a.B",)
    assert node.inputs == {"examples": "Examples"}
    assert node.runtime == {"training_steps": (("train_args", "num_steps"),)}


@pytest.mark.parametrize(
    "change",
    [
        {"id": 7},
        {"beam": [1]},
        {"inputs": ["examples"]},
        {"outputs": {"model": None}},
        {"beam": "--runner=a.B"},
        {"runtime": {"training_steps": [[1]]}},
        {"runtime": {"training_steps": ["train_args"]}},
        {"executor": None},
    ],
)
def test_a_node_of_another_shape_is_one_clear_error(change):
    with pytest.raises(StepError, match="--node: not what `tfxp kubeflow compile` writes"):
        Node.from_json(json.dumps(NODE | change))


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "{}", "null"])
def test_what_is_no_node_is_one_clear_error(text):
    with pytest.raises(StepError, match="--node: not what `tfxp kubeflow compile` writes"):
        Node.from_json(text)


def test_an_unknown_type_of_parameter_is_named_beside_the_known_ones():
    with pytest.raises(StepError, match="'train_args' of type 'BOOL'; expected STRING"):
        Node.from_json(json.dumps(NODE | {"parameters": {"train_args": "BOOL"}}))


def message(told):
    """The executor input as protobuf writes it."""
    read = json_format.ParseDict(told, pipeline_spec_pb2.ExecutorInput())
    return json_format.MessageToJson(read)


def test_an_executor_input_is_read_as_protobuf_writes_it():
    told = {
        "inputs": {
            "parameterValues": {"n": 3, "text": "", "list": [1]},
            "artifacts": {
                "examples": {
                    "artifacts": [
                        {"name": "7", "uri": "s3://b/k", "metadata": {"rows": 5, "x": {"a": "b"}}}
                    ]
                }
            },
        },
        "outputs": {
            "artifacts": {
                "model": {
                    "artifacts": [
                        {
                            "uri": "s3://b/m",
                            "customPath": "/data/m",
                            "type": {"schemaTitle": "system.Model"},
                        }
                    ]
                }
            },
            "outputFile": "/s3/b/output_metadata.json",
        },
    }

    read = ExecutorInput.from_json(message(told))

    assert read.parameters == {"n": 3.0, "text": "", "list": [1.0]}
    assert read.inputs == {"examples": (Handed("7", "s3://b/k", {"rows": 5.0, "x": {"a": "b"}}),)}
    assert read.outputs == {
        "model": Handed("", "s3://b/m", {}, "/data/m", {"schemaTitle": "system.Model"})
    }
    assert read.output_file == Path("/s3/b/output_metadata.json")


def test_a_step_may_have_neither_inputs_nor_outputs():
    read = ExecutorInput.from_json('{"outputs": {"outputFile": "/x"}}')

    assert (read.parameters, read.inputs, read.outputs) == ({}, {}, {})


@pytest.mark.parametrize(
    "text",
    ["", "{{$}}", "[]", "7", "{}", '{"inputs": 7, "outputs": {"outputFile": "/x"}}']
    + ['{"outputs": {}}', '{"outputs": {"outputFile": 7}}']
    + ['{"outputs": {"outputFile": "/x", "artifacts": {"model": {}}}}']
    + ['{"outputs": {"outputFile": "/x", "artifacts": {"model": {"artifacts": [{}]}}}}']
    + ['{"inputs": {"artifacts": {"a": {"artifacts": [{}]}}}, "outputs": {"outputFile": "/x"}}'],
)
def test_what_is_no_executor_input_is_one_clear_error(text):
    with pytest.raises(StepError, match="--executor_input: not KFP's executor input"):
        ExecutorInput.from_json(text)
