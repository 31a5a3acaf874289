"""Answers as cells, as a line, and as plain values."""

import numpy
import pytest

from pipeline.predicting.showing import line, output_columns, plain, text
from tfxp_client import Prediction, Predictions, Tensor

SINGLE = [float(numpy.float32(value)) for value in (0.7, 0.2, 0.1)]
OUTPUTS = {"class": ["Cash"], "probabilities": [tuple(SINGLE)]}
SIGNATURE = {
    "class": Tensor("string", (None, 1)),
    "probabilities": Tensor("float32", (None, 3)),
}
CLASSES = ("Cash", "Card", "Unknown")
PREDICTIONS = Predictions("payments", [7], OUTPUTS)


def cells(signature, outputs, classes=()):
    columns = output_columns(signature, classes)
    return {column.title: column.cell(Prediction("m", 1, outputs)) for column in columns}


def test_an_output_with_a_value_a_class_has_a_column_for_each():
    assert cells(SIGNATURE, PREDICTIONS[0].outputs, CLASSES) == {
        "class": "Cash",
        "probabilities.Cash": "0.7",
        "probabilities.Card": "0.2",
        "probabilities.Unknown": "0.1",
    }


def test_without_names_for_them_they_are_numbered():
    found = cells(SIGNATURE, PREDICTIONS[0].outputs, ("no", "yes"))

    assert list(found) == ["class", "probabilities.0", "probabilities.1", "probabilities.2"]


def test_values_of_unknown_number_stay_in_one_cell():
    found = cells({"tokens": Tensor("float64", (None, None))}, {"tokens": (0.5, 1.0)})

    assert found == {"tokens": "[0.5, 1.0]"}


def test_an_output_that_a_version_lacks_is_an_empty_cell():
    assert cells({"value": Tensor("float32", (None, 1))}, {}) == {"value": ""}


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        (float(numpy.float32(0.1)), "float32", "0.1"),
        (0.1 + 0.2, "float64", "0.30000000000000004"),
        (3, "int64", "3"),
        ("a", "string", "a"),
        (None, "string", ""),
    ],
)
def test_numbers_have_the_digits_of_their_type(value, dtype, expected):
    assert text(value, dtype) == expected


def test_a_line_names_the_likeliest_classes_first():
    assert line(PREDICTIONS[0], ("Card", "Cash", "Unknown")) == (
        "class Cash, probabilities (Card: 0.7, Cash: 0.2, Unknown: 0.1)"
    )
    many = Prediction("m", 1, {"probabilities": tuple(SINGLE * 3)})
    assert line(many, ()).endswith("1: 0.2, 4: 0.2 and 4 more)")


def test_plain_values_have_no_digits_that_mean_nothing():
    assert plain(PREDICTIONS) == {
        "model": "payments",
        "rows": [{"version": 7, "class": "Cash", "probabilities": [0.7, 0.2, 0.1]}],
    }
