"""What each answer costs."""

import math

import numpy as np
import pytest

from components.judgement.losses import row_losses


@pytest.mark.parametrize(
    ("task", "label", "answer", "loss"),
    [
        ("binary", 1, [0.25], -math.log(0.25)),
        ("binary", 0, [0.25], -math.log(0.75)),
        ("multiclass", 2, [0.25, 0.25, 0.5], -math.log(0.5)),
        ("regression", 3, [1], 4),
    ],
)
def test_loss_of_a_row(task, label, answer, loss):
    found = row_losses(task, np.array([label], np.float64), np.array([answer], np.float32))

    assert found == pytest.approx([loss])


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_without_a_label_there_is_no_loss(task):
    found = row_losses(task, np.array([np.nan]), np.array([[0.5, 0.5]], np.float32))

    assert np.isnan(found).all()


def test_without_an_answer_there_is_no_loss():
    assert np.isnan(row_losses("binary", np.array([1.0]), np.array([[np.nan]], np.float32))).all()


def test_a_sure_mistake_costs_much_but_not_all():
    (loss,) = row_losses("binary", np.array([1.0]), np.array([[0.0]], np.float32))

    assert 10 < loss < 20
