"""Small real SavedModels, and artifacts round them."""

import numpy as np
import pytest
import tensorflow as tf
from tfx.types import standard_artifacts

from tests.buckets.fixtures import gs, minio, s3_address  # noqa: F401


class TakesExamples(tf.Module):
    """Answers serialized examples with a weight times the feature `fare`."""

    def __init__(self, weight: float, *, refuses: bool = False) -> None:
        super().__init__()
        self.weight = tf.Variable(weight)
        self.refuses = refuses

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serve(self, examples):
        spec = {"fare": tf.io.FixedLenFeature([], tf.float32)}
        if self.refuses:
            spec["tips"] = tf.io.FixedLenFeature([], tf.float32)
        fares = tf.io.parse_example(examples, spec)["fare"]
        return {"probability": self.weight * fares}


@pytest.fixture(scope="session")
def export(tmp_path_factory):
    """Returns a function from a weight to a model artifact with a real SavedModel."""

    def export(weight: float = 0.5, *, refuses: bool = False, signature: str = "serving_default"):
        artifact = standard_artifacts.Model()
        artifact.uri = str(tmp_path_factory.mktemp("model"))
        module = TakesExamples(weight, refuses=refuses)
        path = f"{artifact.uri}/Format-Serving"
        tf.saved_model.save(module, path, signatures={signature: module.serve})
        return artifact

    return export


@pytest.fixture(scope="session")
def examples(tmp_path_factory):
    """An examples artifact with 20 rows of fare and tips in its eval split."""
    artifact = standard_artifacts.Examples()
    artifact.uri = str(tmp_path_factory.mktemp("examples"))
    artifact.split_names = '["train", "eval"]'
    artifact.set_string_custom_property("tfx_version", "1.21.0")
    artifact.set_string_custom_property("input_fingerprint", "abc")
    artifact.set_int_custom_property("rows_in", 60)
    tf.io.gfile.makedirs(f"{artifact.uri}/Split-eval")
    with tf.io.TFRecordWriter(f"{artifact.uri}/Split-eval/data-00000.gz", "GZIP") as writer:
        for fare in np.arange(1, 21, dtype=np.float32):
            example = tf.train.Example()
            example.features.feature["fare"].float_list.value.append(fare)
            example.features.feature["tips"].float_list.value.append(fare / 4)
            writer.write(example.SerializeToString())
    return artifact


@pytest.fixture(scope="session")
def schema(tmp_path_factory):
    """A schema artifact: fare always, tips in training only."""
    artifact = standard_artifacts.Schema()
    artifact.uri = str(tmp_path_factory.mktemp("schema"))
    artifact.set_string_custom_property("fingerprint", "def")
    with open(f"{artifact.uri}/schema.pbtxt", "w") as file:
        file.write(
            'default_environment: "TRAINING" default_environment: "SERVING"\n'
            'feature { name: "fare" type: FLOAT presence { min_fraction: 1 } shape {} }\n'
            'feature { name: "tips" type: FLOAT presence { min_fraction: 1 } shape {}'
            '  not_in_environment: "SERVING" }\n'
        )
    return artifact


@pytest.fixture
def artifact(tmp_path):
    """Returns a function from an artifact class to an empty artifact with a folder."""

    def artifact(kind, name="artifact"):
        made = kind()
        made.uri = str(tmp_path / name)
        (tmp_path / name).mkdir()
        return made

    return artifact
