"""`python -m serving` as a process: it starts, answers, says what is wrong, and stops."""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import grpc
import pytest

from serving.command_line import parse
from serving.options import Batching, ServerOptions, Tls
from tests.client.logged import logs
from tests.serving.processes import wait_until
from tfxp_client import wire


class Server:
    """A server in a process of its own."""

    def __init__(self, tmp_path, *arguments):
        self.ports_file = tmp_path / "ports.json"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "serving", "--grpc-port", "0", "--rest-port", "0"]
            + ["--load-attempts", "1", "--ports-file", str(self.ports_file), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ports(self):
        """Of a server that answers."""
        wait_until(lambda: self.ports_file.exists() or self.process.poll() is not None, 120)
        return json.loads(self.ports_file.read_text())

    def end(self):
        """Its exit code, and what it printed on both streams."""
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, out, err

    def post(self, path, body):
        address = f"http://127.0.0.1:{self.ports()['rest']}/v1/models/{path}"
        request = urllib.request.Request(address, json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@pytest.fixture
def start(tmp_path):
    with contextlib.ExitStack() as started:

        def begin(*arguments):
            server = Server(tmp_path, *arguments)
            started.callback(server.process.kill)
            return server

        yield begin


def health(port):
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            wire.HealthCheckRequest.SerializeToString,
            wire.HealthCheckResponse.FromString,
        )
        return check(wire.HealthCheckRequest(), timeout=60).status


@pytest.mark.slow
def test_it_serves_the_latest_version_and_stops_when_what_is_in_flight_is_answered_and_logged(
    start, base, tmp_path
):
    base(1)
    requests = tmp_path / "requests"
    server = start(
        *("--model-name", "toy", "--model-base-path", base.folder, "--request-log", requests)
    )
    ports = server.ports()
    assert health(ports["grpc"]) == wire.HealthCheckResponse.SERVING
    assert server.post("toy:predict", {"instances": [2]})["predictions"] == [{"y": 6, "twice": 12}]

    async def ask_and_stop():
        body = {"signature_name": "slow", "instances": [1_000_000]}
        asked = asyncio.create_task(asyncio.to_thread(server.post, "toy:predict", body))
        await asyncio.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        return await asked

    assert asyncio.run(ask_and_stop()) == {"predictions": [1_000_000]}
    code, out, err = server.end()

    assert code == 0
    assert out.splitlines() == [
        "toy version 1: available",
        f"gRPC  127.0.0.1:{ports['grpc']}",
        f"REST  http://127.0.0.1:{ports['rest']}/v1/models",
        "serving",
        "stopping",
    ]
    assert err == ""
    assert not server.ports_file.exists()
    logged = [one.log_metadata.model_spec for one in logs(requests)]
    assert [spec.signature_name for spec in logged] == ["serving_default", "slow"]
    assert {spec.version.value for spec in logged} == {1}


@pytest.mark.slow
def test_models_of_which_none_can_be_loaded_end_it(start, base):
    (base.folder / "1").mkdir()

    code, out, err = start("--model-name", "toy", "--model-base-path", base.folder).end()

    assert code == 1
    reason = f"Could not find SavedModel .pb or .pbtxt at {base.folder / '1'}"
    assert out.splitlines() == [f"toy version 1: failed: {reason}"]
    assert err == f"error: no model could be loaded: version 1 of toy: {reason}\n"


def test_a_model_without_a_version_yet_is_said_and_waited_for(start, tmp_path):
    server = start("--model-name", "toy", "--model-base-path", tmp_path)
    ports = server.ports()

    with pytest.raises(urllib.error.HTTPError, match="404"):
        server.post("toy:predict", {"instances": [1]})
    server.process.send_signal(signal.SIGINT)
    code, out, _ = server.end()

    assert (code, ports["rest"] > 0) == (0, True)
    assert out.splitlines()[0] == f"toy: no version in {tmp_path} yet"


@pytest.mark.parametrize(("door", "name"), [("--grpc-port", "gRPC"), ("--rest-port", "REST")])
def test_a_port_that_is_taken_is_one_clear_error(start, tmp_path, door, name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = start("--model-base-path", tmp_path, door, port).end()

    assert (code, out) == (1, "")
    assert err == (
        f"error: {name} cannot listen on 127.0.0.1:{port}: Address already in use; stop what "
        f"listens there, or choose another port with {door} (0 takes a free one)\n"
    )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "nothing to serve: give a model_config_file, or a model_base_path"),
        (["--model-base-path", "/absent"], "/absent: no such folder"),
        (["--model-config-file", "/absent"], "/absent: No such file or directory"),
        (["--tls-certificate", "/absent", "--tls-key", "/absent"], "TLS: No such file"),
    ],
)
def test_what_cannot_be_served_is_one_clear_error(start, arguments, error):
    code, out, err = start(*arguments).end()

    assert (code, out) == (1, "")
    assert err.startswith(f"error: {error}")
    assert err.count("\n") == 1


def test_options_that_are_not_given_have_their_defaults():
    assert parse([]) == ServerOptions()


def test_options_of_the_parts_are_put_where_they_belong(tmp_path):
    options = parse(
        ["--no-rest", "--no-batching", "--threads", "3", "--grpc-port", "9"]
        + ["--tls-certificate", "a.pem", "--tls-key", "b.pem", "--ports-file", str(tmp_path)]
    )

    assert options == ServerOptions(
        rest_port=None,
        grpc_port=9,
        batching=Batching(enabled=False, threads=3),
        tls=Tls(certificate=options.tls.certificate, key=options.tls.key),
        ports_file=tmp_path,
    )
    assert (options.tls.certificate.name, options.tls.key.name) == ("a.pem", "b.pem")
