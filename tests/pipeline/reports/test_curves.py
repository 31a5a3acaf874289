"""Curves against scikit-learn's, and at the ends where there is little to draw."""

import numpy as np
import pytest
from sklearn import metrics

from pipeline.reports.model import curves


@pytest.fixture(params=[20, 5000])
def answered(request):
    """Labels and scores, many of which are the same."""
    random = np.random.default_rng(request.param)
    scores = np.round(random.random(request.param), 2)
    return (random.random(request.param) < scores).astype(float), scores


def test_the_area_below_the_roc_curve_is_scikit_learns(answered):
    labels, scores = answered

    curve = curves.roc(labels, scores)

    assert curve.area == pytest.approx(metrics.roc_auc_score(labels, scores))
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


def test_average_precision_is_scikit_learns(answered):
    labels, scores = answered

    curve = curves.precision_recall(labels, scores)

    assert curve.area == pytest.approx(metrics.average_precision_score(labels, scores))
    assert curve.x[-1] == 1
    assert curve.y[-1] == pytest.approx(labels.mean())


def points(x, y):
    return set(zip(x.round(9), y.round(9), strict=True))


def test_a_curve_of_many_rows_is_thinned_and_still_lies_on_all_of_them():
    random = np.random.default_rng(1)
    scores = random.random(50_000)
    labels = (random.random(50_000) < scores).astype(float)

    curve = curves.roc(labels, scores)

    assert 100 < len(curve.x) <= 200
    x, y, _ = metrics.roc_curve(labels, scores, drop_intermediate=False)
    assert points(curve.x, curve.y) <= points(x, y)
    assert np.trapezoid(curve.y, curve.x) == pytest.approx(curve.area, abs=1e-3)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_without_both_labels_there_is_no_roc_curve(label):
    assert curves.roc(np.full(9, label), np.linspace(0, 1, 9)) is None


def test_without_rows_there_is_no_curve():
    nothing = np.empty(0)

    assert curves.roc(nothing, nothing) is None
    assert curves.precision_recall(nothing, nothing) is None
    assert curves.reliability(nothing, nothing) is None


def test_bins_of_calibration_hold_all_rows_and_what_came_true_in_them():
    scores = np.repeat([0.1, 0.9], [60, 40])
    labels = np.concatenate([np.repeat([1.0, 0.0], [6, 54]), np.repeat([1.0, 0.0], [20, 20])])

    found = curves.reliability(labels, scores)

    assert list(found.rows) == [60, 40]
    assert found.found == pytest.approx([0.1, 0.5])
    assert found.foretold == pytest.approx([0.1, 0.9])
    assert found.error == pytest.approx(0.4 * 0.4)
    assert (found.low < found.found).all()
    assert (found.found < found.high).all()


def test_the_interval_of_a_share_is_wilsons():
    found = curves.reliability(np.repeat([1.0, 0.0], [8, 2]), np.full(10, 0.8))

    # R: prop.test(8, 10, correct = FALSE)$conf.int
    assert (found.low[0], found.high[0]) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)


def test_a_confusion_matrix_has_labels_down_and_answers_across():
    labels, answered = np.array([0, 0, 1, 2.0]), np.array([0, 1, 1, 0.0])

    found = curves.confusion(labels, answered, 3)

    assert found.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_one_wild_value_does_not_take_the_whole_picture():
    values = np.append(np.linspace(0, 1, 10_000), 1e9)

    edges = curves.bin_edges(values, 10)

    assert edges[-1] < 1.01
    assert curves.shares(values, edges).sum() == pytest.approx(1)


def test_equal_values_have_bins_too():
    edges = curves.bin_edges(np.full(5, 3.0), 4)

    assert curves.shares(np.full(5, 3.0), edges).sum() == pytest.approx(1)
