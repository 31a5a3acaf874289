"""One ExampleGen on one file, in a process of its own: prints its seconds and peak memory as JSON.

`python ingest_one.py ours|stock csv|parquet FILE FOLDER`. Only the executor is timed: importing
TFX takes everybody as long.
"""

import json
import pathlib
import resource
import sys
import time

import apache_beam as beam
from tfx.components.example_gen import utils
from tfx.components.example_gen.csv_example_gen import executor as csv_executor
from tfx.components.example_gen.custom_executors import parquet_executor
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils, standard_artifacts
from tfx.utils import proto_utils

from components.artifacts import QuarantinedRows
from components.example_gen.component import ExampleGen

IN_MEMORY_BEAM = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"]
SCHEMA = pathlib.Path(__file__).resolve().parents[1] / "schema" / "taxi" / "schema.pbtxt"


def main(whose: str, kind: str, file: pathlib.Path, folder: pathlib.Path) -> None:
    """Runs one executor."""
    context = BaseBeamExecutor.Context(
        make_beam_pipeline_fn=lambda: beam.Pipeline(argv=IN_MEMORY_BEAM), tmp_dir=str(folder)
    )
    started = time.monotonic()
    if whose == "ours":
        run_ours(context, file, folder)
    else:
        run_stock(context, kind, file, folder)
    seconds = time.monotonic() - started
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "peak_mib": kilobytes / 1024}))


def run_ours(context: BaseBeamExecutor.Context, file: pathlib.Path, folder: pathlib.Path) -> None:
    """Runs our ExampleGen, typed by the taxi schema."""
    schema = standard_artifacts.Schema()
    schema.uri = str(SCHEMA.parent)
    outputs = {"examples": standard_artifacts.Examples(), "quarantine": QuarantinedRows()}
    for name, artifact in outputs.items():
        artifact.uri = str(folder / name)
        pathlib.Path(artifact.uri).mkdir(parents=True)
    ExampleGen.EXECUTOR_SPEC.executor_class(context).Do(
        {"schema": [schema]},
        {name: [artifact] for name, artifact in outputs.items()},
        {"input": str(file), "options": json.dumps({"splits": {"train": 2, "eval": 1}})},
    )


def run_stock(
    context: BaseBeamExecutor.Context, kind: str, file: pathlib.Path, folder: pathlib.Path
) -> None:
    """Runs TFX's CsvExampleGen, or FileBasedExampleGen's Parquet executor."""
    examples = standard_artifacts.Examples()
    examples.uri = str(folder / "examples")
    examples.split_names = artifact_utils.encode_split_names(["train", "eval"])
    input_config = utils.make_default_input_config(split_pattern=file.name)
    executors = {"csv": csv_executor.Executor, "parquet": parquet_executor.Executor}
    executors[kind](context).Do(
        {},
        {"examples": [examples]},
        {
            "input_base": str(file.parent),
            "input_config": proto_utils.proto_to_json(input_config),
            "output_config": proto_utils.proto_to_json(
                utils.make_default_output_config(input_config)
            ),
        },
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4]))
