"""Reading documents as protobuf messages, as strictly as a cluster does or more."""

from collections.abc import Iterator
from typing import Any

from google.protobuf import json_format

from linting.finding import Fault
from linting.places import at

# What these hold is anything, or one value in a form of its own.
_WELL_KNOWN = "google.protobuf."


class UnreadableValue(Exception):
    """A value is of another type than the field of the message that it stands in."""


def unknown_fields(descriptor: Any, value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yields place and name of what a message does not have: a field, or a value of an enum.

    Args:
        descriptor: The message's descriptor.
        value: What a document has in its place; anything but an object is not of it either.
        place: Where that is.
    """
    if value is None or descriptor.full_name.startswith(_WELL_KNOWN):
        return
    if not isinstance(value, dict):
        # The library takes the letters of a text for fields that it does not know.
        yield place, descriptor.name
        return
    fields = {name: field for field in descriptor.fields for name in (field.json_name, field.name)}
    for key, below in value.items():
        field = fields.get(str(key))
        if field is None:
            # The sign of a message that was packed as google.protobuf.Any, as older SDKs did.
            if key != "@type":
                yield at(place, str(key)), descriptor.name
        elif field.message_type is not None:
            yield from _below(field, below, at(place, str(key)))
        elif field.enum_type is not None and not _is_value(field.enum_type, below):
            yield at(place, str(key)), field.enum_type.name


def parsed(message: Any, document: Any) -> dict[str, Any]:
    """Returns the document with the names and the types of the message's fields.

    Raises:
        UnreadableValue: A value is of another type than its field, or no value of JSON.
    """
    try:
        json_format.ParseDict(document, message, ignore_unknown_fields=True)
        return dict(json_format.MessageToDict(message))
    # The library's own errors for what it foresees, and Python's for the rest.
    except (json_format.Error, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise UnreadableValue(" ".join(str(error).split())) from error


def type_fault(place: str, error: UnreadableValue) -> Fault:
    """Says which value could not be read."""
    return Fault(
        place,
        f"cannot be read: {error}; the API server answers the same",
        "write the value as the message of that name has it (pipeline_spec.proto of KFP)",
    )


def _is_value(enum: Any, value: Any) -> bool:
    # A number is taken as it is, though not a truth value, which Python has for one.
    if isinstance(value, str):
        return value in enum.values_by_name
    return not isinstance(value, bool)


def _below(field: Any, value: Any, place: str) -> Iterator[tuple[str, str]]:
    descriptor = field.message_type
    if descriptor.GetOptions().map_entry:
        entry = descriptor.fields_by_name["value"].message_type
        if entry is not None and isinstance(value, dict):
            for key, below in value.items():
                yield from unknown_fields(entry, below, at(place, str(key)))
    elif field.is_repeated:
        for index, below in enumerate(value if isinstance(value, list) else ()):
            yield from unknown_fields(descriptor, below, at(place, index))
    else:
        yield from unknown_fields(descriptor, value, place)
