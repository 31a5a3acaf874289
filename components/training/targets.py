"""What the network's outputs mean: how a label becomes what it is fitted to, and back."""

import math
from dataclasses import dataclass

import keras
import tensorflow as tf

from schema.labels import Classes, Task


@dataclass(frozen=True)
class Target:
    """The label as the network sees it.

    A regression is fitted to the label's z-score, so that it learns as well whatever the unit.

    Attributes:
        task: What is learnt.
        classes: In the order of their ids; none but for `multiclass`.
        mean: Of the label in the training rows, for a regression.
        deviation: Its standard deviation.
    """

    task: Task
    classes: Classes = ()
    mean: float = 0.0
    deviation: float = 1.0

    @property
    def outputs(self) -> int:
        """How many numbers the network answers."""
        return len(self.classes) if self.task == "multiclass" else 1

    def loss(self) -> keras.losses.Loss:
        """From [batch, 1] label and [batch, outputs] output."""
        match self.task:
            case "binary":
                return keras.losses.BinaryCrossentropy(from_logits=True)
            case "multiclass":
                return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            case "regression":
                return keras.losses.MeanSquaredError()

    def fitted(self, label: tf.Tensor) -> tf.Tensor:
        """[batch] float32: the label as the network is fitted to it."""
        return (label - self.mean) / self.deviation

    def answers(self, output: tf.Tensor) -> dict[str, tf.Tensor]:
        """What a client gets for [batch, outputs] of the network."""
        match self.task:
            case "binary":
                return {"probability": tf.sigmoid(output)}
            case "multiclass":
                names = tf.constant([str(value) for value in self.classes])
                best = tf.gather(names, tf.argmax(output, axis=1))
                return {"probabilities": tf.nn.softmax(output), "class": best[:, tf.newaxis]}
            case "regression":
                return {"value": output * self.deviation + self.mean}


def of_labels(task: Task, classes: Classes, labels: tf.data.Dataset) -> Target:
    """Returns the target, for a regression with mean and deviation of all training labels.

    Args:
        task: What is learnt.
        classes: Of a `multiclass` label.
        labels: Of all training rows, [some rows] float32 at a time, NaN where missing.
    """
    if task != "regression":
        return Target(task, classes if task == "multiclass" else ())
    count, mean, squares = 0.0, 0.0, 0.0
    for chunk in labels:
        values = tf.cast(tf.boolean_mask(chunk, tf.math.is_finite(chunk)), tf.float64)
        rows = float(tf.size(values))
        if not rows:
            continue
        # Chan's update: sums of large squares would cancel.
        here = float(tf.reduce_mean(values))
        apart = here - mean
        squares += float(tf.reduce_sum((values - here) ** 2)) + apart**2 * count * rows / (
            count + rows
        )
        count += rows
        mean += apart * rows / count
    deviation = math.sqrt(squares / count) if count else 0.0
    return Target(task, (), mean, deviation or 1.0)
