"""The client's messages are TF Serving's, number by number."""

import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

from tfxp_client import wire

HERE = Path(wire.__file__).parent
MODULES = (
    "tensorflow_serving.apis.predict_pb2",
    "tensorflow_serving.apis.classification_pb2",
    "tensorflow_serving.apis.regression_pb2",
    "tensorflow_serving.apis.inference_pb2",
    "tensorflow_serving.apis.get_model_metadata_pb2",
    "tensorflow_serving.apis.get_model_status_pb2",
    "tensorflow_serving.apis.model_management_pb2",
    "tensorflow_serving.apis.prediction_log_pb2",
    "tensorflow_serving.config.model_server_config_pb2",
)
HEALTH = {"HealthCheckRequest", "HealthCheckResponse"}


def described(message):
    """Fields of a message and of those inside it: number to name, type, repetition, choice."""
    proto = descriptor_pb2.DescriptorProto()
    message.CopyToProto(proto)
    found = {
        field.number: (
            field.name,
            field.type,
            field.label,
            field.type_name.rpartition(".")[2],
            proto.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else "",
        )
        for field in proto.field
    }
    inner = {nested.name: described(nested) for nested in message.nested_types}
    values = {enum.name: {v.name: v.number for v in enum.values} for enum in message.enum_types}
    return {"fields": found, "inner": inner, "values": values}


def theirs():
    """Every message that TF Serving's modules reach, by its short name."""
    found, seen = {}, set()

    def walk(file):
        if file.name in seen:
            return
        seen.add(file.name)
        for needed in file.dependencies:
            walk(needed)
        for message in file.message_types_by_name.values():
            collect(message)

    def collect(message):
        found[message.name] = message
        for nested in message.nested_types:
            collect(nested)

    for name in MODULES:
        walk(__import__(name, fromlist=["DESCRIPTOR"]).DESCRIPTOR)
    return found


@pytest.mark.slow
def test_every_field_has_tf_servings_number_and_type():
    known = theirs()
    checked = 0
    for name, message in wire._DESCRIPTION.message_types_by_name.items():
        if name in HEALTH:
            continue
        ours, other = described(message), described(known[name])
        for number, field in ours["fields"].items():
            expected = other["fields"][number]
            if name == "StatusProto" and field[0] == "error_code":
                # An enumeration there; a number on the wire either way.
                continue
            assert field == expected, (name, number)
            checked += 1
        for enum, values in ours["values"].items():
            assert values == other["values"][enum], name
    assert checked > 100


def test_the_compiled_description_is_that_of_the_source(tmp_path):
    compiled = tmp_path / "wire.binpb"
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I", HERE]
    command += ["--descriptor_set_out", compiled, HERE / "wire.proto"]
    subprocess.run(list(map(str, command)), check=True)
    assert compiled.read_bytes() == (HERE / "wire.binpb").read_bytes(), "run `make wire`"


def test_importing_it_brings_neither_tensorflow_nor_numpy():
    script = (
        "import sys, tfxp_client.wire as wire; wire.PredictRequest(); "
        "sys.exit(' '.join({'tensorflow', 'tfx', 'numpy', 'google.protobuf.json_format'} "
        "& set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'PredictRequst'"):
        wire.PredictRequst  # noqa: B018


def test_enumerations_are_numbers():
    assert (wire.DT_STRING, wire.DT_INT64) == (7, 9)
