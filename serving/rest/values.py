"""JSON values to arrays of one data type.

A column of a request is read as a whole; which value was wrong is looked for only when one is.
"""

import base64
from itertools import chain
from typing import Any

import grpc
import numpy as np

from serving.prediction.dtypes import Kind
from serving.prediction.plans import invalid
from serving.prediction.tensors import MAX_DIMENSIONS
from serving.rest.documents import shown, type_name
from serving.servable import ServingError

_B64 = "b64"
# By numpy's kind of a type: the types that JSON values of it have. bool is none of int here.
_ALLOWED: dict[str, set[type]] = {
    "f": {int, float},
    "i": {int},
    "u": {int},
    "b": {bool},
    "O": {str, dict},
}


def is_base64(value: Any) -> bool:
    """Whether a value is bytes: an object with the one key `b64` and a text."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get(_B64), str)


def array(value: Any, kind: Kind) -> np.ndarray:
    """A value, or lists of lists of them that are all of one size, as an array.

    Raises:
        ServingError: INVALID_ARGUMENT: ragged lists, values of another type or beyond its range;
            UNIMPLEMENTED: the type has no form in JSON.
    """
    if not kind.in_json:
        msg = f"Conversion of JSON Value: {shown(value)} to type: {kind.name}"
        raise ServingError(grpc.StatusCode.UNIMPLEMENTED, msg)
    flat, shape = _flattened(value)
    wrong = set(map(type, flat)) - _ALLOWED[kind.dtype.kind]
    if wrong:
        raise _type_error(next(item for item in flat if type(item) in wrong), kind)
    return _typed(flat, kind).reshape(shape)


def _flattened(value: Any) -> tuple[list[Any], tuple[int, ...]]:
    shape: list[int] = []
    level = [value]
    while level and isinstance(level[0], list):
        size = len(level[0])
        for item in level:
            if not isinstance(item, list):
                msg = (
                    f"JSON Value: {shown(item)} found at incorrect level: {len(shape) + 1} "
                    f"in the JSON DOM. Expected at level: {len(shape) + 2}"
                )
                raise invalid(msg)
            if len(item) != size:
                msg = (
                    f"Encountered list at unexpected size: {len(item)} at level: {len(shape)} "
                    f"expected size: {size}"
                )
                raise invalid(msg)
        shape.append(size)
        level = list(chain.from_iterable(level))
    if len(shape) > MAX_DIMENSIONS:
        msg = f"it has {len(shape)} dimensions; at most {MAX_DIMENSIONS} are allowed"
        raise invalid(msg)
    if list in set(map(type, level)):
        msg = f"Encountered list at unexpected level: {len(shape)} expected < {len(shape)}"
        raise invalid(msg)
    return level, tuple(shape)


def _typed(flat: list[Any], kind: Kind) -> np.ndarray:
    if kind.dtype.kind == "O":
        texts = np.empty(len(flat), np.object_)
        texts[:] = [item.encode() if isinstance(item, str) else _bytes(item, kind) for item in flat]
        return texts
    try:
        # A number beyond float32 becomes infinite, as in C++.
        with np.errstate(over="ignore"):
            return np.array(flat, kind.dtype)
    except OverflowError:
        raise _type_error(next(item for item in flat if not _fits(item, kind)), kind) from None


def _fits(item: Any, kind: Kind) -> bool:
    try:
        np.array([item], kind.dtype)
    except OverflowError:
        return False
    return True


def _bytes(item: dict[str, Any], kind: Kind) -> bytes:
    if not is_base64(item):
        if set(item) == {_B64}:
            msg = f"JSON Value: {shown(item)} not formatted correctly for base64 data"
            raise invalid(msg)
        raise _type_error(item, kind)
    return from_base64(item[_B64])


def from_base64(text: str) -> bytes:
    """The bytes of a base64 text, whose padding may be missing.

    Raises:
        ServingError: INVALID_ARGUMENT: it is none.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        msg = "Unable to base64 decode"
        raise invalid(msg) from error


def _type_error(item: Any, kind: Kind) -> ServingError:
    return invalid(
        f"JSON Value: {shown(item)} Type: {type_name(item)} is not of expected type: {kind.name}"
    )
