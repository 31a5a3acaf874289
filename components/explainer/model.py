"""An exported model, asked about many rows at once."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf
from tensorflow_metadata.proto.v0 import schema_pb2

from components.errors import InputError
from components.explainer.columns import Columns, Floats, batches
from components.transform.rows import dense, missing_value
from schema import SERVING, columns
from schema.features import tensor_name, transformed

_ROWS = "serve_rows"
_FEATURES = "transform_features"
# A call costs as much as some hundred rows; many more at once do not fit the processor's cache.
_BATCH = 4096


class AskedModel:
    """A SavedModel with the signatures that this project exports.

    Attributes:
        dtypes: By raw column, the type in which `serve_rows` takes it, in the schema's order.
    """

    def __init__(self, path: str, contract: schema_pb2.Schema) -> None:
        """Loads it.

        Args:
            path: Of the SavedModel.
            contract: The schema, which knows the columns by their own names.

        Raises:
            InputError: it has other signatures, or is asked about columns that the schema lacks.
        """
        self._loaded = tf.saved_model.load(path)
        for name in (_ROWS, _FEATURES):
            if name not in self._loaded.signatures:
                has = ", ".join(sorted(self._loaded.signatures)) or "none"
                raise InputError(f"{path}: no signature {name!r} to explain it by; it has: {has}")
        self._rows = self._loaded.signatures[_ROWS]
        wanted = {
            name: spec.dtype for name, spec in self._rows.structured_input_signature[1].items()
        }
        names = {tensor_name(column.name): column.name for column in columns(contract, SERVING)}
        unknown = sorted(wanted.keys() - names.keys())
        if unknown:
            raise InputError(
                f"{path}: asks for {', '.join(unknown)}, which the schema does not have when "
                "serving; it was trained with another schema"
            )
        self.dtypes = {names[name]: wanted[name] for name in names if name in wanted}

    def ask(self, rows: Columns) -> Floats:
        """[rows, outputs] float64: probabilities or values, as `serve_rows` answers."""
        return np.concatenate([self._answers(batch) for batch in batches(rows, _BATCH)])

    def columns_of(self, examples: Sequence[bytes]) -> Columns:
        """The columns of serialized examples, as `ask` takes them."""
        spec = {column: tf.io.VarLenFeature(dtype) for column, dtype in self.dtypes.items()}
        parsed = tf.io.parse_example(tf.constant(list(examples), tf.string), spec)
        return {column: dense(parsed[column]).numpy() for column in self.dtypes}

    def labels_of(self, examples: Sequence[bytes], column: str) -> Floats:
        """[rows] float64: the label as the model was fitted to it, NaN where it is not known."""
        features = self._loaded.signatures[_FEATURES](tf.constant(list(examples), tf.string))
        return features[transformed(column)].numpy().astype(np.float64)

    def row(self, given: Mapping[str, bytes | int | float]) -> Columns:
        """One row; columns that are not given are missing."""
        return {
            column: np.asarray([given.get(column, _missing(dtype))], dtype.as_numpy_dtype)
            for column, dtype in self.dtypes.items()
        }

    def _answers(self, rows: Columns) -> Floats:
        tensors = {
            tensor_name(column): tf.constant(rows[column], dtype)
            for column, dtype in self.dtypes.items()
        }
        answers = [
            values.numpy()
            for values in self._rows(**tensors).values()
            # The name of the likeliest class says nothing that the probabilities do not.
            if values.dtype.is_floating
        ]
        return np.concatenate(answers, axis=1).astype(np.float64)


def _missing(dtype: tf.DType) -> bytes | int | float:
    value = missing_value(dtype)
    return value.encode() if isinstance(value, str) else value
