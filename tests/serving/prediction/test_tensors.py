import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.prediction.dtypes import KINDS
from serving.prediction.tensors import decode, encode
from tfxp_client import wire

LIMIT = 1_000_000
DTYPES = {number: kind.dtype for number, kind in KINDS.items()}


def proto(number, shape=(), **values):
    message = wire.TensorProto(dtype=number, **values)
    for size in shape:
        message.tensor_shape.dim.add(size=size)
    return message


def read(message, limit=LIMIT):
    return decode(message, KINDS[message.dtype], limit)


def sample(number):
    """Six values of a type, `[2, 3]`, with its extremes."""
    dtype = DTYPES[number]
    if dtype.kind == "O":
        values = np.empty(6, np.object_)
        values[:] = [b"", b"a", "ä".encode(), b"\xff\x00", b"long" * 50, b"z"]
    elif dtype.kind in "iu":
        info = np.iinfo(dtype)
        values = np.array([info.min, info.max, 0, 1, 2, 3], dtype)
    elif dtype.kind == "b":
        values = np.array([True, False, True, True, False, False])
    elif dtype.kind == "c":
        values = np.array([1 + 2j, -1j, 0, 3, 4.5, 1e10], dtype)
    else:
        values = np.array([0.1, -2.5, np.inf, -np.inf, np.nan, 0.0]).astype(dtype)
    return values.reshape(2, 3)


def same(found, expected):
    """Whether type, shape and every value agree; NaN is NaN."""
    is_same = found.dtype == expected.dtype and found.shape == expected.shape
    if expected.dtype.kind == "O":
        return is_same and found.tolist() == expected.tolist()
    return is_same and found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("number", KINDS, ids=lambda number: KINDS[number].name)
def test_every_type_comes_back_as_it_was_written(number):
    array = sample(number)
    message = wire.TensorProto()
    encode(array, message)
    assert not message.tensor_content, "TF Serving answers in the typed fields"
    assert same(read(message), array)


@pytest.mark.slow
@pytest.mark.parametrize("number", KINDS, ids=lambda number: KINDS[number].name)
def test_tensorflow_reads_what_is_written_and_what_it_writes_is_read(number):
    import tensorflow as tf
    from tensorflow.core.framework import tensor_pb2

    array = sample(number)
    message = wire.TensorProto()
    encode(array, message)
    theirs = tensor_pb2.TensorProto.FromString(message.SerializeToString())
    assert same(tf.make_ndarray(theirs), array)
    sent = tf.make_tensor_proto(array).SerializeToString()
    assert same(read(wire.TensorProto.FromString(sent)), array)


def test_a_long_answer_is_written_as_bytes_and_read_the_same():
    for dtype in (np.float32, np.float64):
        array = np.linspace(0, 1, 5000).astype(dtype).reshape(50, 100)
        message = wire.TensorProto()
        encode(array, message)
        assert len(message.float_val) + len(message.double_val) == 5000
        np.testing.assert_array_equal(read(message), array)


def test_the_last_value_fills_up_what_was_not_sent():
    message = proto(wire.DT_FLOAT, [4], float_val=[1.0, 2.0])
    np.testing.assert_array_equal(read(message), [1, 2, 2, 2])
    message = proto(wire.DT_STRING, [3], string_val=[b"a"])
    assert read(message).tolist() == [b"a", b"a", b"a"]


def test_no_value_at_all_is_zero_or_an_empty_text():
    assert read(proto(wire.DT_INT64, [2])).tolist() == [0, 0]
    assert read(proto(wire.DT_STRING, [2])).tolist() == [b"", b""]
    assert read(proto(wire.DT_BFLOAT16, [1])).dtype == ml_dtypes.bfloat16


def test_values_beyond_the_shape_are_left_aside():
    assert read(proto(wire.DT_FLOAT, [1], float_val=[1.0, 2.0])).tolist() == [1.0]
    assert read(proto(wire.DT_FLOAT, [0], float_val=[1.0])).shape == (0,)
    assert read(proto(wire.DT_COMPLEX64, [1], scomplex_val=[1, 2, 3])).tolist() == [1 + 2j]


def test_without_a_shape_it_is_a_scalar():
    array = read(proto(wire.DT_INT32, int_val=[7]))
    assert (array.shape, array.item()) == ((), 7)


def test_small_integers_wrap_round_as_in_cpp():
    assert read(proto(wire.DT_INT8, [2], int_val=[300, -1])).tolist() == [44, -1]
    assert read(proto(wire.DT_UINT8, [1], int_val=[-1])).tolist() == [255]


def test_bytes_of_bools_are_true_when_they_are_not_zero():
    array = read(proto(wire.DT_BOOL, [3], tensor_content=b"\x00\x01\x02"))
    assert array.view(np.uint8).tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (proto(wire.DT_FLOAT, [2], tensor_content=b"12345678x"), "content has 9 bytes"),
        (proto(wire.DT_FLOAT, [3], tensor_content=b"12345678"), "content has 8 bytes"),
        (proto(wire.DT_FLOAT, [-1], float_val=[1.0]), "negative size"),
        (proto(wire.DT_FLOAT, [1] * 40, float_val=[1.0]), "40 dimensions"),
        (proto(wire.DT_FLOAT, [2**40], float_val=[1.0]), "claims 1099511627776 values"),
        (proto(wire.DT_STRING, [2**62, 2**62]), "claims"),
        (proto(wire.DT_STRING, [2**40], tensor_content=b"\x01a"), "texts"),
        (proto(wire.DT_STRING, [2], tensor_content=b"\x01\x05ab"), "lengths of its texts say"),
        (proto(wire.DT_STRING, [2], tensor_content=b"\xff\xff"), "within the lengths"),
        (proto(wire.DT_STRING, [1], tensor_content=b"\xff\xff\xff\xff\xff\xff"), "within"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(message, why):
    with pytest.raises(ValueError, match=why):
        read(message)


def test_an_unknown_rank_is_no_shape():
    message = proto(wire.DT_FLOAT)
    message.tensor_shape.unknown_rank = True
    with pytest.raises(ValueError, match="unknown rank"):
        read(message)


def test_what_was_sent_is_never_too_much():
    message = proto(wire.DT_INT64, [100], int64_val=[1] * 100)
    assert read(message, limit=8).shape == (100,)


@given(st.binary(max_size=40), st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5))
def test_no_text_content_is_read_beyond_its_end(content, shape):
    try:
        array = read(proto(wire.DT_STRING, shape, tensor_content=content), limit=1000)
    except ValueError:
        return
    assert list(array.shape) == shape
