"""Names of columns where not every character may stand."""

import keyword
import re

_UNSAFE = re.compile(r"[^A-Za-z0-9_]")
# The tensors of a signature become arguments of a Python method when it is saved and loaded.
_RESERVED = frozenset((*keyword.kwlist, "self"))


def tensor_name(column: str) -> str:
    """The column's name where only ASCII letters, digits and `_` may stand.

    Such names pass unchanged; each other character becomes its code point between `_u` and `_`:
    `"fare"` → `"fare"`, `"trip miles"` → `"trip_u20_miles"`, `"a/b.c"` → `"a_u2f_b_u2e_c"`. Words
    that no argument may be called have `_u_` behind them: `"class"` → `"class_u_"`.
    """
    name = _UNSAFE.sub(lambda match: f"_u{ord(match[0]):x}_", column)
    if name in _RESERVED:
        return f"{name}_u_"
    return name if re.match(r"[A-Za-z]", name) else f"c{name}"


def compared_name(column: str) -> str:
    """What must differ between the columns of a problem: TensorFlow ignores case in names."""
    return tensor_name(column).lower()


def transformed(*columns: str) -> str:
    """The name of what Transform makes of the column, or of a cross of several.

    It is the only place that knows it.
    """
    return f"{'_x_'.join(map(tensor_name, columns))}_xf"
