"""Places in a document, as JSON paths."""

import re

_PLAIN = re.compile(r"[A-Za-z_]\w*")


def at(place: str, *keys: str | int) -> str:
    """Returns the path of what lies below `place`: `$.root`, `dag`, `a-b` → `$.root.dag['a-b']`."""
    for key in keys:
        if isinstance(key, int):
            place += f"[{key}]"
        elif _PLAIN.fullmatch(key):
            place += f".{key}"
        else:
            quoted = key.replace("\\", "\\\\").replace("'", "\\'")
            place += f"['{quoted}']"
    return place
