"""Values as tensors of TF Serving's API, and back; without numpy, and faster with it."""

import math
import struct
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tfxp_client import wire

_NUMBERS = {
    "float32": (wire.DT_FLOAT, "f"),
    "float64": (wire.DT_DOUBLE, "d"),
    "int8": (wire.DT_INT8, "b"),
    "int16": (wire.DT_INT16, "h"),
    "int32": (wire.DT_INT32, "i"),
    "int64": (wire.DT_INT64, "q"),
    "uint8": (wire.DT_UINT8, "B"),
    "uint16": (wire.DT_UINT16, "H"),
    "uint32": (wire.DT_UINT32, "I"),
    "uint64": (wire.DT_UINT64, "Q"),
    "bool": (wire.DT_BOOL, "B"),
}
_HALF, _TEXT = "float16", "string"
_FIELDS = {
    "float32": "float_val",
    "float64": "double_val",
    "int64": "int64_val",
    "uint32": "uint32_val",
    "uint64": "uint64_val",
    "bool": "bool_val",
    _TEXT: "string_val",
}
_SMALL_INTEGERS = "int_val"
_NAMES = {number: name for name, (number, _) in _NUMBERS.items()} | {
    wire.DT_HALF: _HALF,
    wire.DT_STRING: _TEXT,
}


@dataclass(frozen=True)
class Array:
    """A tensor that was answered.

    Attributes:
        dtype: As TensorFlow names it.
        shape: Of all its dimensions.
        values: All of them, the last dimension fastest; texts are bytes.
    """

    dtype: str
    shape: tuple[int, ...]
    values: Sequence[Any]

    def tolist(self) -> Any:
        """Nested lists, one level a dimension; a bare value without dimensions."""
        found = list(self.values)
        for size in reversed(self.shape[1:]):
            # Nothing can be cut into pieces of nothing.
            count = len(found) // size if size else math.prod(self.shape[:-1])
            found = [found[at * size : (at + 1) * size] for at in range(count)]
        return found if self.shape else found[0]


def dtype_name(number: int) -> str:
    """TensorFlow's name of a type, or its number where no table has it."""
    return _NAMES.get(number, f"DataType {number}")


def tensor(values: Sequence[Any], dtype: str, shape: Iterable[int]) -> Any:
    """A TensorProto.

    Args:
        values: All, flat, that fit the type; texts are bytes.
        dtype: As TensorFlow names it.
        shape: Of the whole.

    Raises:
        ValueError: there are no tensors of the type, or a value does not fit.
    """
    if dtype == _TEXT:
        return shaped(wire.TensorProto(dtype=wire.DT_STRING, string_val=values), shape)
    if dtype == _HALF:
        content = struct.pack(f"<{len(values)}e", *values)
        return shaped(wire.TensorProto(dtype=wire.DT_HALF, tensor_content=content), shape)
    if dtype not in _NUMBERS:
        raise ValueError(f"no tensors of type {dtype}; expected one of {', '.join(_NUMBERS)}")
    number, code = _NUMBERS[dtype]
    try:
        content = _little_endian(array(code, values)).tobytes()
    except (TypeError, OverflowError) as error:
        raise ValueError(f"not all values are {dtype}: {error}") from error
    return shaped(wire.TensorProto(dtype=number, tensor_content=content), shape)


def shaped(message: Any, shape: Iterable[int]) -> Any:
    """Gives a TensorProto its shape, and returns it."""
    for size in shape:
        message.tensor_shape.dim.add(size=size)
    return message


def of_array(given: Any, dtype: str) -> Any:
    """A TensorProto of a numpy array, or of nested lists.

    Raises:
        ValueError: lists of different lengths, or a value that does not fit.
    """
    if hasattr(given, "tobytes") and hasattr(given, "dtype"):
        is_native = getattr(given.dtype, "byteorder", "=") in "=|" and sys.byteorder == "little"
        if dtype in _NUMBERS and given.dtype.name == dtype and is_native:
            number, _ = _NUMBERS[dtype]
            content = given.tobytes()
            return shaped(wire.TensorProto(dtype=number, tensor_content=content), given.shape)
        given = given.tolist()
    shape = tuple(_shape(given))
    flat = list(_flat(given, shape))
    if dtype == _TEXT:
        flat = [value.encode() if isinstance(value, str) else value for value in flat]
        if not all(isinstance(value, bytes) for value in flat):
            raise ValueError("not all values are texts")
    return tensor(flat, dtype, shape)


def read(message: Any) -> Array:
    """What a TensorProto holds.

    Raises:
        ValueError: its type is not one of tables, or it holds more or less than its shape says.
    """
    dtype = dtype_name(message.dtype)
    shape = tuple(dim.size for dim in message.tensor_shape.dim)
    count = math.prod(shape)
    values = _content(message, dtype) if message.tensor_content else _fields(message, dtype)
    # As TensorFlow does, the last value stands for all that are left out.
    if 0 < len(values) < count and not message.tensor_content:
        values = values + values[-1:] * (count - len(values))
    if len(values) != count:
        raise ValueError(f"{len(values)} values in a tensor of shape {list(shape)}")
    return Array(dtype, shape, values)


def _content(message: Any, dtype: str) -> list[Any]:
    content = message.tensor_content
    if dtype == _HALF:
        return list(struct.unpack(f"<{len(content) // 2}e", content))
    if dtype not in _NUMBERS:
        raise ValueError(f"a tensor of type {dtype} in bytes")
    found = array(_NUMBERS[dtype][1])
    found.frombytes(content)
    values = _little_endian(found).tolist()
    return [bool(value) for value in values] if dtype == "bool" else values


def _fields(message: Any, dtype: str) -> list[Any]:
    if dtype == _HALF:
        bits = struct.pack(f"<{len(message.half_val)}H", *message.half_val)
        return list(struct.unpack(f"<{len(message.half_val)}e", bits))
    if dtype != _TEXT and dtype not in _NUMBERS:
        raise ValueError(f"a tensor of type {dtype}")
    return list(getattr(message, _FIELDS.get(dtype, _SMALL_INTEGERS)))


def _little_endian(values: "array[Any]") -> "array[Any]":
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _shape(given: Any) -> Iterator[int]:
    while isinstance(given, list | tuple):
        yield len(given)
        if not given:
            return
        given = given[0]


def _flat(given: Any, shape: Sequence[int]) -> Iterator[Any]:
    if not shape:
        if isinstance(given, list | tuple):
            raise ValueError("lists of different depths")
        yield given
        return
    if not isinstance(given, list | tuple) or len(given) != shape[0]:
        raise ValueError("lists of different lengths or depths")
    for part in given:
        yield from _flat(part, shape[1:])
