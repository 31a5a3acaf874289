"""Warm-up: the requests that a model brings along, replayed before it answers anybody."""

from pathlib import Path

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from serving.worker.saved_model import SavedModel

RECORDS = Path("assets.extra", "tf_serving_warmup_requests")
MOST_RECORDS = 1000


def warm_up(model: SavedModel, path: str) -> None:
    """Replays the PredictionLogs of the TFRecord that TF Serving names, if there is one.

    Args:
        model: The version.
        path: Its folder.

    Raises:
        Exception: A record cannot be read, or the model refuses it; there are over a thousand.
    """
    records = Path(path) / RECORDS
    if not records.is_file():
        return
    # The reader in Python: a dataset would start an eager runtime beside the model's session.
    for count, record in enumerate(tf.compat.v1.io.tf_record_iterator(str(records)), start=1):
        if count > MOST_RECORDS:
            msg = f"Number of warmup records exceeds the maximum ({MOST_RECORDS}) at {records}"
            raise ValueError(msg)
        log = prediction_log_pb2.PredictionLog.FromString(record)
        if log.HasField("predict_log"):
            _predict(model, log.predict_log.request)


def _predict(model: SavedModel, request: prediction_log_pb2.PredictLog) -> None:
    signature = request.model_spec.signature_name or "serving_default"
    if signature not in model.signatures:
        msg = f'warm-up: signature "{signature}" is not one of {sorted(model.signatures)}'
        raise ValueError(msg)
    inputs = {name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()}
    outputs = list(request.output_filter) or list(model.signatures[signature][1])
    model.run(signature, inputs, outputs)
