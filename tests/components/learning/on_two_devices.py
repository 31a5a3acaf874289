"""Fits on two devices; run as a process, since there are two from its start or not at all.

Called with the folders of examples, schema and transform graph, and one to write to: the model,
and `said.json`.
"""

import json
import sys
from pathlib import Path

import tensorflow as tf
import tensorflow_transform as tft
from tfx.types import standard_artifacts

from components.errors import ComponentError
from components.training.distribution import devices, over_devices
from tests.components.learning import trips

# So few that the order of sums does not show.
DISTRIBUTION = {"distribution": "mirrored", "steps": 120}


def parts():
    """Of ten rows from 0 on: what two devices find together, and keep."""

    def differentiate(weights, others, rows, counts):
        gradient, loss = weights * tf.reduce_sum(rows), tf.reduce_sum(rows) / counts
        return gradient, loss, (tf.reduce_mean(rows), others[1] + 1)

    together = tf.function(over_devices(devices("mirrored"), differentiate))
    gradient, loss, (mean, calls) = together(
        tf.constant([1.0, 2.0]), (tf.constant(0.0), tf.constant(3)), tf.range(10.0), 10.0
    )
    return {
        "gradient": gradient.numpy().tolist(),
        "loss": float(loss),
        "mean": float(mean),
        "calls": int(calls),
    }


def main(examples_dir, schema_dir, transform_dir, folder):
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    examples = trips.artifact(standard_artifacts.Examples, Path(examples_dir))
    schema = trips.artifact(standard_artifacts.Schema, Path(schema_dir))
    inputs = examples, schema, tft.TFTransformOutput(transform_dir)
    said = {"parts": parts()}
    try:
        trips.train(Path(folder, "uneven"), *inputs, **DISTRIBUTION, batch_size=129)
    except ComponentError as error:
        said["uneven"] = str(error)
    trips.train(Path(folder, "mirrored"), *inputs, **DISTRIBUTION)
    Path(folder, "said.json").write_text(json.dumps(said), encoding="utf-8")


main(*sys.argv[1:])
