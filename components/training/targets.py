"""What the network's outputs mean: how a label becomes what it is fitted to, and back."""

import dataclasses
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from components.training.scales import Scale, scale_of
from schema.labels import Classes, Task


@dataclass(frozen=True)
class Target:
    """The label as the members of the network see it.

    Attributes:
        task: What is learnt.
        classes: In the order of their ids; none but for `multiclass`.
        scale: Of the label, for a regression.
        temperature: By which the outputs of a classifier are divided before they become
            probabilities, so that these are neither too sure nor too careful.
    """

    task: Task
    classes: Classes = ()
    scale: Scale = Scale()
    temperature: float = 1.0

    @property
    def outputs(self) -> int:
        """How many numbers a member answers."""
        return len(self.classes) if self.task == "multiclass" else 1

    def losses(self, label: tf.Tensor, output: tf.Tensor) -> tf.Tensor:
        """[batch, members] of [batch] label and [batch, members, outputs]."""
        members = output.shape[1]
        wanted = tf.repeat(self.scale.fitted(label)[:, tf.newaxis], members, axis=1)
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
                losses = tf.square((answer[:, 0] - label) / self.scale.unit)
        return float(tf.reduce_mean(losses))

    def at_temperature(self, temperature: float) -> "Target":
        """The same, answering at that temperature."""
        return dataclasses.replace(self, temperature=temperature)

    def levelled(self, label: tf.Tensor, output: tf.Tensor, weights: tf.Tensor) -> "Target":
        """The same, a regression answering on the level of rows not learnt from."""
        answers = self._together(output, weights)[:, 0]
        return dataclasses.replace(self, scale=self.scale.levelled(label, answers))

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
                return {"value": answer}

    def _together(self, output: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        """[batch, outputs]: the mean of the members' probabilities, or of their values."""
        match self.task:
            case "binary":
                each = tf.sigmoid(output / self.temperature)
            case "multiclass":
                each = tf.nn.softmax(output / self.temperature)
            case "regression":
                each = self.scale.values(output)
        weighted = each * weights[:, :, tf.newaxis]
        return tf.reduce_sum(weighted, axis=1) / tf.reduce_sum(weights, axis=1, keepdims=True)


def of_labels(task: Task, classes: Classes, labels: tf.data.Dataset) -> Target:
    """Returns the target, for a regression with the scale of all training labels.

    Args:
        task: What is learnt.
        classes: Of a `multiclass` label.
        labels: Of all training rows, [some rows] float32 at a time, NaN where missing.
    """
    if task != "regression":
        return Target(task, classes if task == "multiclass" else ())
    values = np.concatenate([chunk.numpy() for chunk in labels]).astype(np.float64)
    return Target(task, (), scale_of(values[np.isfinite(values)]))
