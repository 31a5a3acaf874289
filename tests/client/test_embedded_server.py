"""The client before the project's own server: its front with models of numpy, and all of it."""

import asyncio
import json
import subprocess
import sys

import numpy
import pytest

from tests.client.test_tensors import VALUES
from tests.serving.in_memory import Running
from tests.serving.processes import wait_until
from tfxp_client import (
    AsyncClient,
    Client,
    InvalidRows,
    Limits,
    ModelNotFound,
    Overloaded,
    Retry,
    ServerRefused,
    State,
)

ROW = {"miles": 5.0, "payment": "Cash", "hour": 2}
QUICK = Retry(first_pause_s=0.001, longest_pause_s=0.002)


@pytest.fixture(scope="module")
def address():
    server = Running(max_message_bytes=1_000_000)
    yield f"localhost:{server.grpc_port}"
    server.stop()


@pytest.fixture
def client(address):
    with Client(address, model="taxi", retry=QUICK) as connected:
        yield connected


def test_rows_are_answered_by_the_label_or_version_that_is_asked_for(client):
    rows = [ROW, {"miles": 1.0, "payment": "Kärtchen", "hour": 3}]

    found = client.predict(rows, label="stable")

    assert found.version == 3
    assert found.probability == pytest.approx([2.5, 3.1])
    assert found.outputs["payment"] == ["Cash", "Kärtchen"]
    assert client.predict(rows).version == client.predict(rows, version=5).version == 5


def test_an_event_loop_is_answered_alike(address):
    async def main():
        async with AsyncClient(address, model="taxi", label="stable") as client:
            return await asyncio.gather(*(client.predict(ROW) for _ in range(8)))

    assert {found.probability[0] for found in asyncio.run(main())} == {2.5}


def test_tf_examples_are_answered(client):
    assert client.predict_examples([b"four", b"seven 7"]).outputs["length"] == [4, 7]


@pytest.mark.parametrize("dtype", VALUES)
def test_tensors_of_every_type_come_back_as_they_went(client, dtype):
    name = {"float16": "half", "float32": "float", "float64": "double"}.get(dtype, dtype)

    answer = client.predict_tensors({"x": VALUES[dtype]}, signature=f"echo_{name}")

    array = answer.outputs["y"]
    assert (array.dtype, array.shape) == (dtype, (len(VALUES[dtype]),))
    expected = numpy.array(VALUES[dtype], "object" if dtype == "string" else dtype)
    assert array.values == expected.tolist()


def test_many_rows_stay_below_the_servers_limit(address):
    limits = Limits(max_rows=10_000, max_message_bytes=900_000)
    with Client(address, model="taxi", limits=limits) as client:
        rows = [{"miles": 1.0, "payment": "x" * 2000, "hour": hour} for hour in range(1000)]
        found = client.predict(rows)

    assert found.probability == pytest.approx([hour + 0.1 for hour in range(1000)])


def test_a_message_beyond_the_servers_limit_says_which_one_to_lower(address):
    with (
        Client(address, model="taxi", retry=QUICK) as client,
        pytest.raises(ServerRefused, match="smaller max_message_bytes"),
    ):
        client.predict([{"miles": 1.0, "payment": "x" * 2_000_000, "hour": 1}])


def test_what_the_server_refuses_is_one_of_the_clients_errors(client):
    x = {"x": [1.0]}
    with pytest.raises(Overloaded, match="after 4 attempts: .*queue is full"):
        client.predict_tensors(x, signature="full")
    with pytest.raises(ServerRefused, match="INTERNAL"):
        client.predict_tensors(x, signature="failing")
    with pytest.raises(ModelNotFound, match="label 'canary' is not available"):
        client.predict(ROW, label="canary")
    with pytest.raises(ModelNotFound, match="version 4 is not available"):
        client.predict(ROW, version=4)
    with pytest.raises(InvalidRows, match="did you mean 'miles'"):
        client.predict(ROW | {"mils": 1})


def test_its_versions_are_listed_with_those_that_failed(client):
    newest, failed, oldest = client.status()

    assert (newest.version, newest.is_available, oldest.version) == (5, True, 3)
    assert (failed.state, failed.code.name, failed.message) == (
        State.END,
        "INVALID_ARGUMENT",
        "no saved_model.pb",
    )


CONFIG = """
model_config_list {
  config {
    name: "toy"
    base_path: "BASE"
    model_platform: "tensorflow"
    model_version_policy { specific { versions: 1 versions: 3 } }
    version_labels { key: "stable" value: VERSION }
  }
}
"""


@pytest.mark.slow
def test_a_label_that_moves_is_followed(tmp_path):
    base, ports = tmp_path / "base", tmp_path / "ports.json"
    toys = [sys.executable, "-m", "tests.serving.toy_model", base, "1", "2", "3"]
    subprocess.run(toys, check=True, capture_output=True)
    text = CONFIG.replace("BASE", str(base))
    (tmp_path / "models.config").write_text(text.replace("VERSION", "1"))
    command = [sys.executable, "-m", "serving", "--grpc-port", "0", "--rest-port", "0"]
    command += ["--model-config-file", f"{tmp_path}/models.config", "--ports-file", str(ports)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: ports.exists() or server.poll() is not None, 120)
        address = f"localhost:{json.loads(ports.read_text())['grpc']}"
        with Client(address, model="toy", label="stable", timeout_s=60) as client:
            first = client.predict({"x": 2.0})
            client.reload(text.replace("VERSION", "3"))
            second = client.predict([{"x": 2.0}, {"x": 3.0}])
            available = [one.version for one in client.status() if one.is_available]
            with pytest.raises(ServerRefused, match="version 2"):
                client.reload(text.replace("VERSION", "2"))
    finally:
        server.terminate()
        server.wait(60)

    assert (first.version, first.outputs) == (1, {"twice": [4.0], "y": [2.0]})
    assert (second.version, second.outputs["y"]) == (3, [6.0, 9.0])
    assert available == [3, 1]
