"""A ModelServerConfig is read as TF Serving reads it, and refused where it refuses it."""

from pathlib import Path

import grpc
import pytest

from serving.models.config import ModelConfig, parse_config, read_config
from serving.models.folder import All, Latest, Specific
from serving.servable import ServingError
from tfxp_client import wire

TAXI = 'name: "taxi" base_path: "/models/taxi" model_platform: "tensorflow"'


def read(tmp_path, *models):
    path = tmp_path / "models.config"
    configs = " ".join(f"config {{ {model} }}" for model in models)
    path.write_text(f"model_config_list {{ {configs} }}")
    return read_config(path)


def test_a_model_without_a_policy_serves_its_latest_version(tmp_path):
    assert read(tmp_path, TAXI) == {"taxi": ModelConfig("taxi", Path("/models/taxi"), Latest(1))}


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("latest { num_versions: 2 }", Latest(2)),
        ("latest { }", Latest(1)),
        ("all { }", All()),
        ("specific { versions: 3 versions: 5 }", Specific(frozenset({3, 5}))),
    ],
)
def test_policies(tmp_path, text, policy):
    configs = read(tmp_path, f"{TAXI} model_version_policy {{ {text} }}")

    assert configs["taxi"].policy == policy


def test_labels_and_several_models(tmp_path):
    label = 'version_labels { key: "stable" value: 3 }'
    configs = read(tmp_path, f"{TAXI} {label}", TAXI.replace("taxi", "trips"))

    assert list(configs) == ["taxi", "trips"]
    assert configs["taxi"].labels == {"stable": 3}


def test_what_only_tf_serving_knows_is_passed_over(tmp_path):
    logging = "logging_config { sampling_config { sampling_rate: 0.1 } }"

    assert list(read(tmp_path, f"{TAXI} {logging}")) == ["taxi"]


@pytest.mark.parametrize(
    ("models", "reason"),
    [
        ((TAXI, TAXI), "model taxi is listed more than once"),
        ((TAXI.replace("/models", "models"),), 'base_path "models/taxi" is not an absolute path'),
        ((TAXI.replace('"tensorflow"', '"torch"'),), 'model_platform is "torch"'),
        ((TAXI.split(" model_platform", maxsplit=1)[0],), 'model_platform is ""'),
        ((TAXI.replace('name: "taxi"', ""),), "has no name"),
        (("name: 3",), "expected a ModelServerConfig in text format"),
    ],
)
def test_a_wrong_configuration_is_refused_with_its_file_and_reason(tmp_path, models, reason):
    with pytest.raises(ServingError) as refused:
        read(tmp_path, *models)

    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert str(refused.value).startswith(f"{tmp_path / 'models.config'}: ")
    assert reason in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ServingError, match=r"absent\.config: No such file"):
        read_config(tmp_path / "absent.config")


@pytest.mark.parametrize(
    "serialized", [b"", b"\xff\xff", wire.ModelServerConfig().SerializeToString()]
)
def test_a_reload_request_without_a_list_of_models_is_refused(serialized):
    with pytest.raises(ServingError) as refused:
        parse_config(serialized)

    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT


def test_a_reload_request_may_list_no_model():
    config = wire.ModelServerConfig()
    config.model_config_list.SetInParent()

    assert parse_config(config.SerializeToString()) == {}
