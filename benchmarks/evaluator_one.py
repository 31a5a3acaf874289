"""One Evaluator on some rows, in a process of its own: prints its seconds and peak memory as JSON.

`python evaluator_one.py FOLDER prepare ROWS…` lays out rows and two models in FOLDER;
`python evaluator_one.py FOLDER ours|stock ROWS MODELS` evaluates. Only the executor is timed:
importing TFX takes everybody as long. TFX's gets our configuration of metrics and slices.
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
import tensorflow as tf
from google.protobuf import json_format
from tfx.components.evaluator import executor as tfx_evaluator
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import standard_artifacts

from benchmarks.runs import PROJECT, TFXP, where_below
from components.evaluator.eval_config import eval_config
from components.evaluator.executor import Executor
from components.evaluator.options import EvaluatorOptions
from pipeline import options
from pipeline.config import load

TAXI, LOCAL = PROJECT / "configs" / "taxi.toml", PROJECT / "configs" / "local.toml"
IN_MEMORY_BEAM = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"]
GZIP = tf.io.TFRecordOptions(compression_type="GZIP")


def prepare(folder: pathlib.Path, counts: list[int]) -> None:
    """Trains two models with our pipeline, and repeats its evaluation split."""
    where = where_below(folder)
    for seed, name in enumerate(("candidate", "baseline")):
        subprocess.run(
            [TFXP, "run", "--where", where, "--until", "Trainer"]
            + ["--set", "training.steps=300", "--set", f"training.seed={seed}"],
            check=True,
            cwd=PROJECT,
            stdout=sys.stderr,
        )
        newest = max((folder / "artifacts" / "Trainer" / "model").iterdir(), key=_number)
        shutil.copytree(newest, folder / name)
    (examples,) = (folder / "artifacts" / "ExampleGen" / "examples").iterdir()
    files = sorted(map(str, (examples / "Split-eval").iterdir()))
    rows = list(tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator())
    for count in counts:
        shutil.copytree(examples / "Split-train", folder / str(count) / "Split-train")
        (folder / str(count) / "Split-eval").mkdir()
        path = folder / str(count) / "Split-eval" / "data-00000-of-00001.gz"
        with tf.io.TFRecordWriter(str(path), GZIP) as file:
            for row in itertools.islice(itertools.cycle(rows), count):
                file.write(row)
    print("prepared")


def evaluate(folder: pathlib.Path, whose: str, rows: str, models: int) -> None:
    """Runs one executor."""
    context = BaseBeamExecutor.Context(
        make_beam_pipeline_fn=lambda: beam.Pipeline(argv=IN_MEMORY_BEAM), tmp_dir=str(folder)
    )
    examples = _artifact(standard_artifacts.Examples, folder / rows)
    examples.split_names = '["train","eval"]'
    inputs = {
        "examples": [examples],
        "schema": [_artifact(standard_artifacts.Schema, PROJECT / "schema" / "taxi")],
        "model": [_artifact(standard_artifacts.Model, folder / "candidate")],
    }
    if models == 2:
        inputs["baseline_model"] = [_artifact(standard_artifacts.Model, folder / "baseline")]
    out = folder / f"out-{whose}"
    shutil.rmtree(out, ignore_errors=True)
    outputs = {
        "evaluation": [_artifact(standard_artifacts.ModelEvaluation, out / "evaluation")],
        "blessing": [_artifact(standard_artifacts.ModelBlessing, out / "blessing")],
    }
    told = options.evaluation(load(str(TAXI), str(LOCAL), ()).what)
    started = time.monotonic()
    if whose == "ours":
        Executor(context).Do(inputs, outputs, {"options": told.to_json()})
    else:
        tfx_evaluator.Executor(context).Do(inputs, outputs, {"eval_config": _asked(told, models)})
    seconds = time.monotonic() - started
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "peak_mib": kilobytes / 1024}))


def _asked(told: EvaluatorOptions, models: int) -> str:
    config = eval_config(told, has_baseline=models == 2)
    return json_format.MessageToJson(config, preserving_proto_field_name=True)


def _artifact(kind: type, folder: pathlib.Path) -> object:
    made = kind()
    made.uri = str(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return made


def _number(path: pathlib.Path) -> int:
    return int(path.name)


if __name__ == "__main__":
    place = pathlib.Path(sys.argv[1])
    if sys.argv[2] == "prepare":
        prepare(place, list(map(int, sys.argv[3:])))
    else:
        evaluate(place, sys.argv[2], sys.argv[3], int(sys.argv[4]))
