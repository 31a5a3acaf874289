"""Versions of a model are rolled out, refused and rolled back under a server that is asked."""

import json
import shutil
import subprocess
import sys
import threading

import grpc
import pytest

import registry
from registry import VersionRefused
from registry.removing import remove_old
from registry.rollout import Rollout
from registry.server import Server
from registry.versions import WARM_UP_FILE
from tests.serving.processes import wait_until
from tfxp_client import wire
from tfxp_client.methods import PREDICT, serialize
from tfxp_client.request_log_records import framed

ROWS = 4


def request():
    """Four rows for the toy model."""
    made = wire.PredictRequest()
    made.model_spec.name = "toy"
    made.model_spec.signature_name = "serving_default"
    tensor = made.inputs["x"]
    tensor.dtype = wire.DT_FLOAT
    tensor.tensor_shape.dim.add(size=ROWS)
    tensor.float_val.extend([1.0] * ROWS)
    return made


@pytest.fixture
def push(tmp_path, toys):
    """Pushes the toy model that multiplies by 3, with rows to ask it; `harm` changes it before."""

    def push(harm=lambda folder: None):
        source = tmp_path / "source"
        shutil.copytree(toys / "3", source)
        log = wire.PredictionLog()
        log.predict_log.request.CopyFrom(request())
        (source / "assets.extra").mkdir()
        (source / WARM_UP_FILE).write_bytes(framed(log.SerializeToString()))
        harm(source)
        version = registry.push(source, tmp_path / "base", "toy", registry.Record())
        shutil.rmtree(source)
        return version

    return push


@pytest.fixture
def rollout(tmp_path, push):
    """With a server that follows the base directory, in which version 1 is stable."""
    base, ports_file = tmp_path / "base", tmp_path / "ports.json"
    push()
    Rollout(base, "toy").label("stable", 1)
    process = subprocess.Popen(
        [sys.executable, "-m", "serving", "--grpc-port", "0", "--no-rest", "--load-attempts", "1"]
        + ["--model-config-file", str(base / "models.config"), "--config-poll-s", "0.05"]
        + ["--allow-labels-for-unavailable", "--ports-file", str(ports_file)],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: ports_file.exists() or process.poll() is not None, 120)
        port = json.loads(ports_file.read_text())["grpc"]
        yield Rollout(base, "toy", Server(address=f"127.0.0.1:{port}", timeout_s=60.0))
    finally:
        process.terminate()
        process.wait()


class Client(threading.Thread):
    """Asks the stable version without a pause, and keeps which versions answered, and errors."""

    def __init__(self, address):
        super().__init__()
        self.address = address
        self.answered, self.failed = [], []
        self.is_over = threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.join()

    def run(self):
        asked = request()
        asked.model_spec.version_label = "stable"
        with grpc.insecure_channel(self.address) as channel:
            predict = channel.unary_unary(PREDICT.path, serialize, PREDICT.parse)
            while not self.is_over.is_set():
                try:
                    version = predict(asked, timeout=60).model_spec.version.value
                except grpc.RpcError as error:
                    self.failed.append(error.details())
                else:
                    if self.answered[-1:] != [version]:
                        self.answered.append(version)


def cut_short(folder):
    """The graph is half there."""
    path = folder / "saved_model.pb"
    path.write_bytes(path.read_bytes()[:500])


def without_signature(folder):
    """The rows ask for a signature that the model does not have."""
    log = wire.PredictionLog()
    log.predict_log.request.CopyFrom(request())
    log.predict_log.request.model_spec.signature_name = "elsewhere"
    (folder / WARM_UP_FILE).write_bytes(framed(log.SerializeToString()))


@pytest.mark.slow
def test_versions_come_and_go_under_load_and_no_request_fails(rollout, push):
    base, server = rollout.base, rollout.server
    with Client(server.address) as client:
        push()
        assert rollout.label("canary", 2).checked.endswith("answered 1 requests with it")
        assert registry.labels(base, "toy") == {"stable": 1, "canary": 2}
        rollout.promote()
        for harm in (cut_short, without_signature):
            with pytest.raises(VersionRefused, match="could not load it"):
                rollout.promote(push(harm))
            assert registry.labels(base, "toy") == {"stable": 2, "canary": 2}
        rollout.rollback()
        assert remove_old(base, "toy", 1, server, rollout.say).removed.keys() == {3}
        wait_until(lambda: client.answered[-1] == 1)

    assert client.failed == []
    assert client.answered == [1, 2, 1]
