"""Which split a row goes to."""

import numpy as np
import pyarrow as pa

from components.example_gen.splits import split_of_rows

SHARES = {"train": 2, "eval": 1}


def table(**columns):
    arrays = [pa.array(cells, pa.string()) for cells in columns.values()]
    return pa.record_batch(arrays, list(columns))


def many_rows(count=30_000):
    return table(a=[str(i) for i in range(count)], b=["x"] * count)


def named(batch, shares):
    names = np.array(list(shares))
    return names[split_of_rows(batch, shares)].tolist()


def test_a_row_goes_where_it_always_went():
    batch = table(fare=["5.0", "7.5", "12", None], company=["Flash", None, "Blue", "grün"])

    assert named(batch, SHARES) == ["eval", "train", "train", "train"]


def test_splits_get_their_shares():
    counts = np.bincount(split_of_rows(many_rows(), {"train": 7, "eval": 2, "test": 1})) / 30_000

    assert counts.round(2).tolist() == [0.7, 0.2, 0.1]


def test_the_order_of_columns_rows_and_splits_does_not_matter():
    batch = many_rows(1000)
    turned = pa.record_batch([batch.column("b")[::-1], batch.column("a")[::-1]], ["b", "a"])

    assert named(turned, {"eval": 1, "train": 2})[::-1] == named(batch, SHARES)


def test_equal_rows_go_to_one_split():
    batch = table(a=["1"] * 100)

    assert len(set(named(batch, SHARES))) == 1


def test_a_missing_value_is_not_the_value_of_its_neighbour():
    left = table(a=[str(i) for i in range(1000)], b=[None] * 1000)
    right = table(a=[None] * 1000, b=[str(i) for i in range(1000)])

    assert named(left, SHARES) != named(right, SHARES)
