"""Rows of rare classes that count more while the model is fitted."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.training.batches import Batches, TrainingRows
from components.training.class_weights import EQUAL, balanced
from components.training.fitting import fit
from components.training.folds import FOLD, FOLDS
from components.training.held_out import HeldOut
from components.training.layers import MemberDense, for_each
from components.training.options import TrainingOptions
from components.training.targets import Target
from tests.components.learning import trips


def test_every_class_counts_the_same_in_all():
    weights = balanced("multiclass", 3, np.array([0, 0, 0, 0, 1, 2, 2, 2], "float32"))

    each = weights.of(tf.constant([0.0, 1.0, 2.0])).numpy()

    assert (each * [4, 1, 3]).tolist() == pytest.approx([8 / 3] * 3)


def test_rows_count_the_same_unless_asked_for():
    assert balanced("regression", 2, np.array([0.5, 9.0])) == EQUAL
    assert EQUAL.of(tf.constant([0.0, 1.0])).numpy().tolist() == [1, 1]


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_with_weights_the_probabilities_are_still_about_the_rows_as_they_are(task):
    keras.utils.set_random_seed(1)
    numbers = np.random.default_rng(4)
    x = numbers.normal(size=(4000, 1)).astype("float32")
    # About every twentieth row is of class 1.
    label = (numbers.random(4000) < 1 / (1 + np.exp(3.5 - x[:, 0]))).astype("float32")
    features = {
        "x": tf.constant(x),
        "y": tf.constant(label),
        FOLD: tf.constant(numbers.integers(0, FOLDS, 4000)),
    }
    target = Target(task, ("no", "yes") if task == "multiclass" else ())
    options = TrainingOptions.from_plain(
        trips.TRAINING | {"members": 1, "steps": 300, "learning_rate": 0.05}
    )
    inputs = {"x": keras.Input((1,), name="x")}
    model = keras.Model(inputs, MemberDense(1, target.outputs)(for_each(1, inputs["x"])))
    batches = Batches(TrainingRows([], None, "y", 4000, features, True), 128, 7)
    held_out = HeldOut(features, "y", 1, target)
    weights = balanced(task, 2, label)

    fit(model, batches, held_out, target, options, weights)

    answers = held_out.calibrated(model).answers(model({"x": features["x"]}))
    answered = answers["probability"][:, 0] if task == "binary" else answers["probabilities"][:, 1]
    assert max(weights.by_class) > 8
    assert float(tf.reduce_mean(answered)) == pytest.approx(label.mean(), abs=0.01)
