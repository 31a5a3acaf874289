"""What a worker gets is what was sent."""

import pickle

import numpy as np
import pytest

from serving.worker.arrays import flattened, restored


@pytest.mark.parametrize(
    "array",
    [
        np.array([1.5, -2], np.float32),
        np.arange(6, dtype=np.int64).reshape(2, 3),
        np.arange(6, dtype=np.int32).reshape(2, 3).T,
        np.array([True, False]),
        np.array(7, np.float64),
        np.zeros((0, 3), np.uint8),
        np.array([1 + 2j], np.complex64),
        np.array([1, 2], ">i4"),
        np.array([[b"a", b"\xff\x00"], [b"", b"b"]], object),
        np.array(b"alone", object),
        np.empty((0, 2), object),
        np.array([b"ab", b"c"]),
    ],
    ids=lambda array: f"{array.dtype.str}{array.shape}",
)
def test_an_array_arrives_as_it_was(array):
    (arrived,) = restored(pickle.loads(pickle.dumps(flattened({"x": array})))).values()

    assert (arrived.dtype, arrived.shape) == (array.dtype, array.shape)
    assert arrived.tolist() == array.tolist()
