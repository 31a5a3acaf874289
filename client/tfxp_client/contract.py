"""What a curated schema promises of the columns: `schema.pbtxt`, read without TensorFlow Metadata.

Only the fields that matter here are described; the reader passes over all others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

_PACKAGE = "tfxp.contract"
_SERVING = "SERVING"
_TYPES = ("TYPE_UNKNOWN", "BYTES", "INT", "FLOAT", "STRUCT")
_KINDS = {_TYPES.index("INT"): "int", _TYPES.index("FLOAT"): "float"}
_Field = descriptor_pb2.FieldDescriptorProto


@dataclass(frozen=True)
class Column:
    """A raw column.

    Attributes:
        kind: `text`, `int` or `float`.
        may_be_missing: Whether a row may have no value of it.
        is_served: Whether it comes with a request; the label does not.
    """

    kind: str
    may_be_missing: bool
    is_served: bool


Contract = Mapping[str, Column]
"""By name, in the order of the schema."""


def read_contract(path: Path | str) -> Contract:
    """Reads a schema in text format.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no Schema.
    """
    text = Path(path).read_text(encoding="utf-8")
    schema = _message("Schema")()
    try:
        text_format.Parse(text, schema, allow_unknown_extension=True, allow_unknown_field=True)
    except text_format.ParseError as error:
        raise ValueError(f"{path}: no Schema of TensorFlow Metadata: {error}") from error
    if not schema.feature:
        raise ValueError(f"{path}: a schema without a feature")
    return {feature.name: _column(feature) for feature in schema.feature}


def _column(feature: Any) -> Column:
    return Column(
        _KINDS.get(feature.type, "text"),
        feature.presence.min_fraction < 1,
        _SERVING not in feature.not_in_environment,
    )


def _message(name: str) -> Any:
    """A message class of a pool of its own."""
    pool = descriptor_pool.DescriptorPool()
    pool.Add(_description())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


def _description() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="contract.proto", package=_PACKAGE, syntax="proto2"
    )
    presence = file.message_type.add(name="FeaturePresence")
    presence.field.add(
        name="min_fraction", number=1, type=_Field.TYPE_DOUBLE, label=_Field.LABEL_OPTIONAL
    )
    feature = file.message_type.add(name="Feature")
    feature.enum_type.add(name="Type").value.extend(
        descriptor_pb2.EnumValueDescriptorProto(name=name, number=number)
        for number, name in enumerate(_TYPES)
    )
    feature.field.add(name="name", number=1, type=_Field.TYPE_STRING, label=_Field.LABEL_OPTIONAL)
    feature.field.add(
        name="type",
        number=2,
        type=_Field.TYPE_ENUM,
        type_name=f".{_PACKAGE}.Feature.Type",
        label=_Field.LABEL_OPTIONAL,
    )
    feature.field.add(
        name="presence",
        number=14,
        type=_Field.TYPE_MESSAGE,
        type_name=f".{_PACKAGE}.FeaturePresence",
        label=_Field.LABEL_OPTIONAL,
    )
    feature.field.add(
        name="not_in_environment", number=10, type=_Field.TYPE_STRING, label=_Field.LABEL_REPEATED
    )
    schema = file.message_type.add(name="Schema")
    schema.field.add(
        name="feature",
        number=1,
        type=_Field.TYPE_MESSAGE,
        type_name=f".{_PACKAGE}.Feature",
        label=_Field.LABEL_REPEATED,
    )
    return file
