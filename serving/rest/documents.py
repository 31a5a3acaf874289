"""JSON texts to values, by the rules of TF Serving's parser, and values in the words of errors."""

import json
import math
from typing import Any

import orjson

from serving.prediction.plans import invalid

_SHOWN = 256
_TYPES = {dict: "Object", list: "Array", str: "String", int: "Number", float: "Number"}
_ESCAPED_SURROGATE = rb"\ud"


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        msg = "Number too big to be stored in double"
        raise ValueError(msg)
    return number


_DECODER = json.JSONDecoder(parse_float=_finite)


def parse(body: bytes) -> dict[str, Any]:
    """The object that a body holds.

    NaN, Infinity and -Infinity are numbers, and what follows the object is left aside: the strict
    and faster parser comes first, and the lenient one where that one refuses.

    Raises:
        ServingError: INVALID_ARGUMENT: it holds none.
    """
    if not body:
        msg = "JSON Parse error: The document is empty"
        raise invalid(msg)
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        document = _lenient(body)
    if not isinstance(document, dict):
        msg = f"JSON Value: {shown(document)} Is not object"
        raise invalid(msg)
    return document


def _lenient(body: bytes) -> Any:
    try:
        document, _ = _DECODER.raw_decode(body.decode().lstrip(" \t\r\n"))
        if _ESCAPED_SURROGATE in body.lower():
            # Half a pair is no character; encoding finds it.
            json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        msg = f"JSON Parse error: {error.msg} at offset: {error.pos}"
        raise invalid(msg) from error
    except UnicodeEncodeError as error:
        msg = "JSON Parse error: The surrogate pair in string is invalid."
        raise invalid(msg) from error
    except UnicodeDecodeError as error:
        msg = f"JSON Parse error: no UTF-8 at offset: {error.start}"
        raise invalid(msg) from error
    except RecursionError as error:
        msg = "JSON Parse error: it is nested too deeply"
        raise invalid(msg) from error
    except ValueError as error:
        # A number that is too big, or has thousands of digits.
        msg = f"JSON Parse error: {error}"
        raise invalid(msg) from error
    return document


def type_name(value: Any) -> str:
    """The type of a value, as TF Serving's errors call it."""
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return str(value)
    return _TYPES[type(value)]


def shown(value: Any) -> str:
    """The beginning of a value as JSON."""
    text = ""
    # Piece by piece, and no further than is shown: a request may be large.
    try:
        for piece in json.JSONEncoder(ensure_ascii=False).iterencode(value):
            text += piece
            if len(text) > _SHOWN:
                return text[:_SHOWN] + "…"
    except RecursionError:
        return text[:_SHOWN] + "…"
    return text
