"""What a version of a model can be asked: its signatures, their inputs and outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tfxp_client import wire
from tfxp_client.calling import Way, call
from tfxp_client.errors import BadAnswer
from tfxp_client.methods import METADATA
from tfxp_client.status import model_spec
from tfxp_client.steps import Steps
from tfxp_client.tensors import dtype_name

_FIELD = "signature_def"


@dataclass(frozen=True)
class Tensor:
    """An input or output.

    Attributes:
        dtype: As TensorFlow names it: `float32`, `int64`, `string`.
        shape: None where a dimension is free; None in its place where even the rank is.
    """

    dtype: str
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True)
class Signature:
    """A function of the model.

    Attributes:
        inputs: By name, in the order of the names.
        outputs: The same.
    """

    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]


@dataclass(frozen=True)
class Metadata:
    """What a version can be asked.

    Attributes:
        model: Its name.
        version: Its number.
        signatures: By name.
    """

    model: str
    version: int
    signatures: Mapping[str, Signature]


def metadata(way: Way) -> Steps[Metadata]:
    """Asks for the metadata of the version that answers now.

    Raises:
        ClientError: BadAnswer where they cannot be read.
    """
    asked = way.asked
    request = wire.GetModelMetadataRequest(model_spec=model_spec(asked), metadata_field=[_FIELD])
    answer = yield from call(METADATA, request, way)
    if _FIELD not in answer.metadata:
        raise BadAnswer(f"{asked} on {asked.address}: the answer has no {_FIELD!r}; is it a model?")
    # Unpacked by hand: its type is TensorFlow's name, and the messages here have another.
    packed = wire.SignatureDefMap.FromString(answer.metadata[_FIELD].value)
    return Metadata(
        answer.model_spec.name or asked.model,
        answer.model_spec.version.value,
        {name: _signature(one) for name, one in sorted(packed.signature_def.items())},
    )


def _signature(message: Any) -> Signature:
    return Signature(
        {name: _tensor(info) for name, info in sorted(message.inputs.items())},
        {name: _tensor(info) for name, info in sorted(message.outputs.items())},
    )


def _tensor(info: Any) -> Tensor:
    shape = info.tensor_shape
    dimensions = tuple(None if dim.size < 0 else dim.size for dim in shape.dim)
    return Tensor(dtype_name(info.dtype), None if shape.unknown_rank else dimensions)
