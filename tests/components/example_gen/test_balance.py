"""How the label is spread over the splits."""

import numpy as np
import pyarrow as pa

from components.example_gen.balance import added, brief, count, label_values
from schema.labels import Label

NAMES = ("train", "eval")


def test_a_share_of_another_column_is_counted_as_the_label_that_it_makes():
    rows = pa.record_batch(
        {
            "tips": pa.array([2.1, 2.0, None, 5.0, 5.0], pa.float32()),
            "fare": pa.array([10, 10, 10, 0, None], pa.int64()),
        }
    )

    values = label_values(rows, Label("tips", 0.2, "fare"))

    assert values.to_pylist() == ["1", "0", "0", "0", "0"]


def test_rows_without_the_label_are_counted_as_missing():
    values = label_values(pa.record_batch({"y": pa.array([b"yes", b"no", None])}), Label("y"))

    balance = count(values, np.array([0, 1, 1]), NAMES)

    assert balance == {"train": {"yes": 1}, "eval": {"no": 1, "missing": 1}}


def test_rows_that_no_split_takes_are_not_counted():
    assert count(pa.array(["a", "b"]), np.array([-1, 0]), NAMES) == {"train": {"b": 1}, "eval": {}}


def test_data_without_the_label_have_no_balance():
    assert label_values(pa.record_batch({"x": pa.array([1])}), Label("y")) is None


def test_of_two_values_the_rarer_one_is_told():
    both = added({"train": {"0": 7, "1": 3}, "eval": {"0": 1}}, {"eval": {"1": 1}})

    assert brief(both) == "label '1': train 30.0 %, eval 50.0 %"


def test_a_rare_value_is_told_in_rows():
    balance = {"train": {"0": 13_328, "1": 5}, "eval": {"0": 6_667}}

    assert brief(balance) == "label '1': train 5 of 13,333, eval 0 of 6,667"


def test_a_quantity_is_not_counted_value_by_value():
    many = {"train": {str(i): 1 for i in range(2000)}}

    assert added(many, {"train": {"0": 1}}) == {"train": {"…": 2001}}
    assert brief(added(many, {})) == ""
