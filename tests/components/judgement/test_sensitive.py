"""The groups of sensitive columns, and what they get."""

import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from components.judgement.options import FairnessOptions
from components.judgement.sensitive import fairness_of, sensitive_groups
from tests.components.judgement.answered import KINDS, answers

OPTIONS = FairnessOptions(columns=("a",), thresholds=(0.5,), min_rows=100, max_gap={})


def found(answered, options=OPTIONS, classes=(), **trained_on):
    return fairness_of(answered, KINDS, classes, options, trained_on, seed=1)


def test_a_group_that_is_called_positive_more_often_is_found():
    fair = answers()
    is_x = fair.columns["a"].codes == fair.columns["a"].values.index("x")
    raised = np.where(is_x[:, np.newaxis], np.maximum(fair.candidate, 0.6), fair.candidate)
    unfair = dataclasses.replace(fair, candidate=raised.astype(np.float32))

    rates = {gap.rate: gap for gap in found(unfair)[0].gaps}

    assert rates["positive_rate"].by_group["x"] == 1
    assert rates["positive_rate"].gap.low > 0.3
    assert all(gap.gap.low == 0 for gap in found(fair)[0].gaps)


def test_numbers_are_cut_at_quartiles_of_the_training_rows():
    options = dataclasses.replace(OPTIONS, columns=("x",))

    (column,) = found(answers(), options, x=pa.array([*range(1, 101)], pa.float64()))

    assert [(group.value, group.rows) for group in column.groups] == [("up to 25", 4000)]


def test_few_numbers_are_codes():
    grouping = sensitive_groups("code", pa.array([1, 2, 7]), pa.array([2, 1, 2, 3]))

    assert grouping.names == ("1", "2", "3", "other values", "missing")
    assert grouping.codes(pa.array([1, 2, 7, None])).tolist() == [0, 1, 3, 4]


def test_codes_that_are_categories_are_groups_as_they_are():
    (column,) = found(answers(), dataclasses.replace(OPTIONS, columns=("code",)))

    assert sorted(group.value for group in column.groups) == ["1", "2", "3"]


def test_several_values_together_are_no_group():
    many = np.repeat([f"v{place:03}" for place in range(250)], 16)
    (column,) = found(answers(a=many), dataclasses.replace(OPTIONS, min_rows=10))

    (joined,) = [group for group in column.groups if group.value == "50 rarer values"]
    assert joined.rows == 50 * 16
    assert set(joined.why_not.values()) == {"several values together"}


def test_of_several_classes_one_counts_as_positive():
    answered = answers()
    shares = np.column_stack([answered.candidate[:, 0] / 2] * 2 + [1 - answered.candidate[:, 0]])
    several = dataclasses.replace(
        answered, label=np.where(answered.label == 1, 0.0, 2.0), candidate=shares
    )
    options = dataclasses.replace(OPTIONS, positive="gold")

    (one,) = found(several, options, ("silver", "bronze", "gold"))
    (binary,) = found(
        dataclasses.replace(answered, label=1 - answered.label, candidate=1 - answered.candidate)
    )

    assert [dict(gap.by_group) for gap in one.gaps] == [dict(gap.by_group) for gap in binary.gaps]


def test_rows_without_an_answer_are_not_counted_as_called_negative():
    answered = answers()
    answered.candidate[:1000] = np.nan

    (column,) = found(answered)

    assert sum(group.rows for group in column.groups) == 3000


@pytest.mark.parametrize("bound", [None, 0.1])
def test_options_are_plain_values(bound):
    plain = {
        "columns": ["a"],
        "thresholds": [0.5],
        "min_rows": 100,
        "max_gap": {"fpr": bound, "fnr": None},
        "positive": None,
    }

    expected = {} if bound is None else {"fpr": 0.1}
    assert FairnessOptions.from_plain(plain) == dataclasses.replace(OPTIONS, max_gap=expected)
