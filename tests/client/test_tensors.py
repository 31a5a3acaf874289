"""Values to tensors and back are what TensorFlow makes of them."""

import math

import numpy
import pytest

from tfxp_client import wire
from tfxp_client.tensors import Array, dtype_name, of_array, read, tensor

VALUES = {
    "float32": [0.5, -1.25, 3e38],
    "float64": [0.1, -1e300],
    "float16": [0.5, -2.0],
    "int8": [-128, 127],
    "int16": [-(2**15), 2**15 - 1],
    "int32": [-(2**31), 2**31 - 1],
    "int64": [-(2**63), 2**63 - 1],
    "uint8": [0, 255],
    "uint16": [0, 2**16 - 1],
    "uint32": [0, 2**32 - 1],
    "uint64": [0, 2**64 - 1],
    "bool": [True, False],
    "string": [b"one", b"\xff\x00", b""],
}


@pytest.mark.parametrize("dtype", VALUES)
def test_what_is_written_is_read(dtype):
    values = VALUES[dtype]

    found = read(tensor(values, dtype, (len(values), 1)))

    expected = [numpy.float32(value) for value in values] if dtype == "float32" else values
    assert found == Array(dtype, (len(values), 1), expected)
    assert found.tolist() == [[value] for value in expected]


@pytest.mark.slow
@pytest.mark.parametrize("dtype", VALUES)
def test_tensorflow_reads_what_is_written_and_the_reverse(dtype):
    import tensorflow as tf

    values = VALUES[dtype]
    ours = tensor(values, dtype, (len(values),))
    known = tf.constant(values, dtype)

    theirs = tf.compat.v1.make_ndarray(
        type(tf.make_tensor_proto(0)).FromString(ours.SerializeToString())
    )
    assert theirs.tolist() == known.numpy().tolist()
    # Several values come as bytes, a single one in a field of its type.
    for part in (known, known[1:2]):
        again = wire.TensorProto.FromString(tf.make_tensor_proto(part).SerializeToString())
        assert read(again).tolist() == part.numpy().tolist()


@pytest.mark.parametrize(
    ("given", "dtype", "shape", "values"),
    [
        (numpy.array([[1, 2], [3, 4]], "float32"), "float32", (2, 2), [1, 2, 3, 4]),
        (numpy.array([[1, 2], [3, 4]], "float32").T, "float32", (2, 2), [1, 3, 2, 4]),
        (numpy.array([1, 2], ">f4"), "float32", (2,), [1, 2]),
        (numpy.array([1, 2], "float64"), "float32", (2,), [1, 2]),
        (numpy.array(["a", "b"]), "string", (2,), [b"a", b"b"]),
        ([["a"], [b"b"]], "string", (2, 1), [b"a", b"b"]),
        (3, "int64", (), [3]),
        ([], "int64", (0,), []),
        ([[], []], "int64", (2, 0), []),
    ],
)
def test_arrays_and_nested_lists_keep_their_shape(given, dtype, shape, values):
    assert read(of_array(given, dtype)) == Array(dtype, shape, values)


@pytest.mark.parametrize(
    ("given", "dtype", "text"),
    [
        ([[1], [2, 3]], "int64", "different lengths"),
        ([[1], 2], "int64", "different lengths or depths"),
        ([1, [2]], "int64", "different depths"),
        ([2**63], "int64", "not all values are int64"),
        ([1.5], "int32", "not all values are int32"),
        ([1], "string", "not all values are texts"),
        ([1], "DataType 8", "no tensors of type DataType 8"),
    ],
)
def test_what_is_no_tensor_is_refused(given, dtype, text):
    with pytest.raises(ValueError, match=text):
        of_array(given, dtype)


def test_the_last_value_stands_for_those_left_out():
    message = wire.TensorProto(dtype=wire.DT_FLOAT, float_val=[1, 2])
    message.tensor_shape.dim.add(size=4)

    assert read(message).values == [1, 2, 2, 2]


@pytest.mark.parametrize("count", [0, 3])
def test_more_or_fewer_values_than_the_shape_has_are_refused(count):
    message = wire.TensorProto(dtype=wire.DT_FLOAT, float_val=[1.0] * count)
    message.tensor_shape.dim.add(size=2)

    with pytest.raises(ValueError, match=rf"{count} values in a tensor of shape \[2\]"):
        read(message)


def test_half_floats_are_bits_in_their_field():
    message = wire.TensorProto(dtype=wire.DT_HALF, half_val=[0x3C00, 0x7E00])
    message.tensor_shape.dim.add(size=2)

    one, nan = read(message).values
    assert (one, math.isnan(nan)) == (1.0, True)


def test_a_type_of_no_table_is_refused():
    assert dtype_name(wire.DT_COMPLEX64) == "DataType 8"
    with pytest.raises(ValueError, match="a tensor of type DataType 8"):
        read(wire.TensorProto(dtype=wire.DT_COMPLEX64))
