"""The rows that a model answered worst."""

import numpy as np
import pyarrow as pa

from components.judgement.worst_rows import worst_places, worst_table


def test_the_worst_come_first_and_of_equals_the_first_one():
    assert worst_places(np.array([0.1, 3.0, 5.0, 3.0]), most=3).tolist() == [2, 1, 3]


def test_no_answer_is_worse_than_any_wrong_one():
    assert worst_places(np.array([9.0, np.nan, 1.0])).tolist() == [1, 0, 2]


def test_the_table_has_the_raw_columns_and_what_the_model_made_of_them():
    raw = pa.table({"company": ["A", None], "fare": [1.5, 2.0]})

    table = worst_table(
        raw,
        np.array([1.0, 0.0]),
        np.array([[0.25], [0.75]], np.float32),
        np.array([1.4, 1.4]),
        [["company=A", "fare=up to 2"], []],
    )

    assert table.to_pylist() == [
        {
            "company": "A",
            "fare": 1.5,
            "label": 1.0,
            "prediction": 0.25,
            "loss": 1.4,
            "slices": ["company=A", "fare=up to 2"],
        },
        {
            "company": None,
            "fare": 2.0,
            "label": 0.0,
            "prediction": 0.75,
            "loss": 1.4,
            "slices": [],
        },
    ]


def test_a_raw_column_with_a_name_of_ours_keeps_its_values():
    raw = pa.table({"loss": ["high"], "label": [7]})

    table = worst_table(raw, np.zeros(1), np.zeros((1, 1), np.float32), np.ones(1), [[]])

    assert table.column_names == [
        "column.loss",
        "column.label",
        "label",
        "prediction",
        "loss",
        "slices",
    ]


def test_of_several_classes_the_prediction_is_a_list():
    raw = pa.table({"x": [1]})

    table = worst_table(
        raw, np.array([2.0]), np.array([[0.5, 0.25, 0.25]], np.float32), np.ones(1), [[]]
    )

    assert table["prediction"].to_pylist() == [[0.5, 0.25, 0.25]]


def test_the_loss_of_no_answer_is_unknown():
    table = worst_table(
        pa.table({"x": [1]}),
        np.ones(1),
        np.full((1, 1), np.nan, np.float32),
        np.array([np.nan]),
        [[]],
    )

    assert table["loss"].to_pylist() == [None]
