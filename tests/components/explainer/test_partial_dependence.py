"""Answers along a column."""

import numpy as np
import pytest

from components.explainer.partial_dependence import MISSING, partial_dependence


def doubled(column):
    return lambda given: (2 * given[column])[:, np.newaxis]


def test_a_number_is_followed_over_real_values_at_equal_ranks():
    values = np.random.default_rng(1).permutation(np.arange(1000, dtype=np.float32))

    points = partial_dependence("x", "number", {"x": values}, doubled("x"))

    assert [point.value for point in points[:2]] == [0.0, 91.0]
    assert points[-1].value == 999.0
    assert len(points) == 12
    assert [point.answer for point in points] == [(2 * point.value,) for point in points]
    assert sum(point.share for point in points) == pytest.approx(1)
    assert points[5].share == pytest.approx(1 / 11, abs=0.01)


def test_rows_far_from_all_others_are_a_small_share():
    values = np.array([1.0] * 98 + [2.0, 1000.0])

    points = partial_dependence("x", "number", {"x": values}, doubled("x"))

    assert [(point.value, point.share) for point in points] == [
        (1.0, 0.98),
        (2.0, 0.01),
        (1000.0, 0.01),
    ]


def test_a_missing_number_is_no_point():
    values = np.array([np.nan, 1.5, np.nan, 0.1], np.float32)

    points = partial_dependence("x", "number", {"x": values}, doubled("x"))

    assert [(point.value, point.share) for point in points] == [(0.1, 0.25), (1.5, 0.25)]


def test_a_column_that_is_always_missing_has_no_points():
    values = np.full(3, np.nan)

    assert partial_dependence("x", "number", {"x": values}, doubled("x")) == []


def test_categories_come_by_how_frequent_they_are_and_missing_is_one_of_them():
    values = np.array([b"b", b"a", b"", b"b", b"", b"b"], object)

    points = partial_dependence(
        "x", "category", {"x": values}, lambda given: (given["x"] == b"b")[:, np.newaxis] * 1.0
    )

    assert [(point.value, point.answer, point.share) for point in points] == [
        ("b", (1.0,), 0.5),
        (MISSING, (0.0,), 2 / 6),
        ("a", (0.0,), 1 / 6),
    ]


def test_a_missing_code_has_the_same_name():
    values = np.array([3, np.iinfo(np.int64).min, 3])

    points = partial_dependence("x", "category", {"x": values}, doubled("x"))

    assert [point.value for point in points] == [3, MISSING]


def test_dates_are_in_the_order_of_time():
    days = [f"2024-{month:02}-01".encode() for month in range(1, 13)]
    values = np.array(days[::-1] * 3 + [b""], object)

    points = partial_dependence(
        "x", "date", {"x": values}, lambda given: np.ones((len(given["x"]), 1))
    )

    assert [point.value for point in points] == [day.decode() for day in days]
    assert sum(point.share for point in points) == pytest.approx(36 / 37)


def test_the_other_columns_stay_as_they_are_in_every_row():
    given = {"x": np.array([0.0, 1.0]), "other": np.array([10.0, 20.0])}

    points = partial_dependence(
        "x", "number", given, lambda rows: np.stack([rows["x"], rows["other"]], axis=1)
    )

    assert [point.answer for point in points] == [(0.0, 15.0), (1.0, 15.0)]
