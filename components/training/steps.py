"""The gradient steps: many of them in one compiled call, on state that is plain tensors."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import keras
import tensorflow as tf

from components.training.class_weights import EQUAL, ClassWeights
from components.training.distribution import over_devices
from components.training.folds import learners
from components.training.targets import Target

_WEIGHT_DECAY = 0.2
_NOT_DECAYED = "bias"
# Adam's own; see Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015).
_FIRST_DECAY, _SECOND_DECAY, _EPSILON = 0.9, 0.999, 1e-7
# The answers are those of the average of the weights over about the last hundred steps.
_AVERAGE_OVER = 100.0


class State(NamedTuple):
    """All that a step changes.

    Attributes:
        weights: [size] float32, the trainable weights one after the other.
        first: [size], Adam's mean of the gradients.
        second: [size], Adam's mean of their squares.
        average: [size], of the weights over the last steps.
        others: What the model keeps beside its weights, such as the state of its dropout.
        step: How many steps were taken, int64.
    """

    weights: tf.Tensor
    first: tf.Tensor
    second: tf.Tensor
    average: tf.Tensor
    others: tuple[tf.Tensor, ...]
    step: tf.Tensor


Pack = tuple[dict[str, tf.Tensor], tf.Tensor, tf.Tensor]
"""Features [steps, batch, ...], label [steps, batch] float32, fold [steps, batch] int64."""

TakeSteps = Callable[[State, Pack, tf.Tensor], tuple[State, tf.Tensor]]


def beginning(model: keras.Model) -> State:
    """The state before the first step."""
    weights = tf.concat([tf.reshape(w, [-1]) for w in model.trainable_variables], axis=0)
    zeros = tf.zeros_like(weights)
    others = tuple(tf.convert_to_tensor(v) for v in model.non_trainable_variables)
    return State(weights, zeros, zeros, weights, others, tf.constant(0, tf.int64))


def put_into(model: keras.Model, weights: tf.Tensor, others: Sequence[tf.Tensor]) -> None:
    """Gives the model the weights, [size], and what it keeps beside them, of a state."""
    variables = [*model.trainable_variables, *model.non_trainable_variables]
    values = [*_apart(weights, model.trainable_variables), *others]
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def steps_taker(
    model: keras.Model,
    target: Target,
    members: int,
    learning_rate: float,
    class_weights: ClassWeights = EQUAL,
    *,
    compiled: bool = True,
    devices: Sequence[str] = (),
) -> TakeSteps:
    """Makes a graph from (state, pack, count) to the state after `count` steps and the mean loss.

    The steps are those of AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
    2019). Compiled as one, with all weights in one vector, they take half the time of an optimizer
    that goes from variable to variable.

    Args:
        model: The network; its variables are only looked at for their shapes.
        target: What its outputs mean.
        members: How many the model has.
        learning_rate: Of AdamW.
        class_weights: What the rows of each class count.
        compiled: Whether XLA makes machine code of it. Not every layer has a meaning there, and the
            dropout of Keras takes a hundred times as long.
        devices: That share the rows of each batch; none for the one that TensorFlow takes.
    """
    variables = model.trainable_variables
    decay = tf.concat(
        [
            tf.fill([v.shape.num_elements()], 0.0 if _NOT_DECAYED in v.name else _WEIGHT_DECAY)
            for v in variables
        ],
        axis=0,
    )

    def learns(batch: Pack) -> tf.Tensor:
        _, label, folds = batch
        return learners(folds, members) * class_weights.of(label)[:, tf.newaxis]

    def of_rows(
        weights: tf.Tensor, others: tuple[tf.Tensor, ...], rows: Pack, counts: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tuple[tf.Tensor, ...]]:
        features, label, _ = rows
        with tf.GradientTape() as tape:
            tape.watch(weights)
            output, changed = model.stateless_call(
                _apart(weights, variables), list(others), features, training=True
            )
            output += class_weights.shift(output.shape[-1])
            losses = target.losses(label, output) * learns(rows)
            value = tf.reduce_sum(tf.math.divide_no_nan(tf.reduce_sum(losses, 0), counts))
        return tape.gradient(value, weights), value, tuple(changed)

    # Between devices XLA cannot reduce; it then compiles what each of them does.
    differentiate = (
        over_devices(devices, tf.function(of_rows, autograph=False, jit_compile=compiled))
        if devices
        else of_rows
    )

    def take_one(state: State, batch: Pack) -> tuple[State, tf.Tensor]:
        counts = tf.reduce_sum(learns(batch), 0)
        gradient, value, others = differentiate(state.weights, state.others, batch, counts)
        taken = tf.cast(state.step + 1, tf.float32)
        first = state.first + (1 - _FIRST_DECAY) * (gradient - state.first)
        second = state.second + (1 - _SECOND_DECAY) * (gradient**2 - state.second)
        # Both means began at zero, which this makes up for.
        rate = learning_rate * tf.sqrt(1 - _SECOND_DECAY**taken) / (1 - _FIRST_DECAY**taken)
        weights = state.weights * (1 - learning_rate * decay)
        weights -= rate * first / (tf.sqrt(second) + _EPSILON)
        # At first over fewer, or the initial weights would be among them for long.
        share = 1 / tf.minimum(_AVERAGE_OVER, 1 + taken / 2)
        average = state.average + share * (weights - state.average)
        return State(weights, first, second, average, others, state.step + 1), value / members

    @tf.function(autograph=False, jit_compile=compiled and not devices)
    def take_steps(state: State, pack: Pack, count: tf.Tensor) -> tuple[State, tf.Tensor]:
        def body(index: tf.Tensor, state: State, total: tf.Tensor) -> list[tf.Tensor]:
            batch = tf.nest.map_structure(lambda values: values[index], pack)
            state, value = take_one(state, batch)
            return [index + 1, state, total + value]

        _, state, total = tf.while_loop(
            lambda index, *_: index < count, body, [tf.constant(0), state, tf.constant(0.0)]
        )
        return state, total / tf.cast(count, tf.float32)

    taker: TakeSteps = take_steps
    return taker


def _apart(weights: tf.Tensor, variables: Sequence[keras.Variable]) -> list[tf.Tensor]:
    """Views of the flat weights in the shapes of the variables."""
    sizes = [variable.shape.num_elements() for variable in variables]
    return [
        tf.reshape(part, variable.shape)
        for part, variable in zip(tf.split(weights, sizes), variables, strict=True)
    ]
