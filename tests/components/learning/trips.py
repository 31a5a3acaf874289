"""Rows, examples and the steps that are run on them."""

import csv
import itertools
from pathlib import Path

import tensorflow as tf
import tensorflow_transform as tft
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.components.trainer.fn_args_utils import FnArgs
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import standard_artifacts
from tfx.utils import json_utils

from components.locations import resolve
from components.training.run import run_fn
from components.transform.executor import Executor
from schema import columns, read_schema

TAXI = Path(__file__).parents[3] / "schema" / "taxi" / "schema.pbtxt"
TIP = {"column": "tips", "share": 0.2, "of": "fare"}
CSV = "package://tfx/examples/chicago_taxi_pipeline/data/simple/data.csv"

TRAINING = {
    "task": "binary",
    "label": TIP,
    "steps": 300,
    "patience": 12,
    "batch_size": 128,
    "learning_rate": 0.002,
    "hidden_units": [32],
    "members": 4,
    "seed": 20,
    "model_name": "trips",
}

# Naming an image keeps TFX from packing itself up for workers that do not exist.
BEAM = BaseBeamExecutor.Context(
    beam_pipeline_args=[
        "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner",
        "--sdk_container_image=none",
    ],
    tmp_dir="/unused/",
    unique_id="1",
)


def trips(count):
    """The first rows of the packaged file; an empty field is a missing value."""
    to_value = {"int": lambda text: int(float(text)), "float": float, "bytes": str.encode}
    kinds = {column.name: column.kind for column in columns(read_schema(TAXI))}
    with Path(resolve(CSV)).open(encoding="utf-8") as file:
        return [
            {name: to_value[kinds[name]](text) for name, text in row.items() if text}
            for row in itertools.islice(csv.DictReader(file), count)
        ]


def serialized(row):
    """The row as a tf.Example; what it lacks is missing."""
    example = tf.train.Example()
    for name, value in row.items():
        feature = example.features.feature[name]
        match value:
            case bytes():
                feature.bytes_list.value.append(value)
            case int():
                feature.int64_list.value.append(value)
            case float():
                feature.float_list.value.append(value)
    return example.SerializeToString()


def examples(folder, **splits):
    """An Examples artifact of splits of rows, each in two shards."""
    options = tf.io.TFRecordOptions(compression_type="GZIP")
    for split, rows in splits.items():
        (folder / f"Split-{split}").mkdir(parents=True)
        for shard in range(2):
            path = folder / f"Split-{split}" / f"data-0000{shard}-of-00002.gz"
            with tf.io.TFRecordWriter(str(path), options) as writer:
                for row in rows[shard::2]:
                    writer.write(serialized(row))
    return artifact(standard_artifacts.Examples, folder, split_names=json_utils.dumps([*splits]))


def artifact(kind, folder, **properties):
    made = kind()
    made.uri = str(folder)
    folder.mkdir(exist_ok=True)
    for name, value in properties.items():
        setattr(made, name, value)
    return made


def schema_artifact(folder, text):
    made = artifact(standard_artifacts.Schema, folder)
    text_format.Parse(text, schema_pb2.Schema())
    (folder / "schema.pbtxt").write_text(text, encoding="utf-8")
    return made


def transform(folder, rows, schema, **options):
    """Runs the Transform node over the rows."""
    graph = artifact(standard_artifacts.TransformGraph, folder)
    Executor(BEAM).Do(
        {"examples": [rows], "schema": [schema]},
        {"transform_graph": [graph]},
        {
            "preprocessing_fn": "components.transform.preprocessing.preprocessing_fn",
            "custom_config": json_utils.dumps({"task": "binary", "label": TIP} | options),
            "disable_statistics": 1,
        },
    )
    return tft.TFTransformOutput(graph.uri)


def train(folder, rows, schema, transform_output, hyperparameters=None, base_model=None, **options):
    """Runs the Trainer's function; the result is a Model artifact."""
    model = artifact(standard_artifacts.Model, folder)
    run_fn(
        FnArgs(
            train_files=[f"{rows.uri}/Split-train/*"],
            transform_graph_path=transform_output.transform_savedmodel_dir.rsplit("/", 1)[0],
            schema_path=f"{schema.uri}/schema.pbtxt",
            serving_model_dir=f"{model.uri}/Format-Serving",
            model_run_dir=f"{model.uri}_run",
            custom_config=TRAINING | options,
            hyperparameters=hyperparameters,
            base_model=base_model,
        )
    )
    return model


def load(model):
    return tf.saved_model.load(f"{model.uri}/Format-Serving")


def ask(loaded, rows, signature="serving_default"):
    """What a signature that takes tf.Examples answers, as numpy arrays by name."""
    answers = loaded.signatures[signature](tf.constant([serialized(row) for row in rows]))
    return {name: values.numpy() for name, values in answers.items()}
