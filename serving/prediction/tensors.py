"""TensorProto to array and back, by the rules of TensorFlow's `Tensor::FromProto`."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from serving.prediction.dtypes import Kind, kind_of

MAX_DIMENSIONS = 32
"""Of a request's tensors; numpy's own limit is 64, and a tabular model has 3."""

# From so many values on, writing their bytes at once is faster than value by value.
_MANY = 64
# Tags of the packed fields whose values stand in memory as they stand on the wire.
_PACKED = {"float_val": b"\x2a", "double_val": b"\x32"}


def shape_of(proto: Any) -> tuple[int, ...]:
    """The claimed shape of a TensorProto.

    Raises:
        ValueError: It is none: an unknown rank, a negative size, too many dimensions.
    """
    shape = proto.tensor_shape
    sizes = tuple([dim.size for dim in shape.dim])
    if shape.unknown_rank:
        msg = "its shape is of unknown rank"
        raise ValueError(msg)
    if len(sizes) > MAX_DIMENSIONS:
        msg = f"it has {len(sizes)} dimensions; at most {MAX_DIMENSIONS} are allowed"
        raise ValueError(msg)
    if sizes and min(sizes) < 0:
        msg = f"its shape {list(sizes)} has a negative size"
        raise ValueError(msg)
    return sizes


def column(proto: Any, kind: Kind) -> np.ndarray | None:
    """The array of a TensorProto that is the most common one: `[rows]`, each value sent.

    Returns:
        None where it is anything else; then `decode` reads it, or says what is wrong.
    """
    if kind.stored is not None:
        return None
    content = proto.tensor_content
    if not content:
        values = getattr(proto, kind.field)[:]
        array = np.array(values, kind.dtype)
    elif kind.is_plain and len(content) % kind.dtype.itemsize == 0:
        array = np.frombuffer(content, kind.dtype)
    else:
        return None
    dims = proto.tensor_shape.dim
    return array if len(dims) == 1 and dims[0].size == array.size else None


def decode(proto: Any, kind: Kind, limit_bytes: int) -> np.ndarray:
    """The array of a TensorProto, whose `dtype` is that of `kind`.

    As in TensorFlow: fewer values than the shape has are filled up with the last one, none with
    zeros or empty texts, and more are left aside. A shape that claims more than was sent and more
    than `limit_bytes` is refused before anything of its size is made.

    Raises:
        ValueError: Shape and content do not fit.
    """
    shape = shape_of(proto)
    size = math.prod(shape)
    content = proto.tensor_content
    if content and size:
        return _from_content(content, kind, size).reshape(shape)
    values = getattr(proto, kind.field)
    sent = len(values) // kind.parts
    if size > sent and size * kind.dtype.itemsize > limit_bytes:
        msg = f"its shape {list(shape)} claims {size} values, but {sent} were sent"
        raise ValueError(msg)
    if sent > size:
        values = values[: size * kind.parts]
        sent = size
    given = _from_values(values, kind)
    if sent < size:
        given = _filled(given, kind, size)
    return given.reshape(shape)


def _from_values(values: Sequence[Any], kind: Kind) -> np.ndarray:
    if kind.dtype.kind == "O":
        array = np.empty(len(values), kind.dtype)
        array[:] = values
        return array
    if kind.stored is None:
        return np.array(values, kind.dtype)
    stored = np.array(values, kind.stored)
    if kind.field == "half_val":
        return stored.astype(np.uint16).view(kind.dtype)
    if kind.parts == 2:
        return stored[: len(values) // 2 * 2].view(kind.dtype)
    return stored.astype(kind.dtype)


def _filled(given: np.ndarray, kind: Kind, size: int) -> np.ndarray:
    last = given[-1] if len(given) else (b"" if kind.dtype.kind == "O" else kind.dtype.type(0))
    array = np.full(size, last, kind.dtype)
    array[: len(given)] = given
    return array


def _from_content(content: bytes, kind: Kind, size: int) -> np.ndarray:
    if kind.dtype.kind == "O":
        return _texts(content, size)
    if len(content) != size * kind.dtype.itemsize:
        msg = (
            f"its content has {len(content)} bytes, but its shape needs "
            f"{size} values of {kind.dtype.itemsize}"
        )
        raise ValueError(msg)
    if kind.dtype.kind == "b":
        return np.frombuffer(content, np.uint8) != 0
    return np.frombuffer(content, kind.dtype)


def _texts(content: bytes, size: int) -> np.ndarray:
    """Texts as TensorFlow packs them: the varint of each length, then all bytes."""
    if size > len(content):
        msg = f"its content has {len(content)} bytes, but its shape needs {size} texts"
        raise ValueError(msg)
    lengths, at = [], 0
    for _ in range(size):
        length, shift = 0, 0
        while True:
            if at >= len(content) or shift > 28:
                msg = "its content ends within the lengths of its texts"
                raise ValueError(msg)
            byte = content[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        lengths.append(length)
    if at + sum(lengths) != len(content):
        msg = "its content has not the bytes that the lengths of its texts say"
        raise ValueError(msg)
    array = np.empty(size, np.object_)
    for index, length in enumerate(lengths):
        array[index] = content[at : at + length]
        at += length
    return array


def encode(array: np.ndarray, proto: Any) -> None:
    """Writes an array into an empty TensorProto, in the typed fields, as TF Serving answers.

    Raises:
        KeyError: TensorFlow has no such data type.
    """
    kind = kind_of(array)
    proto.dtype = kind.number
    dims = proto.tensor_shape.dim
    for size in array.shape:
        dims.add(size=size)
    # A shape without dimensions is still a shape: that of a scalar.
    proto.tensor_shape.SetInParent()
    tag = _PACKED.get(kind.field)
    if tag and array.size >= _MANY:
        raw = array.tobytes()
        proto.MergeFromString(tag + _varint(len(raw)) + raw)
        return
    flat = array.ravel()
    if kind.field == "half_val":
        flat = flat.view(np.uint16)
    elif kind.stored is not None and kind.parts == 2:
        flat = flat.view(kind.stored)
    getattr(proto, kind.field).extend(flat.tolist())


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
