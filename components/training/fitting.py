"""Taking the gradient steps, until rows that are held out gain nothing more."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.errors import ModelRefused
from components.training.folds import learners
from components.training.held_out import HeldOut
from components.training.options import TrainingOptions
from components.training.targets import Target

_log = logging.getLogger(__name__)

# Between two looks at the rows held out lies an epoch, but no less and no more than this.
_FEWEST_STEPS, _MOST_STEPS = 20, 500
_WEIGHT_DECAY = 1e-2
# The answers are those of the average of the weights over about the last hundred steps.
_AVERAGE_OVER = 100.0
# A gain is one of this share of the loss.
_LEAST_GAIN = 1e-4

Weights = list[npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Look:
    """How far the fit was at some step.

    Attributes:
        step: After how many steps.
        fitted: The mean loss of a member on the rows of the last steps.
        held_out: The loss of the answers on the rows held out.
    """

    step: int
    fitted: float
    held_out: float


def fit(
    model: keras.Model,
    batches: tf.data.Dataset,
    held_out: HeldOut,
    target: Target,
    options: TrainingOptions,
    epoch_steps: int,
) -> list[Look]:
    """Fits the model where it stands, and leaves it as it was when it did best.

    `Model.fit` would do the same; it needs four seconds longer to trace its step three times.

    Args:
        model: As `build_model` makes it.
        batches: (features, label [batch] float32, fold [batch] int64), endless.
        held_out: The rows that tell when to stop.
        target: What the model's outputs mean.
        options: Steps, learning rate and patience.
        epoch_steps: How many steps are an epoch.

    Returns:
        What was seen on the way, in the order of the steps.

    Raises:
        ModelRefused: the steps lead nowhere.
    """
    optimizer = keras.optimizers.AdamW(options.learning_rate, weight_decay=_WEIGHT_DECAY)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(model.trainable_variables)
    averages = [tf.Variable(weight) for weight in model.trainable_variables]
    take_steps = _steps_taker(model, optimizer, averages, target, options.members)
    iterator = iter(batches)
    looks: list[Look] = []
    best, best_weights, idle = float("inf"), _values(averages), 0
    every = min(max(epoch_steps, _FEWEST_STEPS), _MOST_STEPS)
    step = 0
    while step < options.steps and idle < options.patience:
        count = min(every, options.steps - step)
        fitted = float(take_steps(iterator, tf.constant(count)))
        step += count
        loss = _with_weights(model, _values(averages), held_out)
        looks.append(Look(step, fitted, loss))
        _log.info("step %d: loss %.4f, on rows held out %.4f", step, fitted, loss)
        # Without rows held out, as in a table of a few rows, all steps are taken.
        if not held_out.rows or loss < best * (1 - _LEAST_GAIN):
            best, best_weights, idle = loss, _values(averages), 0
        else:
            idle += 1
    if held_out.rows and not math.isfinite(best):
        raise ModelRefused(
            f"the loss is no number after {step} steps; lower training.learning_rate, "
            f"which is {options.learning_rate}"
        )
    _set(model, best_weights)
    return looks


def _with_weights(model: keras.Model, weights: Weights, held_out: HeldOut) -> float:
    kept = _values(model.trainable_variables)
    _set(model, weights)
    loss = held_out.loss(model)
    _set(model, kept)
    return loss


def _values(variables: Sequence[tf.Variable]) -> Weights:
    return [variable.numpy() for variable in variables]


def _set(model: keras.Model, weights: Weights) -> None:
    for variable, value in zip(model.trainable_variables, weights, strict=True):
        variable.assign(value)


def _steps_taker(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    averages: Sequence[tf.Variable],
    target: Target,
    members: int,
) -> tf.types.experimental.PolymorphicFunction:
    """A graph from (iterator, count) to the mean loss of a member in that many steps."""
    weights = model.trainable_variables
    taken = tf.Variable(0.0)

    def step(index: tf.Tensor, total: tf.Tensor, iterator: tf.data.Iterator) -> list[tf.Tensor]:
        features, label, folds = next(iterator)
        learns = learners(folds, members)
        with tf.GradientTape() as tape:
            losses = target.losses(label, model(features, training=True)) * learns
            each = tf.math.divide_no_nan(tf.reduce_sum(losses, 0), tf.reduce_sum(learns, 0))
            value = tf.reduce_sum(each)
        optimizer.apply(tape.gradient(value, weights), weights)
        # At first over fewer, or the initial weights would be among them for long.
        share = 1 / tf.minimum(_AVERAGE_OVER, 1 + taken.assign_add(1.0) / 2)
        for average, weight in zip(averages, weights, strict=True):
            average.assign_add(share * (weight - average))
        return [index + 1, total + value / members]

    @tf.function(autograph=False)
    def take_steps(iterator: tf.data.Iterator, count: tf.Tensor) -> tf.Tensor:
        _, total = tf.while_loop(
            lambda index, _: index < count,
            lambda index, total: step(index, total, iterator),
            [tf.constant(0), tf.constant(0.0)],
        )
        return total / tf.cast(count, tf.float32)

    return take_steps
