"""How far apart two answers are, as it is told."""

import numpy as np
import pytest
import tensorflow as tf

from components.parity.differences import differences
from components.parity.signatures import scales

ROWS = (0, 40, 80)
NAN, INFINITY = float("nan"), float("inf")


def only(expected, found, **options):
    (difference,) = differences(
        "serve_rows",
        {"answer": np.array(expected)},
        {"answer": np.array(found), "more": np.zeros(3)},
        ROWS,
        options,
    )
    return difference


def test_the_largest_difference_is_told_with_its_row():
    difference = only([[0.5, 1], [0.25, 1], [1, 1]], [[0.5, 1], [0.25, 0.75], [1.125, 1]])

    assert (difference.largest, difference.row) == (0.25, 40)
    assert difference.is_within(0.25)
    assert not difference.is_within(0.24)
    assert str(difference) == "serve_rows, answer, row 40: differs by 0.25"


def test_equal_values_are_0_apart_also_where_they_are_no_numbers():
    assert only([NAN, INFINITY, -1.0], [NAN, INFINITY, -1.0]).largest == 0


@pytest.mark.parametrize(
    ("expected", "found", "fault"),
    [
        ([0.5, NAN, 0.5], [0.9, 0.5, 0.5], "is 0.5, expected nan"),
        ([0.5, 0.5, 0.5], [0.9, NAN, 0.5], "is nan, expected 0.5"),
        ([0.5, 0.5, 0.5], [0.9, -INFINITY, 0.5], "is -inf, expected 0.5"),
    ],
)
def test_what_is_a_number_on_one_side_only_is_within_no_limit(expected, found, fault):
    difference = only(expected, found)

    assert not difference.is_within(1e9)
    assert str(difference) == f"serve_rows, answer, row 40: {fault}"


def test_texts_are_equal_or_they_are_not():
    assert only([b"a", b"b", b"c"], [b"a", b"b", b"c"]).largest == 0
    assert only([b"a", b"b", b"c"], [b"a", b"b", b"d"]).largest == 1


def test_an_output_that_is_not_there_or_has_another_shape_is_named():
    (absent,) = differences("serve_rows", {"answer": np.zeros(3)}, {}, ROWS, {})
    other = only([[1.0], [1.0], [1.0]], [1.0, 1.0, 1.0])

    assert str(absent) == "serve_rows, answer: is not among the outputs"
    assert str(other) == "serve_rows, answer: has shape [3], expected [3, 1]"
    assert not absent.is_within(1)
    assert not other.is_within(1)


def test_large_integers_that_differ_in_their_last_digit_are_1_apart():
    assert only([2**40, 0, 0], [2**40 + 1, 0, 0]).largest == 1


def test_a_regression_is_measured_by_how_its_label_varies():
    units = scales({"price_xf": tf.constant([1000.0, 3000.0, NAN])}, "regression", "price_xf")

    assert units == {"price_xf": 1000, "value": 1000}
    assert only([500.0, 0, 0], [510.0, 0, 0], answer=units["value"]).largest == 0.01
    assert scales({"price_xf": tf.constant([2.0, 2.0])}, "regression", "price_xf")["value"] == 1
    assert scales({"tips_xf": tf.constant([1.0, 0.0])}, "binary", "tips_xf") == {}
