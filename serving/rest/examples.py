"""The body of `:classify` and `:regress` to tf.Examples."""

from collections.abc import Mapping
from typing import Any

from serving.prediction.plans import invalid
from serving.rest.documents import shown, type_name
from serving.rest.values import from_base64, is_base64

_LISTS = {bytes: "bytes_list", float: "float_list", int: "int64_list"}
_INT64 = range(-(2**63), 2**63)


def fill_input(document: Mapping[str, Any], message: Any) -> None:
    """Writes `examples`, and a `context` if there is one, into an Input.

    Raises:
        ServingError: INVALID_ARGUMENT.
    """
    filled = message.example_list
    if "context" in document:
        filled = message.example_list_with_context
        _fill_example(document["context"], filled.context)
    examples = document.get("examples")
    if "examples" not in document:
        msg = "key 'examples' is expected and was not found"
        raise invalid(f"JSON Value: {shown(document)} When method is classify, {msg}")
    if not isinstance(examples, list):
        msg = f"JSON Value: {shown(document)} Expecting 'examples' value to be an list/array"
        raise invalid(msg)
    if not examples:
        msg = f"JSON Value: {shown(document)} 'examples' value is an empty array"
        raise invalid(msg)
    for example in examples:
        _fill_example(example, filled.examples.add())


def _fill_example(value: Any, example: Any) -> None:
    if not isinstance(value, dict):
        msg = f"Example must be JSON object but got JSON {type_name(value)}"
        raise invalid(msg)
    example.features.SetInParent()
    for name, content in value.items():
        items = content if isinstance(content, list) else [content]
        values = [_value(item, name) for item in items]
        kinds = {type(item) for item in values}
        feature = _feature(example, name)
        if len(kinds) > 1:
            expected = _LISTS[type(values[0])].removesuffix("_list")
            msg = f"Unexpected element type in feature: {name} expecting type: {expected}"
            raise invalid(msg)
        for kind in kinds:
            getattr(feature, _LISTS[kind]).value.extend(values)


def _feature(example: Any, name: str) -> Any:
    try:
        return example.features.feature[name]
    except UnicodeEncodeError as error:
        msg = "a feature's name is no text"
        raise invalid(msg) from error


def _value(item: Any, name: str) -> bytes | float | int:
    """One value as a tf.Example keeps it: bytes, float or int."""
    if isinstance(item, bool):
        return int(item)
    if isinstance(item, str):
        return item.encode(errors="replace")
    if isinstance(item, int):
        if item not in _INT64:
            msg = f"Feature: {name} has uint64_t element. Only int64_t is supported."
            raise invalid(msg)
        return item
    if isinstance(item, float):
        return item
    if is_base64(item):
        return from_base64(item["b64"])
    msg = f"Feature: {name} has element with unexpected JSON type: {type_name(item)}"
    raise invalid(msg)
