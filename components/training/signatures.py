"""The model as clients meet it: raw rows in, answers out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf
import tensorflow_transform as tft

from components.training.targets import Target
from components.training.transform_graph import TransformGraph
from schema.features import tensor_name
from schema.labels import Task

SERVE_EXAMPLES, SERVE_ROWS = "serving_default", "serve_rows"
"""Signatures that answer."""

TRANSFORM_FEATURES = "transform_features"
"""Signature that gives features and the label."""

ANSWER_FEATURES = "answer_features"
"""Function of the SavedModel, no signature, from features to the answer."""

EXAMPLES = "examples"
"""Input of the signatures that take serialized tf.Examples."""

ANSWERS: Mapping[Task, str] = {
    "binary": "probability",
    "multiclass": "probabilities",
    "regression": "value",
}
"""Output of the signatures that answer, by task."""


class ServingModel(tf.Module):
    """The trained model together with the Transform graph, loadable without this project.

    | signature            | in                                   | out                            |
    | -------------------- | ------------------------------------ | ------------------------------ |
    | `serving_default`    | `examples` [batch] string            | the answer                     |
    | `serve_rows`         | one [batch] tensor a column          | the answer                     |
    | `transform_features` | `examples` [batch] string, with label | every feature, and the label  |

    Beside them stands `answer_features`, a function and no signature: from a dict of features as
    Transform writes them to the answer. Whatever answers goes through it, so that serving can be
    held against what Beam computes without a second copy of the network.

    The answer is `probability` [batch, 1] float32 of label 1, or `value` [batch, 1] float32 for a
    regression, or, for several classes, `probabilities` [batch, classes] float32 in the order in
    which the schema lists them, and `class` [batch, 1] string, the likeliest. A tf.Example may lack
    any column that the schema lets be missing; without one that it does not, it is refused. A
    signature of TensorFlow cannot leave a tensor out, so in `serve_rows` a missing value is NaN,
    the empty string, or the smallest int64. The tensors of `serve_rows` have the names of the
    columns; characters that no tensor name may have are replaced by `schema.features.tensor_name`.
    """

    def __init__(
        self,
        model: keras.Model,
        transform_output: tft.TFTransformOutput,
        columns: Sequence[str],
        label_columns: Sequence[str],
        target: Target,
    ) -> None:
        """Joins the two.

        Args:
            model: From features to [batch, members, outputs].
            transform_output: What Transform wrote.
            columns: The raw columns that the features are made from.
            label_columns: The raw columns that the label is made from.
            target: What the model's outputs mean.
        """
        super().__init__()
        # The variables, and not the model as a whole: of a Keras variable the SavedModel restores a
        # copy that no function reads. Python's loader mends that; TF Serving, which restores and
        # asks, finds variables without a value.
        self._variables = [variable.value for variable in model.variables]
        self._network = lambda features: model(features, training=False)
        self._transform = TransformGraph(transform_output)
        spec = transform_output.raw_feature_spec()
        self._columns = {column: spec[column] for column in columns}
        self._labelled = self._columns | {column: spec[column] for column in label_columns}
        self._target = target
        features = {
            name: tf.TensorSpec(seen.shape, seen.dtype, name=name)
            for name, seen in model.input.items()
        }
        self._features = list(features)
        self.answer_features = _compiled(self._answer_features, features)

    def save(self, path: str) -> None:
        """Writes the SavedModel."""
        examples = tf.TensorSpec([None], tf.string, name=EXAMPLES)
        rows = {
            tensor_name(column): tf.TensorSpec([None], spec.dtype, name=tensor_name(column))
            for column, spec in self._columns.items()
        }
        signatures = {
            SERVE_EXAMPLES: _compiled(self._serve_examples, examples),
            SERVE_ROWS: _compiled(self._serve_rows, rows),
            TRANSFORM_FEATURES: _compiled(self._transform_examples, examples),
        }
        tf.saved_model.save(self, path, signatures=signatures)

    def _serve_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        return self._answer(tf.io.parse_example(examples, self._columns))

    def _serve_rows(self, rows: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return self._answer(
            {
                column: _as_parsed(rows[tensor_name(column)], spec)
                for column, spec in self._columns.items()
            }
        )

    def _transform_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        return dict(self._transform(tf.io.parse_example(examples, self._labelled)))

    def _answer(self, raw: Mapping[str, tf.Tensor | tf.SparseTensor]) -> dict[str, tf.Tensor]:
        features = self._transform(raw)
        return self.answer_features({name: features[name] for name in self._features})

    def _answer_features(self, features: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return self._target.answers(self._network(dict(features)))


def _compiled(function: Callable[[Any], dict[str, tf.Tensor]], takes: Any) -> Any:
    """The function as a graph."""
    # There is no Python control flow to convert, and looking for it takes seconds.
    return tf.function(function, input_signature=[takes], autograph=False)


def _as_parsed(
    values: tf.Tensor, spec: tf.io.FixedLenFeature | tf.io.VarLenFeature
) -> tf.Tensor | tf.SparseTensor:
    """A column of rows as the parser gives it: sparse where it may be missing.

    What stands for missing stays in: to preprocessing it means the same as a value left out.
    """
    if isinstance(spec, tf.io.FixedLenFeature):
        return values
    count = tf.shape(values, tf.int64)[0]
    indices = tf.stack([tf.range(count), tf.zeros([count], tf.int64)], axis=1)
    return tf.SparseTensor(indices, values, tf.stack([count, 1]))
