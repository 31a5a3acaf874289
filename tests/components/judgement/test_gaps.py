"""How far rates lie apart, and what luck does."""

import numpy as np
import pytest

from components.judgement.gaps import gap_between


def gap(hits, totals, seed=1):
    return gap_between(np.array(hits), np.array(totals), np.random.default_rng(seed))


def lows_of_groups_that_are_alike(groups, rows, rate, times=200):
    random = np.random.default_rng(5)
    return np.array(
        [gap(random.binomial(rows, rate, groups), [rows] * groups, t).low for t in range(times)]
    )


def test_the_gap_is_the_largest_minus_the_smallest_rate_within_its_interval():
    found = gap([50, 20, 30], [100, 100, 100])

    assert found.value == pytest.approx(0.3)
    assert 0 < found.low < 0.3 < found.high < 1
    assert found.surest == (0, 1)


def test_the_interval_of_two_groups_is_the_textbooks():
    found = gap([500, 300], [1000, 1000])

    error = np.sqrt(0.5 * 0.5 / 1000 + 0.3 * 0.7 / 1000)
    assert found.low == pytest.approx(0.2 - 1.96 * error, abs=0.005)
    assert found.high == pytest.approx(0.2 + 1.96 * error, abs=0.005)


@pytest.mark.parametrize(("groups", "rows", "rate"), [(2, 100, 0.3), (20, 100, 0.3), (5, 50, 0.02)])
def test_groups_that_are_alike_are_seldom_apart_however_many_there_are(groups, rows, rate):
    lows = lows_of_groups_that_are_alike(groups, rows, rate)

    assert (lows > 0).mean() <= 0.09  # 5 % are expected, of 200


def test_a_gap_that_is_there_is_within_the_interval():
    random = np.random.default_rng(7)
    rates = np.array([0.35, 0.2, 0.2, 0.2])
    found = [gap(random.binomial(200, rates), [200] * 4, time) for time in range(200)]

    assert np.mean([each.low <= 0.15 <= each.high for each in found]) >= 0.93


def test_the_surest_pair_is_not_a_small_group_with_an_extreme_rate():
    found = gap([0, 600, 300], [10, 1000, 1000])

    assert found.value == pytest.approx(0.6)
    assert found.surest == (1, 0) or found.surest == (1, 2)
    assert gap([3, 600, 300], [12, 1000, 1000]).surest == (1, 2)


def test_the_same_seed_gives_the_same_interval():
    assert gap([50, 20], [100, 100], seed=3) == gap([50, 20], [100, 100], seed=3)
    assert gap([50, 20], [100, 100], seed=3).low != gap([50, 20], [100, 100], seed=4).low


def test_groups_of_a_few_rows_that_are_all_alike_are_not_known_exactly():
    found = gap([0, 12], [12, 12])

    assert found.low < 0.85
    assert found.high == 1
