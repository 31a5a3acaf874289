"""The texts in a value: itself, or what lies within a list, an object or JSON."""

import json
from collections.abc import Iterator
from typing import Any


def texts(value: Any) -> Iterator[str]:
    """Yields each text in a value; JSON in a text is read, and its own texts yielded."""
    if isinstance(value, dict):
        for below in value.values():
            yield from texts(below)
    elif isinstance(value, list):
        for below in value:
            yield from texts(below)
    elif isinstance(value, str):
        inner = _read(value)
        if inner is None:
            yield value
        else:
            yield from texts(inner)


def _read(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[", '"')):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
