"""Labels in TF Serving's own configuration, and which version a candidate must beat."""

import dataclasses

import pytest
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

import registry
from registry import Record, RegistryError
from tests.registry.conftest import make_model


@pytest.fixture
def base(tmp_path, saved_model):
    """A base directory in which `taxi` has the versions 1 and 2."""
    base = tmp_path / "base"
    registry.push(saved_model, base, "taxi", Record())
    registry.push(make_model(tmp_path / "second", "other weights"), base, "taxi", Record())
    return base


def config(base):
    return text_format.Parse(
        (base / "models.config").read_text(), model_server_config_pb2.ModelServerConfig()
    )


def test_without_labels_nothing_is_stable(tmp_path):
    assert registry.stable_version(tmp_path / "nowhere", "taxi") == 0
    assert registry.labels(tmp_path / "nowhere", "taxi") == {}


def test_a_label_moves_and_the_server_is_told_to_load_what_is_labelled(base):
    registry.set_label(base, "taxi", "stable", 1)
    registry.set_label(base, "taxi", "canary", 2)

    (entry,) = config(base).model_config_list.config
    assert registry.labels(base, "taxi") == {"stable": 1, "canary": 2}
    assert (entry.name, entry.base_path) == ("taxi", str(base / "taxi"))
    assert list(entry.model_version_policy.specific.versions) == [1, 2]

    registry.set_label(base, "taxi", "stable", 2)

    assert registry.stable_version(base, "taxi") == 2
    assert list(
        config(base).model_config_list.config[0].model_version_policy.specific.versions
    ) == [2]


def test_other_models_and_settings_stay_as_they_are(base):
    others = (
        'model_config_list { config { name: "other" base_path: "/elsewhere" '
        'version_labels { key: "stable" value: 9 } } '
        'config { name: "taxi" base_path: "/seen/by/the/server" } }'
    )
    (base / "models.config").write_text(others)

    registry.set_label(base, "taxi", "stable", 1)

    other, taxi = config(base).model_config_list.config
    assert registry.labels(base, "other") == {"stable": 9}
    assert other.base_path == "/elsewhere"
    assert taxi.base_path == "/seen/by/the/server"


def test_a_label_needs_a_version_that_is_there(base):
    with pytest.raises(RegistryError) as raised:
        registry.set_label(base, "taxi", "stable", 3)

    assert str(raised.value) == (
        f"label 'stable': model 'taxi' has no version 3 in {base / 'taxi'}"
    )


def test_a_stable_version_that_is_gone_is_an_error_and_not_none(base, tmp_path):
    registry.set_label(base, "taxi", "stable", 2)
    registry.version_dir(base, "taxi", 2).rename(tmp_path / "gone")

    with pytest.raises(RegistryError, match="which is not in .*; move the label, or restore"):
        registry.stable_version(base, "taxi")


def test_a_configuration_that_is_none_is_one_clear_error(base):
    (base / "models.config").write_text("stable = 1")

    with pytest.raises(RegistryError, match="expected a ModelServerConfig in text format"):
        registry.labels(base, "taxi")


def test_a_candidate_must_beat_the_stable_version(base):
    assert registry.baseline_version(base, "taxi", "its digest") == 0

    registry.set_label(base, "taxi", "stable", 2)

    assert registry.baseline_version(base, "taxi", "its digest") == 2


def test_a_stable_candidate_keeps_the_baseline_it_was_judged_against(base, tmp_path):
    candidate = make_model(tmp_path / "third", "best weights")
    record = dataclasses.replace(Record(), baseline_version=2)
    registry.set_label(base, "taxi", "stable", registry.push(candidate, base, "taxi", record))

    assert registry.baseline_version(base, "taxi", registry.digest(candidate)) == 2
    assert registry.baseline_version(base, "taxi", "another digest") == 3


def test_a_record_from_a_later_format_is_read_and_a_broken_one_is_not(base):
    path = registry.version_dir(base, "taxi", 1) / "record.json"
    path.write_text('{"version": 1, "seed": 5, "format": 9, "colour": "blue"}')

    assert registry.read_record(base, "taxi", 1).seed == 5

    path.write_text('{"version": 1,')

    with pytest.raises(RegistryError, match="not a record .*; push the model again"):
        registry.read_record(base, "taxi", 1)
