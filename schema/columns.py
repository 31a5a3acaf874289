"""Which columns a row has, in training and in serving."""

from dataclasses import dataclass
from typing import Literal

from tensorflow_metadata.proto.v0 import schema_pb2

from schema.errors import SchemaError

TRAINING = "TRAINING"
"""The environment of rows that carry the label."""

SERVING = "SERVING"
"""The environment of rows that come with a request."""

Kind = Literal["int", "float", "bytes"]

_KINDS: dict[int, Kind] = {
    schema_pb2.INT: "int",
    schema_pb2.FLOAT: "float",
    schema_pb2.BYTES: "bytes",
}

# TFDV does not look at columns in these stages, so nothing may rely on them.
_UNCHECKED_STAGES = frozenset(
    {
        schema_pb2.PLANNED,
        schema_pb2.ALPHA,
        schema_pb2.DEPRECATED,
        schema_pb2.DEBUG_ONLY,
        schema_pb2.DISABLED,
    }
)


@dataclass(frozen=True)
class Column:
    """A raw column as the schema promises it: at most one value a row.

    Attributes:
        name: As in the data, any Unicode.
        kind: How a tf.Example holds it: int64, float32 or bytes.
        may_be_missing: Whether a row without a value keeps the contract.
        is_checked: False in a lifecycle stage that data validation passes over.
    """

    name: str
    kind: Kind
    may_be_missing: bool
    is_checked: bool = True


def columns(schema: schema_pb2.Schema, environment: str | None = None) -> tuple[Column, ...]:
    """The columns of the schema, in its order.

    Args:
        schema: As `read_schema` returns it.
        environment: Only those that rows of this environment have; None for all.

    Raises:
        SchemaError: The schema does not list the environment.
    """
    if environment is not None and environment not in schema.default_environment:
        known = ", ".join(schema.default_environment) or "none"
        raise SchemaError(
            f"the schema has no environment {environment!r}; its default_environment lists: {known}"
        )
    return tuple(
        Column(
            name=feature.name,
            kind=_KINDS[feature.type],
            may_be_missing=feature.presence.min_fraction < 1,
            is_checked=feature.lifecycle_stage not in _UNCHECKED_STAGES,
        )
        for feature in schema.feature
        if environment is None or environment not in feature.not_in_environment
    )
