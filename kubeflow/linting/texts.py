"""The texts in a value: itself, or what lies within a list, an object or JSON."""

import json
from collections.abc import Iterator
from typing import Any

from linting.places import at


def texts(value: Any) -> Iterator[str]:
    """Yields each text in a value; JSON in a text is read, and its own texts yielded."""
    for _, text in named_texts("", value):
        yield text


def named_texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """As `texts`, each with the innermost name that it has: of a key, or else `name`."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from named_texts(str(key), below)
    elif isinstance(value, list):
        for below in value:
            yield from named_texts(name, below)
    elif isinstance(value, str):
        inner = _read(value)
        if inner is None:
            yield name, value
        else:
            yield from named_texts(name, inner)


def placed_texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yields each text in a value with its place; JSON in a text is left as it is."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from placed_texts(at(place, str(key)), below)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from placed_texts(at(place, index), below)
    elif isinstance(value, str):
        yield place, value


def _read(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[", '"')):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
