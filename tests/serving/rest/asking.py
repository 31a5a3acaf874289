"""Requests over HTTP, without a library that corrects them."""

import http.client
import json


def http_call(port, method, path, body=None, headers=None):
    """Status, body and headers of one request; a body that is no bytes is sent as JSON."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def get(running, path):
    status, body, _ = http_call(running.rest_port, "GET", path)
    return status, json.loads(body)


def post(running, path, body):
    status, answer, headers = http_call(running.rest_port, "POST", path, body)
    assert headers["Content-Type"].startswith("application/json")
    return status, json.loads(answer)


def ask(running, signature, **body):
    """Answer to `:predict` of the signature; it must be one."""
    body = {"signature_name": signature, **body}
    status, answer = post(running, "/v1/models/taxi:predict", body)
    assert status == 200, answer
    return answer


def refused(running, signature, **body):
    """Status and text of a `:predict` that is refused."""
    body = {"signature_name": signature, **body}
    status, answer = post(running, "/v1/models/taxi:predict", body)
    assert set(answer) == {"error"}
    return status, answer["error"]
