"""What a row of a rare class counts while the model is fitted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from schema.labels import Task


@dataclass(frozen=True)
class ClassWeights:
    """What the rows of each class count.

    A model that is fitted to weighted rows takes rare classes for as frequent as it is told. So
    the network is fitted with the logarithms of the weights added to its logits: it learns what
    belongs there without them, and its answers are about the rows as they are (Menon et al.,
    "Long-Tail Learning via Logit Adjustment", 2021, derive the shift).

    Attributes:
        by_class: In the order of the classes' ids; empty where every row counts the same.
    """

    by_class: tuple[float, ...] = ()

    def of(self, label: tf.Tensor) -> tf.Tensor:
        """[batch] float32 of [batch] label: what each row counts."""
        if not self.by_class:
            return tf.ones_like(label)
        return tf.gather(tf.constant(self.by_class, tf.float32), tf.cast(label, tf.int32))

    def shift(self, outputs: int) -> Sequence[float]:
        """What the weights do to the logits, of which there is one for two classes, or one each."""
        logarithms = [math.log(weight) for weight in self.by_class] or [0.0] * max(outputs, 2)
        return [logarithms[1] - logarithms[0]] if outputs == 1 else logarithms


EQUAL = ClassWeights()


def balanced(task: Task, classes: int, label: npt.NDArray[np.float32]) -> ClassWeights:
    """Weights with which every class counts the same in all, and a row 1 on average.

    Args:
        task: What is learnt; of a regression every row counts the same.
        classes: How many there are of several; 2 of a binary label.
        label: [rows], ids of classes.
    """
    if task == "regression":
        return EQUAL
    counts = np.bincount(label.astype(np.int64), minlength=classes)
    # A class that no row is of has no say either way.
    return ClassWeights(tuple(len(label) / (classes * max(int(count), 1)) for count in counts))
