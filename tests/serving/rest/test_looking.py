import json

import pytest

from serving.metrics import PATH
from tests.serving.rest.asking import ask, get, http_call, post, refused


def test_status_tells_every_version(running):
    status, answer = get(running, "/v1/models/taxi")
    assert status == 200
    first, second, _ = answer["model_version_status"]
    assert first == {
        "version": "5",
        "state": "AVAILABLE",
        "status": {"error_code": "OK", "error_message": ""},
    }
    assert second == {
        "version": "4",
        "state": "END",
        "status": {"error_code": "INVALID_ARGUMENT", "error_message": "no saved_model.pb"},
    }


@pytest.mark.parametrize("path", ["/versions/3", "/labels/stable"])
def test_status_of_one_version(running, path):
    _, answer = get(running, f"/v1/models/taxi{path}")
    assert [entry["version"] for entry in answer["model_version_status"]] == ["3"]


def test_metadata_are_the_signatures(running):
    status, answer = get(running, "/v1/models/taxi/versions/3/metadata")
    assert status == 200
    assert answer["model_spec"] == {"name": "taxi", "signature_name": "", "version": "3"}
    found = answer["metadata"]["signature_def"]["signature_def"]["pairs"]
    assert found["method_name"] == "tensorflow/serving/predict"
    assert found["inputs"]["x"] == {
        "name": "x:0",
        "dtype": "DT_FLOAT",
        "tensor_shape": {
            "dim": [{"size": "-1", "name": ""}, {"size": "2", "name": ""}],
            "unknown_rank": False,
        },
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/v1/models/taxy", 404, "of model taxy"),
        ("GET", "/v1/models/taxi/versions/9", 404, "version 9"),
        ("GET", "/v1/models/taxi/versions/9/metadata", 404, "Servable not found"),
        ("POST", "/v1/models/taxy:predict", 404, "Servable not found"),
        ("POST", "/v1/models/taxi/labels/none:predict", 400, "label: none"),
        ("POST", "/v1/models/taxi/versions/9:predict", 404, "Servable not found"),
        ("POST", "/v1/models/taxi/versions/99999999999999999999:predict", 400, "to numeric"),
        ("POST", "/v1/models/taxi/versions/x:predict", 400, "Malformed request: POST"),
        ("POST", "/v1/models/taxi:guess", 400, "Malformed request: POST"),
        ("POST", "/v1/models/taxi:PREDICT", 400, "Malformed request: POST"),
        ("POST", "/v1/models/taxi", 400, "Malformed request: POST /v1/models/taxi"),
        ("PUT", "/v1/models/taxi:predict", 400, "Malformed request: PUT"),
        ("GET", "/v1/models", 400, "Missing model name in request."),
        ("GET", "/v1/models/%ff", 400, "Failed to decode model name: %ff"),
        ("GET", "/v1/", 400, "Malformed request: GET /v1/"),
        ("GET", "/v2/models/taxi", 404, "Not Found"),
        ("GET", "/", 404, "Not Found"),
        ("POST", PATH, 404, "Not Found"),
    ],
)
def test_other_paths_get_tf_servings_status(running, method, path, status, text):
    found, body, headers = http_call(
        running.rest_port, method, path, b'{"instances": [1]}' if method == "POST" else None
    )
    assert found == status
    assert headers["Content-Type"].startswith("application/json")
    assert text in json.loads(body)["error"]


def test_an_encoded_name_is_decoded(running):
    assert get(running, "/v1/models/t%61xi")[0] == 200
    assert get(running, "/V1/Models/taxi")[0] == 200


def test_classify_and_regress(running):
    body = {
        "signature_name": "classes",
        "context": {"city": "Chicago"},
        "examples": [{"miles": 1.5, "hours": [1, 2]}, {"payment": {"b64": "/w=="}, "is": True}],
    }
    status, answer = post(running, "/v1/models/taxi:classify", body)
    assert (status, answer) == (200, {"results": [[["no", 0.25], ["yes", 0.75]]] * 2})
    request, _, _ = running.log.offered[-1]
    both = request.input.example_list_with_context
    first, second = (example.features.feature for example in both.examples)
    assert both.context.features.feature["city"].bytes_list.value[:] == [b"Chicago"]
    assert first["miles"].float_list.value[:] == [1.5]
    assert first["hours"].int64_list.value[:] == [1, 2]
    assert second["payment"].bytes_list.value[:] == [b"\xff"]
    assert second["is"].int64_list.value[:] == [1]
    body = {"signature_name": "value", "examples": [{"a": "b"}]}
    status, answer = post(running, "/v1/models/taxi/versions/3:regress", body)
    assert (status, answer) == (200, {"results": [14.0]})


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "'examples' is expected and was not found"),
        ({"examples": {}}, "to be an list/array"),
        ({"examples": []}, "is an empty array"),
        ({"examples": [1]}, "Example must be JSON object but got JSON Number"),
        ({"examples": [{"a": None}]}, "Feature: a has element with unexpected JSON type: Null"),
        ({"examples": [{"a": [[1]]}]}, "unexpected JSON type: Array"),
        ({"examples": [{"a": {"c": 1}}]}, "unexpected JSON type: Object"),
        ({"examples": [{"a": [1, 1.5]}]}, "Unexpected element type in feature: a"),
        ({"examples": [{"a": 2**63}]}, "Only int64_t is supported"),
        ({"examples": [{"a": {"b64": "?"}}]}, "Unable to base64 decode"),
    ],
)
def test_examples_that_are_none_are_refused(running, body, text):
    body = {"signature_name": "classes", **body}
    status, answer = post(running, "/v1/models/taxi:classify", body)
    assert status == 400
    assert text in answer["error"]


def page(running):
    status, body, headers = http_call(running.rest_port, "GET", PATH)
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain")
    return dict(line.rsplit(" ", 1) for line in body.decode().splitlines() if line[0] != "#")


def test_the_page_counts_requests_by_model_and_status_under_tf_servings_names(running):
    ok = ':tensorflow:serving:request_count{model_name="taxi",status="OK"}'
    invalid = ':tensorflow:serving:request_count{model_name="taxi",status="INVALID_ARGUMENT"}'
    latency = (
        ":tensorflow:serving:request_latency_bucket"
        '{API="predict",entrypoint="REST",le="+Inf",model_name="taxi"}'
    )
    ask(running, "echo_float", instances=[1.5])
    before = page(running)
    ask(running, "echo_float", instances=[1.5])
    refused(running, "echo_float", instances=["a"])
    after = page(running)
    assert float(after[ok]) - float(before[ok]) == 1
    assert float(after[invalid]) - float(before.get(invalid, 0)) == 1
    assert float(after[latency]) - float(before[latency]) == 1
    # The page is none of the API's requests.
    assert float(after[":tensorflow:serving:requests_in_flight"]) == 0
    lost = ':tensorflow:serving:request_log_count{status="lost"}'
    assert float(after[lost]) == running.log.lost


def test_strange_names_make_no_metrics(running):
    get(running, "/v1/models/nobody")
    post(running, "/v1/models/nobody:predict", {"instances": [1]})
    found = page(running)
    assert not [name for name in found if "nobody" in name]
    assert ':tensorflow:serving:request_count{model_name="",status="NOT_FOUND"}' in found
