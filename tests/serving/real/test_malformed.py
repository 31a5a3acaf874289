"""Hundreds of wrong requests: each gets its status, the server lives, its memory is steady."""

import http.client
import json
import socket

import grpc
import pytest

from tests.serving.real.conftest import MESSAGE_BYTES
from tests.serving.real.malformed import ASK, INVALID, PREDICTION, calls, good, requests
from tfxp_client import wire

pytestmark = pytest.mark.slow

SEED = 20261125
CALLS, REQUESTS = 320, 240
LARGE = 20
# Of a pass; the large messages alone have 30, which shows when they are kept.
GROWTH_MIB = 8


@pytest.fixture(scope="module")
def channel(served):
    options = [("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(f"127.0.0.1:{served.grpc_port}", options) as opened:
        yield opened


def code_of(channel, method, raw):
    """Status and text of a call; OK and no text when it is answered."""
    try:
        channel.unary_unary(method)(raw, timeout=30)
    except grpc.RpcError as error:
        return error.code(), error.details()
    return grpc.StatusCode.OK, ""


def ask(connection, request):
    connection.request(request.method, request.path, request.body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def answers(channel):
    """What a right request gets, in between."""
    raw = channel.unary_unary(PREDICTION + "Predict")(good().SerializeToString(), timeout=30)
    return list(wire.PredictResponse.FromString(raw).outputs["y"].float_val)


def hides_its_inside(text):
    return "Traceback" not in text and ".py" not in text and "site-packages" not in text


def test_wrong_calls_get_the_right_status(served, channel):
    for number, call in enumerate(calls(SEED, CALLS)):
        code, text = code_of(channel, call.method, call.raw)
        assert code in call.codes, (number, call.why, code, text)
        assert text, (number, call.why)
        assert hides_its_inside(text), text
        assert "codec can't decode" not in text, text
        if number % 40 == 0:
            assert answers(channel) == [3, 6]
    assert served.is_alive()
    assert not served.has_imported_tensorflow()


def test_wrong_requests_get_the_right_status(served, channel):
    connection = http.client.HTTPConnection("127.0.0.1", served.rest_port, timeout=30)
    for number, request in enumerate(requests(SEED, REQUESTS)):
        status, body = ask(connection, request)
        assert status in request.statuses, (number, request, status, body)
        text = json.loads(body)["error"]
        assert text, (number, request)
        assert hides_its_inside(text), text
    connection.close()
    assert answers(channel) == [3, 6]


def test_messages_beyond_the_limit_are_refused_and_not_kept(served, channel):
    huge = good(values=[0.5] * (MESSAGE_BYTES // 3)).SerializeToString()
    code, _ = code_of(channel, PREDICTION + "Predict", huge)
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    connection = http.client.HTTPConnection("127.0.0.1", served.rest_port, timeout=30)
    connection.request("POST", ASK, b" " * (2 * MESSAGE_BYTES))
    assert connection.getresponse().status == 413
    connection.close()
    assert answers(channel) == [3, 6]


@pytest.mark.parametrize(
    "junk",
    [
        b"\x00\xff\xfe junk\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST " + ASK.encode() + b" HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST " + ASK.encode() + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{",
        b"A" * 100_000,
    ],
)
def test_bytes_that_are_no_http_harm_nobody(served, channel, junk):
    for port in (served.rest_port, served.grpc_port):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(junk)
    assert answers(channel) == [3, 6]
    assert "Traceback" not in served.log.read_text(errors="replace")
    assert served.is_alive()


def test_memory_is_steady_under_wrong_requests(served, channel):
    large = good(values=[0.5] * (MESSAGE_BYTES // 5))
    large.inputs["x"].dtype = wire.DT_DOUBLE
    raw, body = large.SerializeToString(), b'{"instances": [' + b"1.5, " * (MESSAGE_BYTES // 6)

    def one_pass(seed):
        connection = http.client.HTTPConnection("127.0.0.1", served.rest_port, timeout=30)
        for call in calls(seed, CALLS):
            code_of(channel, call.method, call.raw)
        for request in requests(seed, REQUESTS):
            ask(connection, request)
        for _ in range(LARGE):
            assert code_of(channel, PREDICTION + "Predict", raw)[0] is INVALID
            connection.request("POST", ASK, body)
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (400, True)
        connection.close()
        return served.resident_mib()

    settled = one_pass(SEED)
    after = [one_pass(SEED + 1), one_pass(SEED + 2)]
    assert min(after) - settled < GROWTH_MIB, (settled, after)
