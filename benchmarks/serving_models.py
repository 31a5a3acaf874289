"""A small SavedModel that says which version it is.

`serving_models.py FOLDER MEGABYTES` writes it, in a process of its own: the number of the version
stands in an asset, so that versions are made of it by copying, without TensorFlow.
"""

import shutil
import sys
from pathlib import Path

from benchmarks.alone import last_line

INPUT, OUTPUT = "value", "version"
"""Of `serving_default`: [rows] float32 in, [rows] int64 out, each the number of the version."""

_NUMBER = "number.txt"


def make(folder: Path, megabytes: int = 0) -> Path:
    """Writes the SavedModel, with a row to ask it before it serves.

    Args:
        folder: It becomes the model's.
        megabytes: Size of weights that nothing needs.
    """
    last_line("serving_models.py", folder, str(megabytes))
    return folder


def numbered(model: Path, folder: Path, number: int) -> Path:
    """Copies the model into a folder; the copy answers with the number."""
    shutil.copytree(model, folder)
    (folder / "assets" / _NUMBER).write_text(str(number), encoding="utf-8")
    return folder


def main(folder: str, megabytes: str) -> None:
    """Writes it with TensorFlow, which nothing else here needs."""
    import numpy as np
    import tensorflow as tf
    from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

    asset = Path(folder).with_name(_NUMBER)
    asset.write_text("0", encoding="utf-8")

    class Model(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.number = tf.saved_model.Asset(str(asset))
            # Numbers that differ, so that no page of memory is like another.
            ballast = np.random.default_rng(1).random(int(megabytes) * 2**18, np.float32)
            self.ballast = tf.Variable(ballast)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name=INPUT)])
        def serve(self, values: tf.Tensor) -> dict[str, tf.Tensor]:
            text = tf.io.read_file(self.number.asset_path)
            return {OUTPUT: tf.fill([tf.size(values)], tf.strings.to_number(text, tf.int64))}

    module = Model()
    tf.saved_model.save(module, folder, signatures={"serving_default": module.serve})
    asset.unlink()
    extra = Path(folder, "assets.extra")
    extra.mkdir()
    request = predict_pb2.PredictRequest()
    request.inputs[INPUT].CopyFrom(tf.make_tensor_proto([1.0]))
    log = prediction_log_pb2.PredictLog(request=request)
    with tf.io.TFRecordWriter(str(extra / "tf_serving_warmup_requests")) as writer:
        writer.write(prediction_log_pb2.PredictionLog(predict_log=log).SerializeToString())
    print(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
