"""The messages of TF Serving's API, under a package name of our own; see `wire.proto`.

They are made from the compiled description, in a pool of their own, with the protobuf runtime that
is there: no generated code that asks for one version of it, and no clash with TensorFlow's.

    request = wire.PredictRequest()
    request.model_spec.name = "taxi"
"""

from pathlib import Path
from typing import Any

from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    wrappers_pb2,
)

PACKAGE = "tfxp.wire"
_FILE = "wire.proto"


def _pool() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    for known in (any_pb2, wrappers_pb2):
        pool.AddSerializedFile(known.DESCRIPTOR.serialized_pb)
    compiled = Path(__file__).with_name("wire.binpb").read_bytes()
    for file in descriptor_pb2.FileDescriptorSet.FromString(compiled).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


_DESCRIPTION = _pool().FindFileByName(_FILE)


def __getattr__(name: str) -> Any:
    """Returns the message class, or the value of an enumeration such as `DT_FLOAT`."""
    if name in _DESCRIPTION.message_types_by_name:
        descriptor = _DESCRIPTION.message_types_by_name[name]
        found = message_factory.GetMessageClass(descriptor)
    else:
        values = (enum.values_by_name for enum in _DESCRIPTION.enum_types_by_name.values())
        numbers = {value.name: value.number for known in values for value in known.values()}
        if name not in numbers:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        found = numbers[name]
    globals()[name] = found
    return found
