"""How the fit is doing on rows that it is not fitted to."""

import math
from collections.abc import Mapping

import keras
import tensorflow as tf

from components.training.calibration import calibrated
from components.training.folds import FOLD, learners
from components.training.targets import Target

MOST_ROWS = 50_000
"""Of more training rows so many are asked; that is enough to know a loss by."""

_CHUNK_ROWS = 4096


class HeldOut:
    """Training rows, each to be answered by the members that do not learn from it."""

    def __init__(
        self, features: Mapping[str, tf.Tensor], label: str, members: int, target: Target
    ) -> None:
        """Keeps the rows that some member leaves out.

        Args:
            features: Each [rows, ...], with the label and the fold among them.
            label: Name of the label among them.
            members: How many the model has.
            target: What its outputs mean.
        """
        judges = 1 - learners(features[FOLD], members)
        is_judged = tf.reduce_sum(judges, axis=1) > 0
        rows = tf.where(is_judged)[:MOST_ROWS, 0]
        self._judges = tf.gather(judges, rows)
        self._label = tf.gather(features[label], rows)
        self._features = {
            name: tf.gather(values, rows)
            for name, values in features.items()
            if name not in (label, FOLD)
        }
        self._target = target
        # Called from Python, layer by layer, a model takes several times as long.
        self._ask = tf.function(lambda model, chunk: model(chunk), autograph=False)

    @property
    def rows(self) -> int:
        """How many there are."""
        return int(self._label.shape[0])

    def loss(self, model: keras.Model) -> float:
        """The mean loss of the answers."""
        return self._target.ensemble_loss(self._label, self.outputs(model), self._judges)

    def calibrated(self, model: keras.Model) -> Target:
        """The target at the temperature at which the answers are what they say."""
        if not self.rows:
            return self._target
        return calibrated(self._target, self._label, self.outputs(model), self._judges)

    def outputs(self, model: keras.Model) -> tf.Tensor:
        """[rows, members, outputs] float32."""
        # Of one size, or the model would be traced for each; the last overlaps the one before.
        size = math.ceil(self.rows / math.ceil(self.rows / _CHUNK_ROWS))
        outputs = []
        for done in range(0, self.rows, size):
            start = min(done, self.rows - size)
            chunk = {name: values[start : start + size] for name, values in self._features.items()}
            outputs.append(self._ask(model, chunk)[done - start :])
        return tf.concat(outputs, axis=0)
