"""Serialized examples against what TensorFlow's own message says of them."""

import random

import pyarrow as pa
import pytest
import tensorflow as tf

from components.example_gen.encoding import encode

INTS = [0, 1, 127, 128, 300, 2**31, 2**63 - 1, -1, -(2**63), None]
FLOATS = [0.0, -0.0, 1.5, float("inf"), 1e-45, 3.4028234663852886e38, None]
TEXTS = [b"", b"x", "grün".encode(), b"\x00\xff", b"y" * 127, b"y" * 128, b"z" * 70_000, None]


def example(**values):
    features = {
        name: tf.train.Feature()
        if value is None
        else tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
        if isinstance(value, int)
        else tf.train.Feature(float_list=tf.train.FloatList(value=[value]))
        if isinstance(value, float)
        else tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
        for name, value in values.items()
    }
    return tf.train.Example(features=tf.train.Features(feature=features))


def batch(**columns):
    types = {"i": pa.int64(), "f": pa.float32(), "t": pa.binary()}
    arrays = [pa.array(cells, types[name[0]]) for name, cells in columns.items()]
    return pa.record_batch(arrays, list(columns))


@pytest.mark.parametrize(("name", "cells"), [("i", INTS), ("f", FLOATS), ("t", TEXTS)])
def test_every_value_survives(name, cells):
    parsed = [tf.train.Example.FromString(e) for e in encode(batch(**{name: cells})).to_pylist()]

    assert parsed == [example(**{name: cell}) for cell in cells]


def test_random_rows_survive():
    draw = random.Random(20)
    names = ["i", "f", "t", "i " + "long" * 40, "f größe"]
    pools = {"i": INTS, "f": FLOATS, "t": TEXTS}
    columns = {name: [draw.choice(pools[name[0]]) for _ in range(500)] for name in names}

    parsed = [tf.train.Example.FromString(e) for e in encode(batch(**columns)).to_pylist()]

    rows = zip(*columns.values(), strict=True)
    assert parsed == [example(**dict(zip(names, row, strict=True))) for row in rows]


def test_a_missing_value_is_missing_to_a_parser():
    (serialized,) = encode(batch(i=[None], t=[b""])).to_pylist()

    spec = {"i": tf.io.VarLenFeature(tf.int64), "t": tf.io.VarLenFeature(tf.string)}
    parsed = tf.io.parse_single_example(serialized, spec)
    assert parsed["i"].values.numpy().tolist() == []
    assert parsed["t"].values.numpy().tolist() == [b""]


def test_equal_rows_are_equal_bytes_whatever_the_order_of_columns():
    rows = batch(i=[1, 1, 2], t=[b"x", b"x", b"x"])
    turned = rows.select(["t", "i"])

    first, second, other = encode(rows).to_pylist()
    assert first == second != other
    assert encode(turned).to_pylist() == [first, second, other]


def test_a_slice_of_a_batch_is_only_its_rows():
    rows = batch(i=[1, 2, None, 4], t=[b"a", b"b", b"c", None])

    assert encode(rows.slice(1, 2)).to_pylist() == encode(rows).to_pylist()[1:3]


def test_no_rows_are_no_examples():
    assert encode(batch(i=[], t=[])).to_pylist() == []
