"""What a column is worth, on models whose worth is known."""

import numpy as np
import pytest

from components.explainer.importance import importances
from components.judgement.losses import row_losses


def columns(rows, seed=0):
    numbers = np.random.default_rng(seed)
    return {name: numbers.normal(size=rows) for name in ("used", "unused", "noise")}


def squared_errors(labels):
    """Of a model that follows `used`, and `noise` a little although it tells nothing."""

    def errors(given):
        answers = 2 * given["used"] + 0.3 * given["noise"]
        return (answers - labels) ** 2

    return errors


def test_the_strongest_column_comes_first_and_has_the_known_importance():
    given = columns(20_000)

    found = importances(given, squared_errors(2 * given["used"]), repeats=3, seed=1)

    # Of an independent copy: E (2x - 2x')² = 8, and the variance of `noise` cancels.
    assert found[0].column == "used"
    assert found[0].mean == pytest.approx(8, rel=0.03)
    assert found[0].low < 8 < found[0].high


def test_a_column_that_the_model_does_not_look_at_scores_exactly_zero():
    given = columns(100)

    found = importances(given, squared_errors(given["used"]), repeats=2, seed=1)

    (unused,) = (entry for entry in found if entry.column == "unused")
    assert (unused.mean, unused.deviation, unused.low, unused.high) == (0, 0, 0, 0)


def test_the_interval_of_a_noise_column_holds_zero_at_least_as_often_as_it_says():
    holds = []
    for seed in range(200):
        given = columns(300, seed)
        labels = 2 * given["used"] + np.random.default_rng([seed, 1]).normal(size=300)
        found = importances(given, squared_errors(labels), repeats=3, seed=seed)
        (noise,) = (entry for entry in found if entry.column == "noise")
        holds.append(noise.low <= 0 <= noise.high)

    assert np.mean(holds) >= 0.93


def test_more_rows_make_the_interval_narrower():
    widths = []
    for rows in (200, 20_000):
        given = columns(rows)
        found = importances(given, squared_errors(given["used"]), repeats=3, seed=1)
        widths.append(found[0].high - found[0].low)

    assert widths[0] / widths[1] == pytest.approx(10, rel=0.5)


def test_the_same_seed_gives_the_same_and_another_another():
    given = columns(200)

    def run(seed):
        return importances(given, squared_errors(given["used"]), repeats=2, seed=seed)

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_a_loss_is_that_of_the_label():
    binary = row_losses("binary", np.array([1.0, 0.0]), np.array([[0.8], [0.4]]))
    classes = row_losses("multiclass", np.array([2.0, 0.0]), np.array([[0.1, 0.2, 0.7], [1, 0, 0]]))
    squares = row_losses("regression", np.array([3.0, 1.0]), np.array([[1.0], [1.0]]))

    np.testing.assert_allclose(binary, -np.log([0.8, 0.6]))
    np.testing.assert_allclose(classes, -np.log([0.7, 1.0]), atol=1e-6)
    assert squares.tolist() == [4.0, 0.0]


def test_a_sure_mistake_costs_much_but_not_everything():
    (loss,) = row_losses("binary", np.array([1.0]), np.array([[0.0]]))

    assert 15 < loss < 17
