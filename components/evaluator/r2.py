"""The coefficient of determination, which TFMA lacks, in the form in which it takes metrics."""

import tensorflow as tf
import tf_keras


class R2(tf_keras.metrics.Metric):
    """The share of the label's variance that the predictions explain; 0 for the mean alone.

    Keras has such a metric, but with weights that come to be with the first batch, and TFMA adds
    up weights of metrics that have seen none.
    """

    def __init__(self, name: str = "r2", **kwargs: object) -> None:
        """Makes the sums, in double precision: large labels would cancel in single."""
        super().__init__(name=name, **kwargs)
        self._rows, self._sum, self._squares, self._errors = (
            self.add_weight(name=part, initializer="zeros", dtype=tf.float64)
            for part in ("rows", "sum", "squares", "errors")
        )

    def update_state(
        self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None
    ) -> None:
        """Adds rows: labels and predictions of the same shape."""
        label, prediction = (tf.cast(tf.reshape(y, [-1]), tf.float64) for y in (y_true, y_pred))
        weight = tf.ones_like(label)
        if sample_weight is not None:
            weight = tf.cast(tf.reshape(sample_weight, [-1]), tf.float64) * weight
        self._rows.assign_add(tf.reduce_sum(weight))
        self._sum.assign_add(tf.reduce_sum(weight * label))
        self._squares.assign_add(tf.reduce_sum(weight * label**2))
        self._errors.assign_add(tf.reduce_sum(weight * (label - prediction) ** 2))

    def result(self) -> tf.Tensor:
        """NaN where all labels are equal."""
        spread = self._squares - self._sum**2 / self._rows
        return tf.where(spread > 0, 1 - self._errors / spread, float("nan"))
