"""Compose file and manifests run one and the same server, on what the pipeline pushes."""

import http.server
import re
import subprocess
import threading
import tomllib
from pathlib import Path

import pytest
import yaml
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from google.protobuf.wrappers_pb2 import DESCRIPTOR as WRAPPERS
from tensorflow_serving.config import model_server_config_pb2

import registry
from serving.metrics import PATH
from serving.options import Batching
from serving.rest.paths import parse
from tests.kubeflow.manifests import COMPOSE, PROJECT, SERVING, compose, container, flags, server

# Of tensorflow/serving's model_servers/main.cc, release 2.20.0 and after.
KNOWN_FLAGS = {
    "port",
    "rest_api_port",
    "model_config_file",
    "model_config_file_poll_wait_seconds",
    "file_system_poll_wait_seconds",
    "allow_version_labels_for_unavailable_models",
    "enable_batching",
    "batching_parameters_file",
    "monitoring_config_file",
    "enable_grpc_healthcheck_service",
}


@pytest.fixture
def pushed(tmp_path):
    """A model base directory with a stable version."""
    (tmp_path / "taxi" / "1").mkdir(parents=True)
    (tmp_path / "taxi" / "1" / "saved_model.pb").touch()
    registry.set_label(tmp_path, "taxi", registry.STABLE, 1)
    return tmp_path


def configured(base):
    """What `models.config` says of its one model."""
    text = (base / "models.config").read_text()
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    (only,) = config.model_config_list.config
    return only


def test_both_run_one_pinned_image_of_the_release_that_the_models_are_of():
    image = container()["image"]
    lock = (PROJECT / "requirements.lock").read_text()
    release = re.search(r"^tensorflow==(\d+\.\d+)\.", lock, re.MULTILINE)[1]

    assert re.fullmatch(rf"tensorflow/serving:{re.escape(release)}\.\d+", image)
    assert server("/models")["image"] == image


def test_both_start_the_server_with_the_same_flags():
    ours, theirs = flags(server("/models")["command"]), flags(container()["args"])

    assert ours == theirs
    assert set(ours) == KNOWN_FLAGS
    assert server("/models")["entrypoint"] == container()["command"]


def test_compose_mounts_the_base_directory_where_models_config_says_it_is(pushed):
    (volume,) = server(pushed)["volumes"]
    told = flags(server(pushed)["command"])

    assert Path(configured(pushed).base_path).parent == Path(volume["target"])
    assert volume["source"] == volume["target"]
    assert volume["read_only"]
    assert told["model_config_file"] == str(pushed / "models.config")


def test_on_the_cluster_it_is_mounted_where_a_pipeline_with_that_root_pushes():
    (mount,) = (m for m in container()["volumeMounts"] if m["name"] == "models")
    told = flags(container()["args"])

    assert Path(told["model_config_file"]).parent == Path(mount["mountPath"])
    assert Path(mount["mountPath"]).is_absolute()


def test_a_base_path_that_somebody_wrote_for_the_container_outlives_the_next_push(pushed):
    config = pushed / "models.config"
    config.write_text(config.read_text().replace(str(pushed), "/models"))
    (pushed / "taxi" / "2").mkdir()
    (pushed / "taxi" / "2" / "saved_model.pb").touch()
    registry.set_label(pushed, "taxi", registry.STABLE, 2)

    assert configured(pushed).base_path == "/models/taxi"
    assert configured(pushed).version_labels["stable"] == 2


def test_compose_gives_the_server_the_files_of_the_manifests():
    whole = compose("/models")
    told = flags(server("/models")["command"])
    targets = {entry["source"]: entry["target"] for entry in server("/models")["configs"]}

    for name, entry in whole["configs"].items():
        path = (COMPOSE.parent / entry["file"]).resolve()
        assert path.parent == SERVING
        assert path.exists()
        assert Path(targets[name]).name == path.name
    read = {told["monitoring_config_file"], told["batching_parameters_file"]}
    assert set(targets.values()) == read


def test_compose_publishes_the_ports_to_this_machine_only():
    assert server("/models")["ports"] == ["127.0.0.1:8500:8500", "127.0.0.1:8501:8501"]


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe"])
def test_a_pod_is_ready_when_the_stable_version_of_the_pushed_model_answers(probe):
    target = parse("GET", container()[probe]["httpGet"]["path"])

    name = tomllib.loads((PROJECT / "configs" / "taxi.toml").read_text())["name"]
    assert (target.model, target.label, target.method) == (name, registry.STABLE, "metadata")


@pytest.mark.parametrize(("status", "code"), [(200, 0), (404, 1)])
def test_composes_health_check_asks_the_same(status, code):
    asked = []

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as answering:
        threading.Thread(target=answering.handle_request).start()
        _, *command = server("/models")["healthcheck"]["test"]
        command[-1] = command[-1].replace("/8501", f"/{answering.server_port}")
        done = subprocess.run(command, check=False, timeout=20)

    assert done.returncode == code
    assert asked == [container()["readinessProbe"]["httpGet"]["path"]]


def test_composes_health_check_fails_when_nobody_listens():
    _, *command = server("/models")["healthcheck"]["test"]
    command[-1] = command[-1].replace("/8501", "/1")

    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_metrics_are_where_the_embedded_server_has_them():
    config = text("monitoring.config", {"prometheus_config": {"enable": "bool", "path": "string"}})

    assert config.prometheus_config.enable
    assert config.prometheus_config.path == PATH


def test_batches_are_those_of_the_embedded_server_and_fit_the_container():
    names = ("max_batch_size", "batch_timeout_micros", "max_enqueued_batches", "num_batch_threads")
    config = text("batching.config", dict.fromkeys(names, "Int64Value"))

    default = Batching()
    assert config.max_batch_size.value == default.max_batch_size
    assert config.batch_timeout_micros.value == default.batch_timeout_s * 1e6
    assert config.max_enqueued_batches.value == default.max_enqueued_batches
    assert config.num_batch_threads.value == default.threads
    assert str(config.num_batch_threads.value) == container()["resources"]["limits"]["cpu"]
    assert server("/models")["cpus"] == config.num_batch_threads.value


def text(name, fields):
    """A file, parsed as the text format of a message with those fields."""
    file = descriptor_pb2.FileDescriptorProto(name=name, package="t", syntax="proto3")
    file.dependency.append(WRAPPERS.name)
    described(file, "Config", fields)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(WRAPPERS.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    message = message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Config"))
    return text_format.Parse((SERVING / name).read_text(), message())


def described(file, name, fields):
    message = file.message_type.add(name=name)
    field_type = descriptor_pb2.FieldDescriptorProto
    for number, (field, kind) in enumerate(fields.items(), start=1):
        added = message.field.add(name=field, number=number, label=field_type.LABEL_OPTIONAL)
        if isinstance(kind, dict):
            described(file, field.title(), kind)
            added.type, added.type_name = field_type.TYPE_MESSAGE, f".t.{field.title()}"
        elif kind == "Int64Value":
            added.type, added.type_name = field_type.TYPE_MESSAGE, ".google.protobuf.Int64Value"
        else:
            added.type = getattr(field_type, f"TYPE_{kind.upper()}")


def test_the_compose_file_without_a_base_directory_says_what_is_missing():
    (volume,) = yaml.safe_load(COMPOSE.read_text())["services"]["tf-serving"]["volumes"]

    assert volume["source"].startswith("${TFXP_MODELS:?")
    assert not volume["bind"]["create_host_path"]
