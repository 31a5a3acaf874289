"""The objects that a right configuration becomes."""

from pathlib import Path

import pydantic
import pytest

import pipeline.config
from pipeline.config import load

PROJECT = Path(pipeline.config.__file__).resolve().parents[2]


def test_packaged_configuration_is_right():
    config = load(str(PROJECT / "configs/taxi.toml"), str(PROJECT / "configs/local.toml"))

    assert (config.what.name, config.what.model_name) == ("taxi", "taxi")
    assert (config.what.label.column, config.what.label.share, config.what.label.of) == (
        "tips",
        0.2,
        "fare",
    )
    assert config.where.serving_dir == PROJECT / "var/serving"


def test_relative_folders_are_below_the_project_and_absolute_ones_where_they_are(files):
    where = files.load().where

    assert where.artifacts_dir == PROJECT / "var/artifacts"
    assert where.logs_dir == PROJECT / "var/logs"
    assert where.metadata_path == PROJECT / "var/metadata.sqlite"
    assert where.serving_dir == Path("/srv/models")


def test_beam_in_memory_names_its_runner_in_full(files):
    assert files.load("beam.args=['--x=1']").where.beam.pipeline_args == (
        "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner",
        "--x=1",
    )


def test_beam_on_a_named_runner_gets_that_name(files):
    runner = "apache_beam.runners.portability.flink_runner.FlinkRunner"

    assert files.load(f"beam.runner={runner}").where.beam.pipeline_args == (f"--runner={runner}",)


def test_model_is_named_like_the_problem_unless_the_file_says_otherwise(files):
    assert files.load().what.model_name == "trips"
    assert files.load("push.model_name=tips_v2").what.model_name == "tips_v2"


def test_splits_keep_the_order_of_the_file(files):
    splits = files.load("data.splits={eval = 1, train = 4, test = 1}").what.data.splits

    assert list(splits) == ["eval", "train", "test"]


def test_configuration_cannot_be_changed(files):
    what = files.load().what

    with pytest.raises(pydantic.ValidationError, match="frozen"):
        what.training.steps = 3
    with pytest.raises(TypeError, match="does not support item assignment"):
        what.data.splits["train"] = 3


def test_fingerprint_is_that_of_the_values_however_they_are_written(files):
    before = files.load()
    files.change(files.what, "share = 0.2", "# a fifth\nshare = 2e-1")
    files.change(files.what, "steps = 10", "steps = 1_0\nseed = 20")

    assert files.load().fingerprint == before.fingerprint
    assert len(before.fingerprint) == 64


@pytest.mark.parametrize(
    "override",
    ["training.seed=1", "run.parallel_nodes=1", "data.splits={eval = 1, train = 2}"],
)
def test_fingerprint_changes_with_a_value_and_with_the_order_of_splits(files, override):
    assert files.load(override).fingerprint != files.load().fingerprint


def test_fingerprint_of_what_does_not_depend_on_where(files):
    here, there = files.load(), files.load("roots.artifacts=elsewhere", "run.parallel_nodes=1")

    assert here.what.fingerprint == there.what.fingerprint
    assert here.where.fingerprint != there.where.fingerprint
