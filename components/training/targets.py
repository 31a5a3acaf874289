"""What the network's outputs mean: how a label becomes what it is fitted to, and back."""

import dataclasses
import math
from dataclasses import dataclass

import keras
import tensorflow as tf

from schema.labels import Classes, Task


@dataclass(frozen=True)
class Target:
    """The label as the members of the network see it.

    A regression is fitted to the label's z-score, so that it learns as well whatever the unit.

    Attributes:
        task: What is learnt.
        classes: In the order of their ids; none but for `multiclass`.
        mean: Of the label in the training rows, for a regression.
        deviation: Its standard deviation.
        temperature: By which the outputs of a classifier are divided before they become
            probabilities, so that these are neither too sure nor too careful.
    """

    task: Task
    classes: Classes = ()
    mean: float = 0.0
    deviation: float = 1.0
    temperature: float = 1.0

    @property
    def outputs(self) -> int:
        """How many numbers a member answers."""
        return len(self.classes) if self.task == "multiclass" else 1

    def losses(self, label: tf.Tensor, output: tf.Tensor) -> tf.Tensor:
        """[batch, members] of [batch] label and [batch, members, outputs]."""
        members = output.shape[1]
        wanted = tf.repeat(self.fitted(label)[:, tf.newaxis], members, axis=1)
        match self.task:
            case "binary":
                return tf.nn.sigmoid_cross_entropy_with_logits(wanted, output[:, :, 0])
            case "multiclass":
                return tf.nn.sparse_softmax_cross_entropy_with_logits(
                    tf.cast(wanted, tf.int32), output
                )
            case "regression":
                return tf.square(output[:, :, 0] - wanted)

    def ensemble_loss(self, label: tf.Tensor, output: tf.Tensor, weights: tf.Tensor) -> float:
        """The mean loss of what the members answer together.

        Args:
            label: [batch] float32.
            output: [batch, members, outputs].
            weights: [batch, members], what each member's answer counts.
        """
        answer = self._together(output, weights)
        match self.task:
            case "binary":
                losses = keras.losses.binary_crossentropy(label[:, tf.newaxis], answer)
            case "multiclass":
                losses = keras.losses.sparse_categorical_crossentropy(label, answer)
            case "regression":
                losses = tf.square(answer[:, 0] - self.fitted(label))
        return float(tf.reduce_mean(losses))

    def fitted(self, label: tf.Tensor) -> tf.Tensor:
        """[batch] float32: the label as the network is fitted to it."""
        return (label - self.mean) / self.deviation

    def at_temperature(self, temperature: float) -> "Target":
        """The same, answering at that temperature."""
        return dataclasses.replace(self, temperature=temperature)

    def answers(self, output: tf.Tensor) -> dict[str, tf.Tensor]:
        """What a client gets for [batch, members, outputs] of the network."""
        answer = self._together(output, tf.ones_like(output[:, :, 0]))
        match self.task:
            case "binary":
                return {"probability": answer}
            case "multiclass":
                names = tf.constant([str(value) for value in self.classes])
                best = tf.gather(names, tf.argmax(answer, axis=1))
                return {"probabilities": answer, "class": best[:, tf.newaxis]}
            case "regression":
                return {"value": answer * self.deviation + self.mean}

    def _together(self, output: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        """[batch, outputs]: the mean of the members' probabilities, or of their values."""
        match self.task:
            case "binary":
                each = tf.sigmoid(output / self.temperature)
            case "multiclass":
                each = tf.nn.softmax(output / self.temperature)
            case "regression":
                each = output
        weighted = each * weights[:, :, tf.newaxis]
        return tf.reduce_sum(weighted, axis=1) / tf.reduce_sum(weights, axis=1, keepdims=True)


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
