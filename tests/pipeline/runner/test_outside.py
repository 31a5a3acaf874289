"""Whether a cached result still holds against files and the model base directory."""

import datetime
import json
from pathlib import Path

import pytest
from ml_metadata.proto import metadata_store_pb2

import registry
from components.example_gen.inputs import find_inputs, input_fingerprint, served_fingerprint
from components.example_gen.options import ExampleGenOptions
from components.schema_file import schema_fingerprint
from components.tuner.hyperparameters import fingerprint
from pipeline.runner.nodes import Node
from pipeline.runner.outside import change_since, missing_file
from pipeline.runner.plan import decide
from pipeline.runner.store import Store

OPTIONS = json.dumps({"splits": {"train": 1}})


def node(name, **parameters):
    return Node(name, "", {}, {}, parameters, (), spec=None, executor_spec=None)


def artifact(uri="", **properties):
    made = metadata_store_pb2.Artifact(uri=str(uri))
    for name, value in properties.items():
        if isinstance(value, int):
            made.custom_properties[name].int_value = value
        else:
            made.custom_properties[name].string_value = value
    return (made,)


def test_rows_that_changed_came_or_went_are_seen(tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text("a\n1\n")
    example_gen = node("ExampleGen", input=str(tmp_path), options=OPTIONS)
    inputs = find_inputs(str(tmp_path), ExampleGenOptions.from_json(OPTIONS))
    seen = {"examples": artifact(input_fingerprint=input_fingerprint(inputs))}

    assert change_since(example_gen, {}, seen) is None

    table.write_text("a\n2\n")
    assert change_since(example_gen, {}, seen) == f"the files of {tmp_path} changed"

    table.write_text("a\n1\n")
    (tmp_path / "more.csv").write_text("a\n1\n")
    assert change_since(example_gen, {}, seen) == f"the files of {tmp_path} changed"


def test_rows_that_are_gone_are_a_reason_to_run_and_not_a_crash(tmp_path):
    example_gen = node("ExampleGen", input=str(tmp_path / "rows.csv"), options=OPTIONS)

    reason = change_since(example_gen, {}, {"examples": artifact(input_fingerprint="before")})

    assert "nothing found at" in reason


def test_served_rows_that_changed_are_seen(tmp_path):
    served = tmp_path / "served.csv"
    served.write_text("a\n1\n")
    told = json.dumps({"served": str(served), "format": "auto"})
    reference = node("ReferenceStatisticsGen", options=told)
    seen = {"statistics": artifact(served_fingerprint=served_fingerprint(str(served), "auto"))}

    assert change_since(reference, {}, seen) is None

    served.write_text("a\n2\n")
    assert change_since(reference, {}, seen) == "the served rows changed"


def test_stored_hyperparameters_that_changed_are_seen(tmp_path):
    stored = tmp_path / "best.json"
    stored.write_text('{"members": 2}')
    importing = node("ImportHyperparameters", path=str(stored))
    seen = {"best_hyperparameters": artifact(fingerprint=fingerprint(str(stored)))}

    assert change_since(importing, {}, seen) is None

    stored.write_text('{"members": 3}')
    assert change_since(importing, {}, seen) == f"{stored} changed"


@pytest.mark.parametrize(
    ("name", "key"), [("ImportHyperparameters", "path"), ("ImportSchemaGen", "schema_path")]
)
def test_a_plan_says_which_file_is_not_there(tmp_path, name, key):
    path = tmp_path / "file"
    importing, store = node(name, **{key: str(path)}), Store(tmp_path / "metadata.sqlite", "toy")

    assert decide(importing, {}, store, fresh=False).reason == (
        f"{path} is not there; it will stop on that"
    )

    path.touch()
    assert decide(importing, {}, store, fresh=False).reason == "it has never finished"


def test_a_file_of_a_package_that_is_not_installed_is_not_there():
    importing = node("ImportHyperparameters", path="package://nowhere_at_all/best.json")

    assert "no package 'nowhere_at_all' is installed here" in missing_file(importing)
    assert missing_file(node("Trainer", path="nowhere.json")) is None


@pytest.mark.parametrize(("days", "is_over"), [(-1, True), (0, False)])
def test_a_waiver_that_lapsed_is_seen(days, is_over):
    until = (datetime.date.today() + datetime.timedelta(days=days)).isoformat()

    reason = change_since(node("DataGate"), {}, {"verdict": artifact(valid_until=until)})

    assert reason == (f"a waiver lapsed on {until}" if is_over else None)


def test_a_verdict_without_waivers_holds_for_ever():
    assert change_since(node("DataGate"), {}, {"verdict": artifact(valid_until="")}) is None


def test_an_edited_schema_is_seen(tmp_path):
    schema = tmp_path / "schema.pbtxt"
    schema.write_text("# one")
    import_schema_gen = node("ImportSchemaGen", schema_path=str(schema))
    seen = {"schema": artifact(fingerprint=schema_fingerprint(str(schema)))}

    assert change_since(import_schema_gen, {}, seen) is None

    schema.write_text("# two")
    assert change_since(import_schema_gen, {}, seen) == f"{schema} changed"


@pytest.fixture
def base(tmp_path):
    """A base directory with the stable version 1, and the model that it was pushed from."""
    exported = tmp_path / "exported" / "Format-Serving"
    exported.mkdir(parents=True)
    (exported / "saved_model.pb").write_bytes(b"first")
    base = tmp_path / "base"
    version = registry.push(exported, base, "taxi", registry.Record())
    registry.set_label(base, "taxi", "stable", version)
    return base


def test_another_stable_version_is_seen_unless_it_is_the_candidate(base, tmp_path):
    baseline_model = node("BaselineModel", base_dir=str(base), model_name="taxi")
    other = tmp_path / "other" / "Format-Serving"
    other.mkdir(parents=True)
    (other / "saved_model.pb").write_bytes(b"second")
    seen = {"baseline": artifact(baseline_version=0)}

    assert change_since(baseline_model, {"model": artifact(tmp_path / "exported")}, seen) is None
    assert change_since(baseline_model, {"model": artifact(tmp_path / "other")}, seen) == (
        "the stable version is 1, it was none"
    )


def test_another_stable_version_to_start_from_is_seen(base):
    stable_model = node("StableModel", base_dir=str(base), model_name="taxi")

    assert change_since(stable_model, {}, {"model": artifact(stable_version=1)}) is None
    assert change_since(stable_model, {}, {"model": artifact(stable_version=0)}) == (
        "the stable version is 1, it was none"
    )


def test_a_pushed_version_that_was_deleted_is_seen(base, tmp_path):
    pusher = node("Pusher", base_dir=str(base), model_name="taxi")
    seen = {"pushed_model": artifact(pushed_version="1")}

    assert change_since(pusher, {}, seen) is None

    Path(base, "taxi", "1").rename(tmp_path / "gone")
    assert change_since(pusher, {}, seen) == f"version 1 is no longer in {base}/taxi"


def test_a_node_that_touches_nothing_outside_never_changes():
    assert change_since(node("Trainer"), {}, {}) is None
