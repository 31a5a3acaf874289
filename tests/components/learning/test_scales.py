"""How a number that is to be predicted is shown to the network."""

import numpy as np
import pytest
import tensorflow as tf

from components.training.scales import Scale, scale_of
from components.training.targets import Target


def labels(skewed):
    numbers = np.random.default_rng(5)
    return numbers.gamma(2, 3, size=5_000) if skewed else numbers.normal(7, 2, size=5_000)


def test_amounts_with_a_tail_are_fitted_by_their_roots():
    scale = scale_of(labels(skewed=True))

    assert scale.is_root
    assert scale.mean == pytest.approx(np.sqrt(labels(skewed=True)).mean())
    assert scale.unit == pytest.approx(labels(skewed=True).std())


@pytest.mark.parametrize(
    "values",
    [labels(skewed=False), labels(skewed=True) - 1, -labels(skewed=True), labels(skewed=True)[:99]],
    ids=["even", "below zero", "tail below", "few"],
)
def test_other_labels_are_fitted_as_they_stand(values):
    scale = scale_of(values)

    assert not scale.is_root
    assert scale.mean == pytest.approx(values.mean())


def test_roots_that_are_more_skewed_than_the_labels_are_left_alone():
    # Few zeros, far below the roots of the others.
    values = np.concatenate([np.random.default_rng(5).gamma(4, 1, size=4_600), np.zeros(400)])

    assert not scale_of(values).is_root


@pytest.mark.parametrize("values", [np.zeros(200), np.full(200, 3.5), np.empty(0)])
def test_labels_without_spread_have_a_scale(values):
    scale = scale_of(values)

    answers = scale.values(scale.fitted(tf.constant(values, tf.float32)))
    assert answers.numpy() == pytest.approx(values)


@pytest.mark.parametrize("is_root", [False, True])
def test_what_is_fitted_becomes_the_label_again(is_root):
    scale = Scale(is_root, mean=2.0, deviation=0.5, unit=1.0)

    answers = scale.values(scale.fitted(tf.constant([0.0, 4.0, 9.0])))

    assert answers.numpy() == pytest.approx([0.0, 4.0, 9.0], abs=1e-5)


def test_a_root_below_zero_answers_zero():
    scale = Scale(is_root=True, mean=2.0, deviation=1.0)

    assert float(scale.values(tf.constant(-5.0))) == 0


def test_a_label_below_zero_is_fitted_as_zero_among_roots():
    scale = Scale(is_root=True, mean=2.0, deviation=0.5)

    assert scale.fitted(tf.constant([-1.0])).numpy() == scale.fitted(tf.constant([0.0])).numpy()


def test_a_level_is_found_from_the_level_before():
    scale = Scale(is_root=True, mean=2.0, deviation=1.0, factor=2.0)
    answers = scale.values(tf.constant([0.0, 1.0, 2.0]))

    assert answers.numpy().tolist() == [8, 18, 32]
    assert scale.levelled(1.5 * answers, answers).factor == pytest.approx(3)


def test_what_is_no_root_has_no_level():
    scale = Scale(mean=2.0, deviation=0.5)
    label = tf.constant([2.0, 4.0])

    assert scale.levelled(label, label / 2) == scale


def test_roots_answer_on_the_level_of_rows_not_learnt_from():
    label = tf.constant(labels(skewed=True), tf.float32)
    target = Target("regression", scale=scale_of(label.numpy().astype(float)))
    # Knows nothing: the square of the mean root, which is below the mean.
    output, ones = tf.zeros([5_000, 1, 1]), tf.ones([5_000, 1])

    levelled = target.levelled(label, output, ones)

    (answer,) = set(levelled.answers(output)["value"].numpy().ravel().tolist())
    assert answer == pytest.approx(float(tf.reduce_mean(label)), rel=1e-4)
    assert levelled.ensemble_loss(label, output, ones) < target.ensemble_loss(label, output, ones)


def test_the_loss_of_a_regression_is_in_deviations_of_the_label():
    label = tf.constant([1.0, 3.0, 5.0])
    scale = Scale(mean=3.0, deviation=2.0, unit=2.0)

    loss = Target("regression", scale=scale).ensemble_loss(
        label, tf.zeros([3, 2, 1]), tf.ones([3, 2])
    )

    assert loss == pytest.approx((1 + 0 + 1) / 3)
