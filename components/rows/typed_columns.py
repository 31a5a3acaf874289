"""From text to the types that the curated schema promises, every cell accounted for."""

from collections.abc import Collection
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema import Kind

BAD = {"int": "no whole number of 64 bits", "float": "no number of 32 bits", "bytes": "not UTF-8"}
"""What is wrong with a cell that does not fit, by kind."""

_WHOLE = r"^-?[0-9]{1,18}$"
_WHOLE_WITH_EXTRAS = r"^\+?(-?[0-9]+)(\.0*)?$"
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_NOT_A_NUMBER = pa.array(["nan", "+nan", "-nan"])
_INFINITE = pa.array(["inf", "+inf", "infinity", "+infinity", "-inf", "-infinity"])
_TEXTS = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_binary,
    pa.types.is_large_binary,
)
_INT64 = range(-(2**63), 2**63)


def cast_text(text: pa.Array, kind: Kind) -> tuple[pa.Array, pa.Array | None]:
    """Casts a column.

    | kind  | text                                            | becomes                     |
    | ----- | ----------------------------------------------- | --------------------------- |
    | int   | `7`, `+7`, `007`, `7.0`, `70e-1`                | 7                           |
    | int   | `7.5`, `0x7`, `1,000`, beyond 64 bits           | bad                         |
    | float | `1.5`, `+1.5`, `.5`, `1.`, `15e-1`              | the nearest 32-bit number   |
    | float | `inf`, `-Infinity`                              | infinite                    |
    | float | `1e39`, `twelve`                                | bad                         |
    | both  | `nan`, in any case                              | missing                     |
    | bytes | anything                                        | itself, in UTF-8            |

    Args:
        text: Strings, null where missing.
        kind: What the schema says of the column.

    Returns:
        int64, float32 or binary, null where missing or bad; and which cells are bad, None where
        none can be.
    """
    text = unsliced(text)
    match kind:
        case "bytes":
            return text.cast(pa.binary()), None
        case "int":
            values, is_missing = _whole_numbers(text)
        case "float":
            values, is_missing = _numbers(text)
    return values, pc.and_not(pc.is_null(values), is_missing)


def without_stand_ins(column: pa.Array, kind: Kind, missing: Collection[str]) -> pa.Array:
    """Takes texts that stand for missing out of a column of numbers; others are as they are."""
    if not missing or kind == "bytes":
        return column
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not any(is_such(column.type) for is_such in _TEXTS):
        return column
    stand_ins = pa.array(missing, pa.string()).cast(column.type)
    return pc.if_else(pc.is_in(column, stand_ins), pa.scalar(None, column.type), unsliced(column))


def unsliced(text: pa.Array) -> pa.Array:
    """The same strings at the beginning of their buffer: Arrow 18's if_else misreads others."""
    return text.take(pa.array(np.arange(len(text)))) if text.offset else text


def _whole_numbers(text: pa.Array) -> tuple[pa.Array, pa.Array]:
    is_whole = _matches(text, _WHOLE)
    if not _all(is_whole, text):
        # What tools write that keep numbers with gaps as floats: 17031081401.0.
        text = pc.replace_substring_regex(text, _WHOLE_WITH_EXTRAS, r"\1")
        is_whole = _matches(text, _WHOLE)
    is_missing = _is_missing(text)
    values = _only(text, is_whole).cast(pa.int64())
    rest = pc.and_not(pc.invert(is_whole), is_missing)
    if pc.any(rest).as_py():
        exact = pa.array([_exact(cell) for cell in _only(text, rest).to_pylist()], pa.int64())
        values = pc.coalesce(values, exact)
    return values, is_missing


def _exact(cell: str | None) -> int | None:
    """A whole number in another notation; None where it is none, or beyond 64 bits."""
    if cell is None or not cell.isascii() or "_" in cell:
        return None
    try:
        number = Decimal(cell)
    except InvalidOperation:
        return None
    # Looked at first: 1e999999999 would be a gigabyte of digits.
    if not number.is_finite() or number.adjusted() > 19 or number != number.to_integral_value():
        return None
    return int(number) if int(number) in _INT64 else None


def _numbers(text: pa.Array) -> tuple[pa.Array, pa.Array]:
    is_number = _matches(text, _NUMBER)
    is_missing = _is_missing(text)
    values = _only(text, is_number).cast(pa.float32())
    # Finite as text, yet too large for 32 bits.
    values = _only(values, pc.is_finite(values))
    if not _all(is_number, text):
        is_infinite = pc.is_in(pc.utf8_lower(text), _INFINITE)
        values = pc.coalesce(values, _only(text, is_infinite).cast(pa.float32()))
    return values, is_missing


def _is_missing(text: pa.Array) -> pa.Array:
    return pc.or_(pc.is_null(text), pc.is_in(pc.utf8_lower(text), _NOT_A_NUMBER))


def _matches(text: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(text, pattern), False)


def _all(mask: pa.Array, text: pa.Array) -> bool:
    """Whether the mask holds wherever there is text."""
    return bool(pc.sum(mask).as_py() == len(text) - text.null_count)


def _only(values: pa.Array, mask: pa.Array) -> pa.Array:
    return pc.if_else(mask, values, pa.scalar(None, values.type))
