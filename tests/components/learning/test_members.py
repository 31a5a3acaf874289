"""Networks that are fitted side by side, each without a part of the rows."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.errors import ModelRefused
from components.training.calibration import calibrated
from components.training.ensemble import fitting_members
from components.training.fitting import fit
from components.training.folds import FOLD, FOLDS, fold_of, learners
from components.training.held_out import HeldOut
from components.training.layers import (
    Dropout,
    MemberDense,
    MemberEmbedding,
    NumberEmbedding,
    for_each,
)
from components.training.model import build_model
from components.training.options import TrainingOptions
from components.training.steps import beginning, steps_taker
from components.training.targets import Target
from components.transform.numbers import BINS
from components.transform.texts import TOKENS
from schema.features import Hashed, Number, Text
from tests.components.learning import trips


@pytest.mark.parametrize(
    ("task", "rows", "members"),
    [
        ("binary", 150, 8),
        ("binary", 8_000, 8),
        ("multiclass", 8_001, 4),
        ("regression", 80_000, 8),
        ("regression", 10_000_000, 4),
    ],
)
def test_the_fewer_the_rows_the_more_members(task, rows, members):
    assert fitting_members(task, rows) == members


def test_every_member_leaves_one_fold_out_and_equal_rows_are_in_one_fold():
    folds = fold_of(tf.constant([b"row %d" % (i % 400) for i in range(800)]))

    learns = learners(folds, FOLDS).numpy()

    np.testing.assert_array_equal(folds[:400], folds[400:])
    np.testing.assert_array_equal(learns.sum(axis=1), FOLDS - 1)
    assert [learns[folds == m, m].max() for m in range(FOLDS)] == [0] * FOLDS
    assert np.bincount(folds, minlength=FOLDS).min() > 50


def test_of_fewer_members_than_folds_some_rows_are_left_out_by_none():
    assert learners(tf.range(3, dtype=tf.int64), 2).numpy().tolist() == [[0, 1], [1, 0], [1, 1]]


def test_members_are_dense_layers_that_know_nothing_of_each_other():
    layer, rows = MemberDense(3, 2), np.random.default_rng(1).normal(size=(5, 4)).astype("float32")
    seen = np.stack([rows, rows + 1, rows * 2], axis=1)

    answers = layer(seen).numpy()

    kernel, bias = (weight.numpy() for weight in layer.weights)
    for member in range(3):
        # An answer near 0 is a difference of larger numbers, and right to their last digit.
        np.testing.assert_allclose(
            answers[:, member],
            seen[:, member] @ kernel[member] + bias[member],
            rtol=1e-5,
            atol=1e-6,
        )


def test_each_member_has_curves_of_its_own_for_each_number():
    layer = NumberEmbedding(2, 4)
    encoded = np.random.default_rng(2).normal(size=(6, 3, 5)).astype("float32")

    answers = layer(encoded).numpy()

    kernel, bias = (weight.numpy() for weight in layer.weights)
    for member in range(2):
        mine = slice(4 * member, 4 * member + 4)
        curves = [
            np.maximum(encoded[:, c] @ kernel[c, :, mine] + bias[c, mine], 0) for c in range(3)
        ]
        np.testing.assert_allclose(
            answers[:, member], np.concatenate(curves, axis=1), rtol=1e-4, atol=1e-6
        )


def test_each_member_has_embeddings_of_its_own_for_each_id():
    layer = MemberEmbedding(9, 2, 4)
    ids = np.array([[0, 8], [3, 3], [5, 0]])

    answers = layer(ids).numpy()

    (table,) = (weight.numpy() for weight in layer.weights)
    for member in range(2):
        mine = table[:, 4 * member : 4 * member + 4]
        np.testing.assert_allclose(
            answers[:, member], np.concatenate([mine[ids[:, 0]], mine[ids[:, 1]]], axis=1)
        )


def test_a_tenth_of_the_values_is_dropped_each_time_others_and_none_when_asked():
    keras.utils.set_random_seed(5)
    layer, ones = Dropout(0.1), tf.ones([200, 4, 100])

    masks = np.stack([layer(ones, training=True).numpy() for _ in range(20)])

    assert masks.mean() == pytest.approx(1, abs=2e-3)
    np.testing.assert_allclose(np.unique(masks), [0, 1 / 0.9], rtol=1e-6)
    # Nothing is seen of the place, of the neighbours or of the call before.
    for axes in ((0, 1, 2), (0, 2, 3), (1, 2, 3)):
        rows = masks.size / np.prod([n for i, n in enumerate(masks.shape) if i not in axes])
        assert masks.mean(axis=axes).std() < 2 * (0.1 / 0.9 / rows) ** 0.5
    for earlier, later in (
        (masks[:-1], masks[1:]),
        (masks[:, :-1], masks[:, 1:]),
        (masks[..., :-1], masks[..., 1:]),
    ):
        assert abs(np.corrcoef(earlier.ravel(), later.ravel())[0, 1]) < 0.005
    np.testing.assert_array_equal(layer(ones, training=False), ones)


def held_out(features, members, target):
    columns = {name: tf.constant(values) for name, values in features.items()}
    return HeldOut(columns, "y", members, target)


def test_a_row_is_judged_by_the_members_that_did_not_learn_from_it():
    rows = held_out(
        {"x": [0.0] * 4, "y": [0.0, 1.0, 2.0, 9.0], FOLD: np.array([0, 1, 2, 3])},
        3,
        Target("regression"),
    )

    # Member m answers m, and leaves fold m out; fold 3 is left out by nobody.
    def constant(features):
        return tf.tile(tf.constant([[[0.0], [1.0], [2.0]]]), [tf.size(features["x"]), 1, 1])

    assert rows.rows == 3
    assert rows.loss(constant) == 0


def test_the_members_answer_with_the_mean_of_their_probabilities():
    logits = tf.constant([[[0.0], [math.log(3)]]])

    answer = Target("binary").answers(logits)["probability"]

    assert answer.numpy() == pytest.approx((0.5 + 0.75) / 2)


def test_probabilities_that_are_too_sure_are_made_what_they_say():
    numbers = np.random.default_rng(3)
    logits = numbers.normal(size=20_000)
    label = numbers.random(20_000) < 1 / (1 + np.exp(-logits))
    shown = tf.constant(3 * logits[:, None, None], tf.float32)
    ones = tf.ones([20_000, 1])

    target = calibrated(Target("binary"), tf.constant(label, tf.float32), shown, ones)

    assert target.temperature == pytest.approx(3, rel=0.1)
    regression = calibrated(Target("regression"), tf.constant([1.0]), shown[:1], ones[:1])
    assert regression == Target("regression")


def options(**changes):
    return TrainingOptions.from_plain(trips.TRAINING | {"members": 2, "patience": 3} | changes)


class AllRows:
    """Batches of all rows each."""

    epoch_steps = 1
    most_packed = 100

    def __init__(self, features):
        self.batch_size = features["y"].shape[0]
        seen = {name: values for name, values in features.items() if name not in ("y", FOLD)}
        batch = (seen, features["y"], features[FOLD])
        self._batches = tf.data.Dataset.from_tensors(batch).repeat()

    def packs(self, steps, from_step=0):
        return self._batches.batch(steps)


def noise_fit(**changes):
    """Fits 400 rows of which nothing can be learnt; the model, the rows held out, the looks."""
    keras.utils.set_random_seed(1)
    numbers = np.random.default_rng(4)
    features = {
        "x": tf.constant(numbers.normal(size=(400, 20)), tf.float32),
        "y": tf.constant(numbers.integers(0, 2, 400), tf.float32),
        FOLD: tf.constant(numbers.integers(0, FOLDS, 400)),
    }
    told, target = options(**changes), Target("binary")
    inputs = {"x": keras.Input((20,), name="x")}
    hidden = keras.ops.relu(MemberDense(told.members, 64)(for_each(told.members, inputs["x"])))
    model = keras.Model(inputs, MemberDense(told.members, 1)(hidden))
    rows = HeldOut(features, "y", told.members, target)
    return model, rows, fit(model, AllRows(features), rows, target, told)


def test_fitting_ends_when_rows_held_out_gain_nothing_and_the_best_weights_stay():
    model, rows, looks = noise_fit(learning_rate=0.01, steps=5000)

    losses = [look.held_out for look in looks]
    assert looks[-1].step < 1000
    assert len(losses) - 1 - int(np.argmin(losses)) == 3
    assert losses[-1] > min(losses) + 0.01
    assert rows.loss(model) == pytest.approx(min(losses), rel=1e-4)


def answers_of_two(values):
    return MemberDense(2, 1)(keras.ops.relu(MemberDense(2, 8)(for_each(2, values))))


@pytest.mark.parametrize("compiled", [True, False])
def test_the_steps_are_those_of_adamw(compiled):
    numbers = np.random.default_rng(6)
    x = tf.constant(numbers.normal(size=(9, 16, 5)), tf.float32)
    label = tf.constant(numbers.integers(0, 2, (9, 16)), tf.float32)
    folds = tf.constant(numbers.integers(0, FOLDS, (9, 16)))
    inputs = {"x": keras.Input((5,), name="x")}
    model = keras.Model(inputs, answers_of_two(inputs["x"]))
    variables, target = model.trainable_variables, Target("binary")
    state, loss = steps_taker(model, target, 2, 0.01, compiled=compiled)(
        beginning(model), ({"x": x}, label, folds), tf.constant(9)
    )

    optimizer = keras.optimizers.AdamW(0.01, weight_decay=0.2)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(variables)
    losses = []
    for step in range(9):
        learns = learners(folds[step], 2)
        with tf.GradientTape() as tape:
            each = target.losses(label[step], model({"x": x[step]})) * learns
            value = tf.reduce_sum(tf.reduce_sum(each, 0) / tf.reduce_sum(learns, 0))
        optimizer.apply(tape.gradient(value, variables), variables)
        losses.append(float(value) / 2)

    assert float(loss) == pytest.approx(np.mean(losses), rel=1e-5)
    expected = np.concatenate([variable.numpy().ravel() for variable in variables])
    np.testing.assert_allclose(state.weights, expected, atol=1e-5)
    assert int(state.step) == 9


@pytest.mark.parametrize(
    ("feature", "shape"),
    [(Text("note", True, 1000), (400, TOKENS)), (Hashed("note", True, 1000), (400,))],
)
def test_a_feature_tells_its_label_to_no_member_that_leaves_the_row_out(feature, shape):
    keras.utils.set_random_seed(1)
    numbers = np.random.default_rng(7)
    # So few values that each is in some rows held out and in some that are not.
    values = 1000 if len(shape) == 2 else 200
    features = {
        "note_xf": tf.constant(numbers.integers(1, values, shape)),
        "y": tf.constant(numbers.integers(0, 2, 400), tf.float32),
        FOLD: tf.constant(numbers.integers(0, FOLDS, 400)),
    }
    told, target = options(steps=150, patience=99), Target("binary")
    model = build_model([feature], {"note_xf": 1001}, told, 1)
    rows = HeldOut(features, "y", told.members, target)

    looks = fit(model, AllRows(features), rows, target, told)

    # It means nothing: the rows are learnt by heart, the ones held out remain unknown.
    assert looks[-1].fitted < 0.5
    assert min(look.held_out for look in looks) > 0.67


def test_beside_the_hidden_layers_of_each_member_is_a_linear_model():
    place = Hashed("place", may_be_missing=False, buckets=50)
    features = [Number("size", may_be_missing=False), place]
    model = build_model(features, {"place_xf": 51}, options(members=3), 1)
    (linear,) = (layer for layer in model.layers if layer.name == "linear")
    *_, last = (layer for layer in model.layers if layer.name.startswith("member_dense"))
    rows = {
        "size_xf": tf.random.stateless_normal([20, 1 + BINS], [1, 2]),
        "place_xf": tf.range(20, dtype=tf.int64),
    }
    both = model(rows).numpy()
    for weight in last.trainable_variables:
        weight.assign(tf.zeros_like(weight))

    alone = model(rows).numpy()

    seen = keras.Model(model.inputs, linear.input)(rows).numpy()
    kernel, bias = (weight.numpy() for weight in linear.trainable_variables)
    expected = np.einsum("bmw,mwu->bmu", seen, kernel) + bias
    np.testing.assert_allclose(alone, expected, rtol=1e-4, atol=1e-5)
    assert seen.shape[:2] == (20, 3)
    assert abs(both - alone).max() > 0.01


def test_no_more_steps_are_taken_than_allowed():
    _, _, looks = noise_fit(learning_rate=1e-5, steps=50)

    assert [look.step for look in looks] == [20, 40, 50]


def test_steps_that_lead_nowhere_are_refused():
    with pytest.raises(
        ModelRefused, match=r"the loss is no number .* lower training.learning_rate"
    ):
        noise_fit(learning_rate=1e38, steps=100)
