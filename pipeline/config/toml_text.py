"""Values as TOML writes them."""

import json
import re
from collections.abc import Mapping
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_value(value: Any) -> str:
    """One value on one line; what TOML has no form for, as Python prints it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            # JSON's escapes are TOML's, but for the one control character that JSON lets pass.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
        case list() | tuple():
            return f"[{', '.join(toml_value(item) for item in value)}]"
        case dict():
            pairs = (f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items())
            return f"{{ {', '.join(pairs)} }}" if value else "{}"
        case _:
            return str(value)


def toml_key(*parts: str | int) -> str:
    """A dotted key; a number is the place in a list, which `--set` understands too."""
    return ".".join(
        str(part) if _BARE_KEY.fullmatch(str(part)) else toml_value(part) for part in parts
    )


def lookup(tables: Mapping[str, Any], path: tuple[str | int, ...]) -> Any:
    """The value at a path.

    Raises:
        KeyError: there is none.
    """
    value: Any = tables
    for part in path:
        if isinstance(part, str) != isinstance(value, Mapping):
            raise KeyError(path)
        try:
            value = value[part]
        except (IndexError, TypeError) as error:
            raise KeyError(path) from error
    return value
