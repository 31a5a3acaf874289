"""KFP's values as texts and back, and its messages as JSON, written as Go writes them."""

import json
from typing import Any

from google.protobuf import json_format, struct_pb2
from google.protobuf.message import Message
from kfp.pipeline_spec import pipeline_spec_pb2 as pb

_TRUE, _FALSE = {"1", "t", "T", "true", "TRUE", "True"}, {"0", "f", "F", "false", "FALSE", "False"}


def as_text(value: struct_pb2.Value) -> str:
    """A value in place of `{{$.inputs.parameters['key']}}`: numbers short, the rest as JSON."""
    plain = _as_go(json_format.MessageToDict(value))
    return plain if isinstance(plain, str) else "" if plain is None else _compact(plain)


def as_json(message: Message) -> str:
    """A message as JSON; a whole number has no decimal point there."""
    return _compact(_as_go(json_format.MessageToDict(message)))


def from_text(text: str, wanted: int) -> struct_pb2.Value:
    """A value from the file in which a step left an output parameter.

    Raises:
        ValueError: the text is not of that type.
    """
    kinds = pb.ParameterType
    match wanted:
        case kinds.STRING:
            return struct_pb2.Value(string_value=text)
        case kinds.NUMBER_INTEGER:
            return struct_pb2.Value(number_value=int(text.strip()))
        case kinds.NUMBER_DOUBLE:
            return struct_pb2.Value(number_value=float(text.strip()))
        case kinds.BOOLEAN if text.strip() in _TRUE | _FALSE:
            return struct_pb2.Value(bool_value=text.strip() in _TRUE)
        case kinds.LIST | kinds.STRUCT:
            value = json_format.ParseDict(json.loads(text), struct_pb2.Value())
            if value.WhichOneof("kind") == f"{kinds.ParameterTypeEnum.Name(wanted).lower()}_value":
                return value
    raise ValueError(f"{text!r} is not of type {kinds.ParameterTypeEnum.Name(wanted)}")


def _as_go(plain: Any) -> Any:
    match plain:
        case float() if plain.is_integer() and abs(plain) < 1e21:
            return int(plain)
        case dict():
            return {key: _as_go(value) for key, value in plain.items()}
        case list():
            return [_as_go(value) for value in plain]
    return plain


def _compact(plain: Any) -> str:
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
