"""What ML Metadata keeps of a run, as far as the next task sees it.

An artifact's metadata passes through MLMD, which knows int64, double, string and struct:

| an executor says | the next task reads                              |
| ---------------- | ------------------------------------------------ |
| `3`, `3.5`       | a double                                         |
| `true`           | the number 1                                     |
| `"text"`         | the same                                         |
| `[1, 2]`         | `{"list": [1, 2]}`                               |
| `{"a": 1}`       | `{"struct": {"a": 1}}`                           |
| `null`           | nothing: KFP cannot record it, and the step fails |

The artifact comes back without the name of its type, and its own name is its number in MLMD.
"""

import itertools
from dataclasses import dataclass, field

from google.protobuf import struct_pb2
from kfp.pipeline_spec import pipeline_spec_pb2 as pb

from tests.kubeflow.emulator.job import Values

_STORE = '{"Provider":"minio","Params":{"fromEnv":"true"}}'


class CannotRecord(Exception):
    """Metadata that MLMD has no type for."""


@dataclass(frozen=True)
class Outputs:
    """What a finished task has published."""

    artifacts: dict[str, pb.RuntimeArtifact] = field(default_factory=dict)
    parameters: Values = field(default_factory=dict)


class Records:
    """The artifacts of all runs of a cluster; every one has a number."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def record(self, key: str, artifact: pb.RuntimeArtifact) -> pb.RuntimeArtifact:
        """Publishes an output; returns what a task that takes it will be told."""
        metadata = {name: _kept(value) for name, value in artifact.metadata.fields.items()}
        metadata.setdefault("display_name", struct_pb2.Value(string_value=key))
        metadata.setdefault("store_session_info", struct_pb2.Value(string_value=_STORE))
        return pb.RuntimeArtifact(
            name=str(next(self._numbers)),
            uri=artifact.uri,
            # Set, and empty: so it is in what a real launcher passes on.
            type=pb.ArtifactTypeSchema(instance_schema=""),
            metadata=struct_pb2.Struct(fields=metadata),
        )


def _kept(value: struct_pb2.Value) -> struct_pb2.Value:
    match value.WhichOneof("kind"):
        case "string_value" | "number_value":
            return value
        case "bool_value":
            return struct_pb2.Value(number_value=float(value.bool_value))
        case "list_value":
            return _wrapped("list", value)
        case "struct_value":
            return _wrapped("struct", value)
        case kind:
            raise CannotRecord(f"metadata of kind {kind} cannot be recorded")


def _wrapped(key: str, value: struct_pb2.Value) -> struct_pb2.Value:
    return struct_pb2.Value(struct_value=struct_pb2.Struct(fields={key: value}))
