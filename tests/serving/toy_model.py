"""Writes small SavedModels for tests: `python -m tests.serving.toy_model FOLDER SCALE…`.

One a scale, named so, and one that is named `texts`.

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


EXAMPLES = tf.TensorSpec([None], tf.string, name="inputs")


class Texts(tf.Module):
    """Answers as other people's clients expect: texts with scores, and tf.Examples."""

    @tf.function(input_signature=[TEXTS])
    def spelled(self, examples):
        length = tf.cast(tf.strings.length(examples), tf.float32)
        return {
            "preds": tf.stack([examples, tf.strings.upper(examples)], axis=1),
            "logprobs": tf.stack([-length, tf.fill(tf.shape(length), -0.5)], axis=1),
        }

    @tf.function(input_signature=[EXAMPLES])
    def classified(self, inputs):
        x = tf.io.parse_example(inputs, COLUMN)["x"]
        return {
            "classes": tf.tile([["no", "yes"]], [tf.size(x), 1]),
            "scores": tf.stack([1 - x, x], axis=1),
        }

    @tf.function(input_signature=[EXAMPLES])
    def regressed(self, inputs):
        return {"outputs": 2 * tf.io.parse_example(inputs, COLUMN)["x"]}


def write_texts(folder):
    texts = Texts()
    signatures = {
        "serving_default": texts.spelled,
        "classify": texts.classified,
        "regress": texts.regressed,
    }
    tf.saved_model.save(texts, str(folder), signatures=signatures)


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
    write_texts(folder / "texts")
    write_warm_up(folder / "1", "serving_default")
    write_warm_up(folder / "2", "no_such_signature")
