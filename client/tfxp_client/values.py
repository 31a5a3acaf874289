"""Single values: which a type takes, and what stands for one that is missing.

In `serve_rows` a missing value is NaN, the empty text, or the smallest int64: a signature of
TensorFlow cannot leave a tensor out.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tfxp_client.tables import ABSENT

_LARGEST_FLOATS = {"float16": 65504.0, "float32": 3.4028234663852886e38, "float64": math.inf}
_INTEGERS = {
    f"{sign}int{bits}": bounds
    for bits in (8, 16, 32, 64)
    for sign, bounds in (("", (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)), ("u", (0, 2**bits - 1)))
}
_PANDAS_MISSING = frozenset({"NAType", "NaTType"})
_SHOWN_LENGTH = 60

Wrong = list[tuple[int, str]]
"""Row, and what is wrong with its value."""


@dataclass(frozen=True)
class Kind:
    """What a type takes.

    Attributes:
        expected: In words.
        take: From a value to what is sent; None for one that does not fit.
        take_all: The same of many, quickly; None where they need a look one by one.
        missing: What is sent for a missing value; None where the type has nothing for it.
    """

    expected: str
    take: Callable[[Any], Any]
    take_all: Callable[[Sequence[Any]], Sequence[Any] | None]
    missing: Any


@dataclass(frozen=True)
class Rule:
    """What a column takes.

    Attributes:
        kind: Of its values.
        may_be_missing: Whether a row may have no value.
        may_be_absent: Whether a row may lack the column, which then is no value.
    """

    kind: Kind
    may_be_missing: bool
    may_be_absent: bool


def is_column_type(dtype: str) -> bool:
    """Whether there is a kind of the type, as TensorFlow names it."""
    return dtype in _LARGEST_FLOATS or dtype in _INTEGERS or dtype in ("string", "bool")


@lru_cache
def kind_of(dtype: str) -> Kind:
    """The kind of a type that columns can have."""
    if dtype in _LARGEST_FLOATS:
        return _floats(_LARGEST_FLOATS[dtype])
    if dtype in _INTEGERS:
        return _integers(dtype)
    if dtype == "string":
        return Kind("a text", _text, _texts, b"")
    return Kind("True or False", _boolean, lambda values: None, None)


def convert(values: Sequence[Any], rule: Rule) -> tuple[Sequence[Any], Wrong]:
    """Returns the values as they are sent, and what is wrong with which rows."""
    taken = rule.kind.take_all(values)
    if taken is not None and (rule.may_be_missing or rule.kind.missing not in taken):
        return taken, []
    wrong: Wrong = []
    return [_converted(value, rule, row, wrong) for row, value in enumerate(values)], wrong


def _converted(value: Any, rule: Rule, row: int, wrong: Wrong) -> Any:
    kind, value = rule.kind, _plain(value)
    if value is ABSENT and not rule.may_be_absent:
        wrong.append((row, f"not in the row; expected {kind.expected}, or None for no value"))
        return kind.missing
    if _is_missing(value):
        if kind.missing is None:
            wrong.append((row, f"no value; expected {kind.expected}"))
        elif not rule.may_be_missing:
            text = "no value, and the schema does not let it be missing"
            wrong.append((row, f"{text}; expected {kind.expected}"))
        return kind.missing
    taken = kind.take(value)
    if taken is None:
        wrong.append((row, f"found {repr(value)[:_SHOWN_LENGTH]}; expected {kind.expected}"))
        return kind.missing
    return taken


def _plain(value: Any) -> Any:
    """A value of numpy as one of Python."""
    is_scalar = hasattr(value, "item") and getattr(value, "ndim", None) == 0
    return value.item() if is_scalar else value


def _is_missing(value: Any) -> bool:
    if isinstance(value, str | bytes):
        return not value
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or value is ABSENT or type(value).__name__ in _PANDAS_MISSING


def _text(value: Any) -> bytes | None:
    if isinstance(value, bytes):
        return value
    try:
        return value.encode() if isinstance(value, str) else None
    except UnicodeEncodeError:
        return None


def _texts(values: Sequence[Any]) -> Sequence[bytes] | None:
    if set(map(type, values)) != {str}:
        return None
    try:
        return [value.encode() for value in values]
    except UnicodeEncodeError:
        return None


def _boolean(value: Any) -> bool | None:
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def _floats(largest: float) -> Kind:
    def take(value: Any) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) and abs(number) <= largest else None

    def take_all(values: Sequence[Any]) -> Sequence[float] | None:
        if set(map(type, values)) != {float} or not all(map(math.isfinite, values)):
            return None
        return values if max(map(abs, values)) <= largest else None

    bound = f" up to {largest:.3g}" if largest < math.inf else ""
    return Kind(f"a finite number{bound}", take, take_all, math.nan)


def _integers(dtype: str) -> Kind:
    smallest, largest = _INTEGERS[dtype]
    missing = None
    if dtype == "int64":
        missing, smallest = smallest, smallest + 1

    def take(value: Any) -> int | None:
        if isinstance(value, float):
            value = int(value) if value.is_integer() else None
        return int(value) if isinstance(value, int) and smallest <= value <= largest else None

    def take_all(values: Sequence[Any]) -> Sequence[int] | None:
        if set(map(type, values)) != {int}:
            return None
        return values if smallest <= min(values) and max(values) <= largest else None

    bounds = "of 64 bits" if dtype.endswith("int64") else f"from {smallest} to {largest}"
    return Kind(f"a whole number {bounds}", take, take_all, missing)
