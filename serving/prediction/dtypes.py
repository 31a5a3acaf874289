"""TensorFlow's data types as numpy's, and where a TensorProto keeps their values."""

from dataclasses import dataclass
from functools import cached_property

import ml_dtypes
import numpy as np

from tfxp_client import wire


@dataclass(frozen=True)
class Kind:
    """One data type.

    Attributes:
        number: Of TensorFlow's DataType.
        name: As TensorFlow's errors call it.
        dtype: Of the arrays; texts are objects (bytes).
        field: Of TensorProto with the values, where there is no tensor_content.
        stored: What a value in that field is, where it differs from `dtype`: 16-bit floats stand
            there as their bits, complex numbers as pairs.
        in_json: Whether TF Serving's REST API reads and writes it.
    """

    number: int
    name: str
    dtype: np.dtype
    field: str
    stored: np.dtype | None = None
    in_json: bool = True

    @cached_property
    def parts(self) -> int:
        """Entries of `field` that make one value."""
        return 2 if self.dtype.kind == "c" else 1

    @cached_property
    def is_plain(self) -> bool:
        """Whether the bytes of tensor_content are those of an array."""
        return self.dtype.kind not in "Ob"


def _kind(number: int, name: str, dtype: type, field: str, stored: type | None = None) -> Kind:
    in_json = name not in {"half", "bfloat16", "complex64", "complex128", "uint16"}
    bits = None if stored is None else np.dtype(stored)
    return Kind(number, name, np.dtype(dtype), field, bits, in_json)


# Fields and their types are those of tensorflow/core/framework/tensor.proto.
KINDS = {
    kind.number: kind
    for kind in (
        _kind(wire.DT_FLOAT, "float", np.float32, "float_val"),
        _kind(wire.DT_DOUBLE, "double", np.float64, "double_val"),
        _kind(wire.DT_INT32, "int32", np.int32, "int_val"),
        _kind(wire.DT_UINT8, "uint8", np.uint8, "int_val", np.int32),
        _kind(wire.DT_INT16, "int16", np.int16, "int_val", np.int32),
        _kind(wire.DT_INT8, "int8", np.int8, "int_val", np.int32),
        _kind(wire.DT_UINT16, "uint16", np.uint16, "int_val", np.int32),
        _kind(wire.DT_STRING, "string", np.object_, "string_val"),
        _kind(wire.DT_INT64, "int64", np.int64, "int64_val"),
        _kind(wire.DT_BOOL, "bool", np.bool_, "bool_val"),
        _kind(wire.DT_UINT32, "uint32", np.uint32, "uint32_val"),
        _kind(wire.DT_UINT64, "uint64", np.uint64, "uint64_val"),
        _kind(wire.DT_HALF, "half", np.float16, "half_val", np.int32),
        _kind(wire.DT_BFLOAT16, "bfloat16", ml_dtypes.bfloat16, "half_val", np.int32),
        _kind(wire.DT_COMPLEX64, "complex64", np.complex64, "scomplex_val", np.float32),
        _kind(wire.DT_COMPLEX128, "complex128", np.complex128, "dcomplex_val", np.float64),
    )
}
_BY_DTYPE = {kind.dtype: kind for kind in KINDS.values()}


def kind_of(array: np.ndarray) -> Kind:
    """The data type of an array.

    Raises:
        KeyError: TensorFlow has none for it.
    """
    return _BY_DTYPE[array.dtype]


def type_name(number: int) -> str:
    """A data type in the words of an error, also one that is not served."""
    kind = KINDS.get(number)
    return kind.name if kind else f"data type {number}"
