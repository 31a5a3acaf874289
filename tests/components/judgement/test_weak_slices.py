"""Weak slices that nobody declared, and luck."""

import numpy as np
import pyarrow as pa
import pytest

from components.judgement.grouping import group_values
from components.judgement.weak_slices import GroupedColumn, weakest_slices

ROWS = 6000


def table(seed):
    """Three columns of text, two of numbers, and a label that fits the model's probability."""
    random = np.random.default_rng(seed)
    columns = {name: random.choice(list("pqrstx"), ROWS) for name in ("a", "b", "c")}
    columns |= {name: random.normal(size=ROWS) for name in ("n", "m")}
    probability = random.beta(0.5, 0.5, ROWS)
    return columns, random.random(ROWS) < probability, probability


def weakest(columns, label, probability, min_rows=50):
    losses = -np.log(np.clip(np.where(label, probability, 1 - probability), 1e-7, 1))
    grouped = []
    for name, found in columns.items():
        values = pa.array(found)
        grouping = group_values(name, values, most=30, ranges=10, min_rows=min_rows)
        grouped.append(GroupedColumn(grouping, grouping.codes(values)))
    return weakest_slices(losses, grouped, min_rows), losses


@pytest.mark.parametrize("seed", range(10))
def test_where_nothing_is_weak_nothing_is_claimed(seed):
    slices, _ = weakest(*table(seed))

    assert slices == []


@pytest.mark.parametrize("seed", range(3))
def test_a_pair_with_flipped_labels_is_named_alone(seed):
    columns, label, probability = table(seed)
    is_bad = (columns["a"] == "x") & (columns["b"] == "q")

    slices, losses = weakest(columns, label ^ is_bad, probability)

    assert [str(each) for each in slices] == ["a=x, b=q"]
    assert slices[0].rows == is_bad.sum()
    assert slices[0].mean == pytest.approx(losses[is_bad].mean())
    assert losses.mean() < slices[0].low < slices[0].mean < slices[0].high


def test_a_single_column_is_named_without_its_pairs():
    columns, label, probability = table(1)

    slices, _ = weakest(columns, label ^ (columns["a"] == "x"), probability)

    assert [str(each) for each in slices] == ["a=x"]


def test_a_range_of_numbers_is_named():
    columns, label, probability = table(2)
    edge = np.quantile(columns["n"], 0.9)

    slices, _ = weakest(columns, label ^ (columns["n"] > edge), probability)

    assert [each.groups[0][1].split()[0] for each in slices] == ["above"]
    assert slices[0].groups[0][0] == "n"


def test_what_is_surer_comes_before_what_is_only_larger():
    columns, label, probability = table(3)
    is_common = (columns["a"] == "x") & (np.random.default_rng(4).random(ROWS) < 0.6)
    is_rare = (columns["a"] != "x") & (np.arange(ROWS) < 66)
    columns["rare"] = np.where(is_rare, "yes", "no")

    slices, _ = weakest(columns, label ^ is_common ^ is_rare, probability)

    assert [str(each) for each in slices] == ["a=x", "rare=yes"]
    assert slices[0].low > slices[1].low
    assert slices[0].mean < slices[1].mean


def test_a_slice_with_too_few_rows_is_not_looked_at():
    columns, label, probability = table(5)
    columns["rare"] = np.where(np.arange(ROWS) < 49, "yes", "no")

    slices, _ = weakest(columns, label ^ (columns["rare"] == "yes"), probability)

    assert slices == []


def test_one_enormous_loss_makes_no_slice_weak():
    columns, label, probability = table(6)
    label[0], probability[0] = True, 0.0

    slices, losses = weakest(columns, label, probability)

    assert losses[0] == losses.max() > 16
    assert slices == []


def test_a_column_that_says_the_same_again_is_not_listed_again():
    columns, label, probability = table(7)
    columns["copy"] = np.char.upper(columns["a"])

    slices, _ = weakest(columns, label ^ (columns["a"] == "x"), probability)

    assert len(slices) == 1


def test_without_rows_or_columns_nothing_is_claimed():
    assert weakest_slices(np.array([]), [], 50) == []
    assert weakest_slices(np.ones(100), [], 50) == []


def test_of_very_many_columns_those_that_matter_are_paired():
    columns, label, probability = table(8)
    random = np.random.default_rng(9)
    many = {f"z{place}": random.choice(list("pq"), ROWS) for place in range(60)}
    is_bad = (columns["a"] == "x") & (columns["b"] == "q")

    slices, _ = weakest(many | columns, label ^ is_bad, probability)

    assert [str(each) for each in slices] == ["a=x, b=q"]
