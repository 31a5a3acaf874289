"""One BulkInferrer on some rows, in a process of its own: prints what it did as JSON.

`python bulk_one.py FOLDER prepare ROWS` lays out rows and a model in FOLDER;
`python bulk_one.py FOLDER ours|csv|stock` predicts. Only the executor is timed: importing TFX takes
everybody as long. TFX's and ours read the same gzipped tf.Examples; ours also reads the CSV file.
"""

import itertools
import json
import pathlib
import resource
import shutil
import subprocess
import sys
import time

import apache_beam as beam
import numpy as np
import pyarrow.parquet as pq
import tensorflow as tf
from google.protobuf import json_format
from tensorflow_serving.apis import prediction_log_pb2
from tfx.components.bulk_inferrer import executor as tfx_bulk_inferrer
from tfx.components.util import examples_utils
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.proto import bulk_inferrer_pb2, example_gen_pb2
from tfx.types import standard_artifacts

from benchmarks.runs import PROJECT, TFXP, where_below
from components.bulk_inferrer.component import BulkInferrer
from components.locations import resolve

TRIPS = "package://tfx/examples/chicago_taxi_pipeline/data/simple/data.csv"
IN_MEMORY_BEAM = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"]
GZIP = tf.io.TFRecordOptions(compression_type="GZIP")
OPTIONS = {"name": "taxi", "format": "auto", "key": None, "missing": [], "identifiers": []}
OUTPUT = "probability"


def prepare(folder: pathlib.Path, count: int) -> None:
    """Trains a model with our pipeline, and repeats the packaged trips."""
    subprocess.run(
        [TFXP, "run", "--where", where_below(folder), "--until", "Trainer"]
        + ["--set", "training.steps=300"],
        check=True,
        cwd=PROJECT,
        stdout=sys.stderr,
    )
    (made,) = (folder / "artifacts" / "Trainer" / "model").iterdir()
    shutil.copytree(made, folder / "model")
    (examples,) = (folder / "artifacts" / "ExampleGen" / "examples").iterdir()
    rows = [
        row
        for split in ("train", "eval")
        for path in sorted((examples / f"Split-{split}").iterdir())
        for row in tf.data.TFRecordDataset(str(path), "GZIP").as_numpy_iterator()
    ]
    split = folder / "examples" / "Split-rows"
    split.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(split / "data_tfrecord-00000-of-00001.gz"), GZIP) as file:
        for row in itertools.islice(itertools.cycle(rows), count):
            file.write(row)
    header, *lines = pathlib.Path(resolve(TRIPS)).read_text(encoding="utf-8").splitlines()
    with (folder / "rows.csv").open("w", encoding="utf-8") as file:
        file.writelines(
            f"{line}\n" for line in (header, *itertools.islice(itertools.cycle(lines), count))
        )
    print("prepared")


def predict(folder: pathlib.Path, whose: str) -> None:
    """Runs one executor."""
    context = BaseBeamExecutor.Context(
        make_beam_pipeline_fn=lambda: beam.Pipeline(argv=IN_MEMORY_BEAM), tmp_dir=str(folder)
    )
    out = folder / f"out-{whose}"
    shutil.rmtree(out, ignore_errors=True)
    result = _artifact(standard_artifacts.InferenceResult, out)
    model = _artifact(standard_artifacts.Model, folder / "model")
    blessing = _artifact(standard_artifacts.ModelBlessing, folder / "blessing")
    blessing.set_int_custom_property("blessed", 1)
    (folder / "blessing" / "BLESSED").touch()
    inputs = {"model": [model], "model_blessing": [blessing]}
    started = time.monotonic()
    if whose == "stock":
        _run_stock(context, inputs, result, folder)
    else:
        _run_ours(context, inputs, result, folder, whose)
    seconds = time.monotonic() - started
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answers = _stock_answers(out) if whose == "stock" else _our_answers(out)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "peak_mib": kilobytes / 1024,
                "rows_out": len(answers),
                # The rows are in no order that TFX promises.
                "quantiles": np.quantile(answers, np.linspace(0, 1, 101)).tolist(),
            }
        )
    )


def _run_stock(context: object, inputs: dict, result: object, folder: pathlib.Path) -> None:
    examples = _artifact(standard_artifacts.Examples, folder / "examples")
    examples.split_names = '["rows"]'
    examples_utils.set_payload_format(examples, example_gen_pb2.PayloadFormat.FORMAT_TF_EXAMPLE)
    examples_utils.set_file_format(examples, "tfrecords_gzip")
    asked = bulk_inferrer_pb2.ModelSpec(model_signature_name=["serving_default"], tag=["serve"])
    tfx_bulk_inferrer.Executor(context).Do(
        inputs | {"examples": [examples]},
        {"inference_result": [result]},
        {"data_spec": "{}", "model_spec": json_format.MessageToJson(asked)},
    )


def _run_ours(
    context: object, inputs: dict, result: object, folder: pathlib.Path, whose: str
) -> None:
    pushed = _artifact(standard_artifacts.PushedModel, folder / "pushed")
    pushed.set_int_custom_property("pushed", 1)
    pushed.set_string_custom_property("pushed_version", "1")
    schema = _artifact(standard_artifacts.Schema, PROJECT / "schema" / "taxi")
    rows = "rows.csv" if whose == "csv" else "examples/Split-rows/*"
    BulkInferrer.EXECUTOR_SPEC.executor_class(context).Do(
        inputs | {"pushed_model": [pushed], "schema": [schema]},
        {"inference_result": [result]},
        {"input": str(folder / rows), "options": json.dumps(OPTIONS)},
    )


def _our_answers(out: pathlib.Path) -> np.ndarray:
    return pq.read_table(out, columns=[OUTPUT])[OUTPUT].to_numpy()


def _stock_answers(out: pathlib.Path) -> np.ndarray:
    files = list(map(str, out.iterdir()))
    logs = map(
        prediction_log_pb2.PredictionLog.FromString,
        tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator(),
    )
    return np.array(
        [
            value
            for log in logs
            for value in tf.make_ndarray(log.predict_log.response.outputs[OUTPUT]).ravel()
        ]
    )


def _artifact(kind: type, folder: pathlib.Path) -> object:
    made = kind()
    made.uri = str(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return made


if __name__ == "__main__":
    place = pathlib.Path(sys.argv[1])
    if sys.argv[2] == "prepare":
        prepare(place, int(sys.argv[3]))
    else:
        predict(place, sys.argv[2])
