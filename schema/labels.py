"""What is learnt: the label's column, and what its values mean."""

from dataclasses import dataclass
from typing import Literal

from tensorflow_metadata.proto.v0 import schema_pb2

from schema.errors import SchemaError

Task = Literal["binary", "multiclass", "regression"]

_MOST_CLASSES = 1000


@dataclass(frozen=True)
class Label:
    """What is learnt.

    Attributes:
        column: The raw column that is the label, or that the label is made from.
        share: With `of`: the label is 1 where `column` is above this share of `of`.
        of: A raw number column. A row in which it is missing, 0 or negative has label 0.
        positive: Of a binary label, the value that is 1, as text; None for a column of 0 and 1.
    """

    column: str
    share: float | None = None
    of: str | None = None
    positive: str | None = None

    def __post_init__(self) -> None:
        if (self.share is None) != (self.of is None):
            raise SchemaError(
                f"label {self.column!r}: share and of go together, "
                f"got share={self.share!r} and of={self.of!r}"
            )

    @property
    def sources(self) -> tuple[str, ...]:
        """The raw columns that are read to make the label."""
        return (self.column,) if self.of is None else (self.column, self.of)


Classes = tuple[str, ...] | tuple[int, ...]


def label_classes(schema: schema_pb2.Schema, label: Label, task: Task) -> Classes:
    """The values that a label may have, in the order of their ids.

    Args:
        schema: As `read_schema` returns it; it has the label's column.
        label: The label.
        task: What is learnt of it.

    Returns:
        For `multiclass` all classes, for `binary` class 0 and class 1, or only what is not 1
        where the schema lists no values; nothing where the label is a number as it stands.

    Raises:
        SchemaError: the column does not fit the task, or the schema does not list its values.
    """
    entry = next(feature for feature in schema.feature if feature.name == label.column)
    is_text = entry.type == schema_pb2.BYTES
    listed = _listed(entry, schema)
    match task:
        case "regression":
            if is_text:
                raise SchemaError(
                    f"label: column {label.column!r} holds text; a regression needs numbers"
                )
            return ()
        case "multiclass":
            if len(listed) < 2:
                raise SchemaError(
                    f"label: the schema does not list the classes of {label.column!r}; add a "
                    "string_domain with a value for each, or int_domain { min: … max: … }"
                )
            return listed
        case "binary":
            return _binary(label, listed, is_text)


def _binary(label: Label, listed: Classes, is_text: bool) -> Classes:
    if label.of is not None:
        return ()
    if label.positive is None:
        if is_text:
            raise SchemaError(
                f"label: column {label.column!r} holds text; say with label.positive which of its "
                "values is class 1"
            )
        return ()
    known = [value for value in listed if str(value) != label.positive]
    if listed and len(known) == len(listed):
        raise SchemaError(
            f"label: {label.positive!r} is not among the values that the schema lists for "
            f"{label.column!r}: {', '.join(map(str, listed[:10]))}"
        )
    if is_text:
        return (*map(str, known), label.positive)
    try:
        return (*(int(value) for value in known), int(label.positive))
    except ValueError:
        raise SchemaError(
            f"label: column {label.column!r} holds whole numbers, and {label.positive!r} is none"
        ) from None


def _listed(entry: schema_pb2.Feature, schema: schema_pb2.Schema) -> Classes:
    if entry.type == schema_pb2.BYTES:
        if entry.domain:
            named = (d for d in schema.string_domain if d.name == entry.domain)
            return tuple(value for domain in named for value in domain.value)
        return tuple(entry.string_domain.value)
    if entry.HasField("bool_domain"):
        return (0, 1)
    domain = entry.int_domain
    is_closed = domain.HasField("min") and domain.HasField("max")
    if is_closed and domain.max - domain.min < _MOST_CLASSES:
        return tuple(range(domain.min, domain.max + 1))
    return ()
