"""Executors that do what executors may do, for steps that nobody trains a model in."""

import getpass
import os
import subprocess
import sys
import time
from pathlib import Path

import apache_beam as beam
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.dsl.components.base.base_executor import BaseExecutor
from tfx.proto.orchestration import execution_result_pb2

from components.errors import DataRefused, InputError
from components.progress import tell


def _only(artifacts):
    (artifact,) = artifacts
    return artifact


class Copies(BaseExecutor):
    """Copies what it is told and given into a file, and its input's properties to its output."""

    def Do(self, input_dict, output_dict, exec_properties):
        model, examples = _only(output_dict["model"]), _only(input_dict["examples"])
        tell("copying")
        # As libraries do, for the names of their jobs.
        getpass.getuser()
        Path(model.uri, "told.txt").write_text(
            "\n".join(f"{name}={value!r}" for name, value in sorted(exec_properties.items()))
        )
        Path(model.uri, "empty").mkdir()
        Path(model.uri, "given.txt").write_text(
            f"{type(examples).__name__} {examples.span!r} {examples.split_names!r} "
            f"{examples.get_int_custom_property('rows')!r} "
            f"{examples.get_float_custom_property('share')!r} {examples.name}"
        )
        for folder in (self._get_tmp_dir(), self._context.stateful_working_dir):
            Path(folder, "left").mkdir(parents=True)
        model.set_int_custom_property("rows", 2**53 + 1)
        model.set_float_custom_property("share", 1.0)
        model.set_string_custom_property("summary", "copied")


class SaysItself(BaseExecutor):
    """Hands TFX an `ExecutorOutput` of its own making, in which the model is elsewhere."""

    def Do(self, input_dict, output_dict, exec_properties):
        model = _only(output_dict["model"])
        best = Path(model.uri, "best")
        best.mkdir()
        (best / "model.txt").write_text("a model")
        Path(model.uri, "draft.txt").write_text("not it")
        output = execution_result_pb2.ExecutorOutput()
        artifact = output.output_artifacts["model"].artifacts.add()
        artifact.CopyFrom(model.mlmd_artifact)
        artifact.uri = str(best)
        artifact.custom_properties["said"].string_value = "by itself"
        if exec_properties["how"] == "returned":
            return output
        Path(self._context.executor_output_uri).write_bytes(output.SerializeToString())
        return None


class Counts(BaseBeamExecutor):
    """Runs a Beam pipeline, and says with which arguments."""

    def Do(self, input_dict, output_dict, exec_properties):
        model = _only(output_dict["model"])
        with self._make_beam_pipeline() as pipeline:
            _ = (
                pipeline
                | beam.Create([1, 2, 3])
                | beam.CombineGlobally(sum)
                | beam.Map(str)
                | beam.io.WriteToText(f"{model.uri}/sum", shard_name_template="")
            )
            model.set_string_custom_property("runner", type(pipeline.runner).__name__)


class Fails(BaseExecutor):
    """Ends in the way that it is told."""

    def Do(self, input_dict, output_dict, exec_properties):
        match exec_properties["how"]:
            case "bug":
                raise KeyError("fare")
            case "mendable":
                raise InputError("no file matches data/*.csv")
            case "refused":
                raise DataRefused("2 anomalies:\n  fare: nulls\n  tips: new value")
            case "exit":
                sys.exit(0)
            case "nothing":
                output_dict["model"] = []


class Waits(BaseExecutor):
    """Starts a process of its own, says so, and waits."""

    def Do(self, input_dict, output_dict, exec_properties):
        child = subprocess.Popen(["sleep", "600"], start_new_session=True)
        sys.stdout.write(f"waits {os.getpid()} {child.pid}\n")
        sys.stdout.flush()
        time.sleep(600)
