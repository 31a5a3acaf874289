"""What a node's outputs say of it."""

import pytest
from ml_metadata.proto import metadata_store_pb2 as pb
from tfx.proto.orchestration import pipeline_pb2

from components.artifacts import Parity
from pipeline.runner.nodes import Node
from pipeline.runner.outputs import refusal


def node_and_outputs(type_name, **properties):
    artifact = pb.Artifact()
    for name, value in properties.items():
        kind = "int_value" if isinstance(value, int) else "string_value"
        setattr(artifact.custom_properties[name], kind, value)
    types = {"result": pb.ArtifactType(name=type_name)}
    node = Node("Gate", "", {}, types, {}, (), pipeline_pb2.PipelineNode(), None)
    return node, {"result": (artifact,)}


@pytest.mark.parametrize("gate", ["ModelBlessing", "InfraBlessing", Parity.TYPE_NAME])
def test_a_blessing_that_is_withheld_is_a_refusal_with_its_reason(gate):
    withheld = node_and_outputs(gate, blessed=0, reason="serve_rows differs")

    assert refusal(*withheld) == "serve_rows differs"
    assert refusal(*node_and_outputs(gate, blessed=0)) == "not blessed"
    assert refusal(*node_and_outputs(gate, blessed=1)) is None
    assert refusal(*node_and_outputs("ModelRun", blessed=0)) is None
