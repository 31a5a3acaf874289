"""Writes small SavedModels for tests: `python -m tests.serving.toy_model FOLDER SCALE…`.

A process of its own, so that the tests need not import TensorFlow.
"""

import sys
from pathlib import Path

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

NUMBERS = tf.TensorSpec([None], tf.float32, name="x")
TEXTS = tf.TensorSpec([None], tf.string, name="examples")
COLUMN = {"x": tf.io.FixedLenFeature([], tf.float32)}


class Toy(tf.Module):
    """Multiplies by its scale, which is the version's number in the tests."""

    def __init__(self, scale):
        super().__init__()
        self.scale = tf.Variable(float(scale), name="scale")

    @tf.function(input_signature=[NUMBERS])
    def scaled(self, x):
        return {"y": x * self.scale, "twice": 2 * x * self.scale}

    @tf.function(input_signature=[TEXTS])
    def parsed(self, examples):
        return {"y": tf.io.parse_example(examples, COLUMN)["x"] * self.scale}

    @tf.function(input_signature=[NUMBERS])
    def total(self, x):
        return {"total": tf.reduce_sum(x)}

    @tf.function(input_signature=[NUMBERS])
    def slow(self, x):
        """Turns as often as the largest number says: a million take about a second."""
        turns = tf.cast(tf.reduce_max(x), tf.int32)
        last = tf.while_loop(lambda turn: turn < turns, lambda turn: turn + 1, [tf.constant(0)])[0]
        return {"y": x + 0 * tf.cast(last, tf.float32)}


def write(folder, scale):
    toy = Toy(scale)
    signatures = {
        "serving_default": toy.scaled,
        "parsed": toy.parsed,
        "total": toy.total,
        "slow": toy.slow,
    }
    tf.saved_model.save(toy, str(folder), signatures=signatures)


def write_warm_up(folder, signature):
    """One record that asks a signature, which may be one that does not exist."""
    log = prediction_log_pb2.PredictionLog()
    log.predict_log.request.model_spec.signature_name = signature
    log.predict_log.request.inputs["x"].CopyFrom(tf.make_tensor_proto([1.0], tf.float32))
    path = Path(folder, "assets.extra", "tf_serving_warmup_requests")
    path.parent.mkdir()
    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(log.SerializeToString())


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name in sys.argv[2:]:
        write(folder / name, name)
    write_warm_up(folder / "1", "serving_default")
    write_warm_up(folder / "2", "no_such_signature")
