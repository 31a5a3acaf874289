"""The rows to compare with are those of the run that pushed the model, if they are there."""

import shutil

import pytest
from ml_metadata.proto import metadata_store_pb2 as pb

from pipeline.errors import UserError
from pipeline.explaining.background import explanation_folder
from pipeline.runner.store import Store
from tests.pipeline.runs import AGAIN, Runs, node

KEYS = {"Explainer": "explanation", "Pusher": "pushed_model"}


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path / "runs")


def run(runs, number, pushed):
    """A run that left an explanation and, unless it is None, pushed that version."""
    store, run_id = Store(runs.config.where.metadata_path, "taxi"), f"run-{number}"
    store.begin_run(run_id, {"started_at": number})
    folder = runs.folder / run_id
    folder.mkdir()
    artifacts = {"Explainer": pb.Artifact(uri=str(folder))}
    if pushed is not None:
        artifacts["Pusher"] = pb.Artifact(uri=str(folder))
        artifacts["Pusher"].custom_properties["pushed_version"].string_value = str(pushed)
    for name, artifact in artifacts.items():
        spec = node(name)
        spec.outputs[KEYS[name]] = pb.ArtifactType(name="Result")
        execution = store.start(run_id, spec, {}, {})
        store.complete(run_id, spec, execution, f"{name} {number}", {KEYS[name]: (artifact,)})
    store.end_run(run_id, "succeeded", "")
    return folder


def test_those_of_the_run_that_pushed_the_version_are_taken(runs):
    first = run(runs, 1, pushed=1)
    second = run(runs, 2, pushed=2)
    run(runs, 3, pushed=None)

    assert explanation_folder(runs.config, 1, AGAIN) == first
    assert explanation_folder(runs.config, 2, AGAIN) == second


def test_else_the_newest_that_are_still_there(runs):
    first, second = run(runs, 1, pushed=1), run(runs, 2, pushed=2)

    assert explanation_folder(runs.config, 9, AGAIN) == second
    shutil.rmtree(second)
    assert explanation_folder(runs.config, 9, AGAIN) == first


def test_without_any_the_command_that_makes_some_is_told(runs):
    with pytest.raises(UserError) as caught:
        explanation_folder(runs.config, 1, AGAIN)

    assert str(caught.value) == (
        "no run has left rows to compare with, as the node Explainer does; "
        "`tfxp run --config own.toml --until Explainer` makes them"
    )
    assert not runs.config.where.metadata_path.exists()
