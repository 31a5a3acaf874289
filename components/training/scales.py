"""How a number that is to be predicted becomes what the network is fitted to, and back."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

# Above it, few large labels would have most of a squared loss.
_SKEWED = 0.5
_FEWEST_LABELS = 100


@dataclass(frozen=True)
class Scale:
    """The z-score of the label, or of its square root, so that the unit is no matter.

    Of amounts and durations the large ones vary the most. Their roots vary more evenly (Bartlett,
    "The Use of Transformations", 1947), and an error says as much at either end.

    Attributes:
        is_root: Whether it is the root.
        mean: Of the labels or of their roots, in the training rows.
        deviation: Their standard deviation.
        unit: The standard deviation of the labels, in which errors are counted.
        factor: By which answers are multiplied: the square of a mean root is below the mean.
    """

    is_root: bool = False
    mean: float = 0.0
    deviation: float = 1.0
    unit: float = 1.0
    factor: float = 1.0

    def fitted(self, label: tf.Tensor) -> tf.Tensor:
        """What the network is fitted to, for labels, float32 of any shape."""
        values = tf.sqrt(tf.maximum(label, 0.0)) if self.is_root else label
        return (values - self.mean) / self.deviation

    def values(self, output: tf.Tensor) -> tf.Tensor:
        """The inverse of `fitted`, times the factor."""
        values = output * self.deviation + self.mean
        return self.factor * (tf.square(tf.maximum(values, 0.0)) if self.is_root else values)

    def levelled(self, label: tf.Tensor, answers: tf.Tensor) -> "Scale":
        """The scale with the factor that fits the answers, [rows], to labels not learnt from."""
        if not self.is_root:
            return self
        power = float(tf.reduce_sum(tf.square(answers)))
        share = float(tf.reduce_sum(answers * label)) / power if power else 1.0
        return dataclasses.replace(self, factor=self.factor * share)


def scale_of(labels: npt.NDArray[np.float64]) -> Scale:
    """The scale that fits the labels, [rows], of all training rows: roots where those are even."""
    if not labels.size:
        return Scale()
    is_skewed = labels.size >= _FEWEST_LABELS and labels.min() >= 0 and _skew(labels) > _SKEWED
    roots = np.sqrt(labels) if is_skewed else labels
    is_root = is_skewed and abs(_skew(roots)) < _skew(labels)
    fitted = roots if is_root else labels
    return Scale(is_root, float(fitted.mean()), _deviation(fitted), _deviation(labels))


def _skew(values: npt.NDArray[np.float64]) -> float:
    return float((((values - values.mean()) / _deviation(values)) ** 3).mean())


def _deviation(values: npt.NDArray[np.float64]) -> float:
    """1 where all values are the same."""
    return float(values.std()) or 1.0
