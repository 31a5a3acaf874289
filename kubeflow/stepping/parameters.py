"""Execution properties from KFP's parameters: the types that TFX knows, and what a run was given.

KFP has one kind of number, the double. A run's own values, such as the training steps, belong
somewhere inside these properties, most of which are JSON texts.
"""

import json
from collections.abc import Mapping
from typing import Any

from stepping.errors import StepError
from stepping.node import Node

Property = int | float | str


def exec_properties(node: Node, given: Mapping[str, Any]) -> dict[str, Property]:
    """Returns what the executor is told.

    Args:
        node: Says which properties there are, of which type, and where the run's values belong.
        given: KFP's parameters.

    Raises:
        StepError: a parameter is missing, of another type, or has no place.
    """
    properties: dict[str, Property] = {}
    for name, kind in node.parameters.items():
        properties[name] = _typed(f"parameter {name!r}", kind, _given(name, given))
    for name, places in node.runtime.items():
        value = _given(name, given)
        for place in places:
            _put(properties, node, name, place, value)
    return properties


def _given(name: str, given: Mapping[str, Any]) -> Any:
    if given.get(name) is None:
        known = ", ".join(sorted(given)) or "none"
        raise StepError(f"parameter {name!r} is missing from the executor input; it has: {known}")
    return given[name]


def _typed(what: str, kind: str, value: Any) -> Property:
    typed: Property | None = None
    if kind == "STRING":
        typed = value if isinstance(value, str) else None
    elif isinstance(value, int | float | str) and not isinstance(value, bool):
        typed = _number(kind, value)
    if typed is None:
        raise StepError(f"{what} is {value!r}; expected {_WORDS[kind]}")
    return typed


_WORDS = {"STRING": "a text", "INT": "a whole number", "DOUBLE": "a number"}


def _number(kind: str, value: int | float | str) -> int | float | None:
    try:
        # An integer is exact as a text, which a double may not be.
        if kind == "INT" and isinstance(value, int | str):
            return int(value)
        number = float(value)
        if kind == "DOUBLE":
            return number
        return int(number) if number.is_integer() else None
    except ValueError:
        return None


def _put(
    properties: dict[str, Property],
    node: Node,
    name: str,
    place: tuple[str, ...],
    value: Any,
) -> None:
    """Writes a run's value into its place."""
    what, (first, *keys) = f"parameter {name!r}", place
    if first not in properties:
        raise StepError(f"{what} belongs into {first!r}, which {node.id} does not have")
    if not keys:
        properties[first] = _typed(what, node.parameters[first], value)
        return
    try:
        tree = json.loads(str(properties[first]))
        holder = tree
        for key in keys[:-1]:
            holder = holder[key]
        before = holder[keys[-1]]
    except (ValueError, TypeError, KeyError) as error:
        where = ".".join(place)
        raise StepError(f"{what} belongs into {where}, which {node.id} does not have") from error
    after = _typed(what, _kind(before, value), value)
    if after != before:
        holder[keys[-1]] = after
        properties[first] = json.dumps(tree)


def _kind(before: Any, value: Any) -> str:
    """The type that a place has: of what stands there, or of the value where nothing does."""
    if before is None:
        is_whole = isinstance(value, int | float) and float(value).is_integer()
        before = int(value) if is_whole else value
    if isinstance(before, str):
        return "STRING"
    return "DOUBLE" if isinstance(before, float) else "INT"
