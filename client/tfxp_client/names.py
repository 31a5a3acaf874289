"""The names of columns: as tensors of `serve_rows`, and the nearest to one that is not there."""

import difflib
import keyword
import re
from collections.abc import Collection
from functools import lru_cache

_SHOWN = 20
_OTHER = re.compile(r"[^A-Za-z0-9_]")


@lru_cache(maxsize=4096)
def tensor_name(column: str) -> str:
    """What a column is called in `serve_rows`, where names are letters, digits and `_` in ASCII.

    Each other character is its code point in hex between `_u` and `_`: `"trip miles"` is
    `"trip_u20_miles"`. Words that Python keeps for itself have `_u_` behind them; what does not
    begin with a letter has `c` before it.
    """
    name = "".join(f"_u{ord(letter):x}_" if _OTHER.match(letter) else letter for letter in column)
    if keyword.iskeyword(name) or name == "self":
        return f"{name}_u_"
    return name if name[:1].isalpha() else f"c{name}"


def known_names(found: str, names: Collection[str]) -> str:
    """The nearest of the names, as a question, and all of them."""
    near = difflib.get_close_matches(found, names, n=1)
    question = f"did you mean {near[0]!r}? " if near else ""
    listed = ", ".join(list(names)[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{question}there are: {listed}{more}"
