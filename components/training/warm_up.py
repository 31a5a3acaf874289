"""Requests that a server answers before it says that a version is available.

The first answer of a fresh model takes many times as long as the others. TensorFlow Serving replays
the records of this file while it loads a version, so that no client waits for it.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from components.training.requests import as_request, as_tensors
from components.training.signatures import (
    EXAMPLES,
    SERVE_EXAMPLES,
    SERVE_ROWS,
    TRANSFORM_FEATURES,
)
from registry.versions import WARM_UP_FILE
from schema.features import tensor_name

WARM_UP_ROWS = 32
"""Rows of the larger request; the other has one. Kernels differ by batch."""


def write_warm_up(
    model_dir: str,
    model_name: str,
    examples: Sequence[bytes],
    columns: Mapping[str, tf.DType],
    label_columns: Sequence[str],
) -> None:
    """Writes a request of one row and one of all for every signature.

    The requests hold no column that the signature does not need.

    Args:
        model_dir: Of the SavedModel.
        model_name: By which clients know it.
        examples: Real rows, serialized tf.Examples; at least one.
        columns: The raw columns that the model takes, and their types.
        label_columns: The raw columns that the label is made from.
    """
    path = str(PurePosixPath(model_dir, WARM_UP_FILE))
    tf.io.gfile.makedirs(str(PurePosixPath(path).parent))
    with tf.io.TFRecordWriter(path) as writer:
        for rows in dict.fromkeys((1, len(examples))):
            for name, inputs in _inputs(examples[:rows], columns, label_columns).items():
                writer.write(
                    _record(model_name, name, inputs).SerializeToString(deterministic=True)
                )


def _inputs(
    examples: Sequence[bytes], columns: Mapping[str, tf.DType], label_columns: Sequence[str]
) -> dict[str, dict[str, tf.Tensor]]:
    """By signature."""
    requests = [as_request(example, columns) for example in examples]
    labelled = [as_request(example, [*columns, *label_columns]) for example in examples]
    dtypes = {tensor_name(column): dtype for column, dtype in columns.items()}
    return {
        SERVE_EXAMPLES: {EXAMPLES: tf.constant(requests)},
        SERVE_ROWS: as_tensors(requests, dtypes),
        TRANSFORM_FEATURES: {EXAMPLES: tf.constant(labelled)},
    }


def _record(
    model: str, signature: str, inputs: Mapping[str, tf.Tensor]
) -> prediction_log_pb2.PredictionLog:
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    for name, tensor in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(tensor))
    log = prediction_log_pb2.PredictLog(request=request)
    return prediction_log_pb2.PredictionLog(predict_log=log)
