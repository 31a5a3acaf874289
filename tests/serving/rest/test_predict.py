import gzip
import json
import socket

import pytest

from tests.serving.processes import wait_until
from tests.serving.rest.asking import ask, http_call, post, refused

ROWS = [
    {"miles": 10, "payment": "Cash", "hour": 1},
    {"miles": 25, "payment": {"b64": "Q2FyZA=="}, "hour": -2},
]
COLUMNS = {"miles": [10, 25], "payment": ["Cash", "Card"], "hour": [1, -2]}


def test_rows_in_rows_out(running):
    answer = ask(running, "serve_rows", instances=ROWS)
    assert answer == {
        "predictions": [
            {"probability": 2.0, "payment": "Cash"},
            {"probability": 0.5, "payment": "Card"},
        ]
    }


def test_columns_in_columns_out(running):
    answer = ask(running, "serve_rows", inputs=COLUMNS)
    assert answer == {"outputs": {"probability": [2.0, 0.5], "payment": ["Cash", "Card"]}}


def test_one_output_has_no_name(running):
    assert ask(running, "pairs", instances=[[1, 2], [3, 4]]) == {"predictions": [3.0, 7.0]}
    assert ask(running, "pairs", inputs=[[1, 2], [3, 4]]) == {"outputs": [3.0, 7.0]}
    assert ask(running, "pairs", inputs={"x": [[1, 2]]}) == {"outputs": [3.0]}
    assert ask(running, "pairs", instances=[{"x": [1, 2]}]) == {"predictions": [3.0]}


def test_serving_default_needs_no_name(running):
    status, answer = post(running, "/v1/models/taxi:predict", {"instances": [{"b64": "AAEC"}]})
    assert (status, answer) == (200, {"predictions": [3]})


def test_bytes_go_in_and_out_as_base64_where_the_output_says_so(running):
    rows = [{"b64": "/wA="}, {"b64": "/w"}, "text"]
    assert ask(running, "raw", instances=rows) == {
        "predictions": [{"b64": "/wA="}, {"b64": "/w=="}, {"b64": "dGV4dA=="}]
    }
    status, error = refused(running, "raw", inputs={"b64": "/wA="})
    assert (status, error) == (400, "Expects input 'x_bytes' to have shape [?] but got []")


def test_texts_that_are_no_utf8_are_still_json(running):
    answer = ask(running, "echo_string", instances=[{"b64": "Yf9i"}, "ä😀"])
    assert answer == {"predictions": ["a\ufffdb", "ä😀"]}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("float", [0.1, -2.5, 1e20, 16777216.0]),
        ("double", [0.1, 1e300, 5e-324]),
        ("int8", [-128, 127]),
        ("int32", [-(2**31), 2**31 - 1]),
        ("int64", [-(2**63), 2**63 - 1]),
        ("uint8", [0, 255]),
        ("uint32", [0, 2**32 - 1]),
        ("uint64", [0, 2**64 - 1]),
        ("bool", [True, False]),
        ("string", ["", "a"]),
    ],
)
def test_values_of_every_type_come_back_the_same(running, name, values):
    assert ask(running, f"echo_{name}", instances=values) == {"predictions": values}
    cube = [[[value] for value in values]] * 2
    assert ask(running, f"echo_{name}", inputs=cube) == {"outputs": cube}
    assert ask(running, f"echo_{name}", inputs=values[0]) == {"outputs": values[0]}


def test_nan_and_infinity_are_written_and_read_as_tf_serving_does(running):
    body = b'{"signature_name": "echo_float", "instances": [NaN, -Infinity, Infinity, 0.1]}'
    status, answer, _ = http_call(running.rest_port, "POST", "/v1/models/taxi:predict", body)
    assert status == 200
    assert b"null" not in answer
    assert json.dumps(json.loads(answer)) == '{"predictions": [NaN, -Infinity, Infinity, 0.1]}'
    columns = body.replace(b"instances", b"inputs")
    _, answer, _ = http_call(running.rest_port, "POST", "/v1/models/taxi:predict", columns)
    assert json.dumps(json.loads(answer)) == '{"outputs": [NaN, -Infinity, Infinity, 0.1]}'


def test_what_follows_the_object_is_left_aside(running):
    body = b'{"signature_name": "echo_float", "instances": [1.5]} and more'
    status, answer, _ = http_call(running.rest_port, "POST", "/v1/models/taxi:predict", body)
    assert (status, json.loads(answer)) == (200, {"predictions": [1.5]})


def test_version_and_label_choose_the_version(running):
    body = {"signature_name": "echo_float", "instances": [1.5]}
    for path, number in (("/versions/3", 3), ("/labels/stable", 3), ("", 5)):
        del running.log.offered[:]
        assert post(running, f"/v1/models/taxi{path}:predict", body)[0] == 200
        ((request, response, _),) = running.log.offered
        assert response.model_spec.version.value == number
        assert list(request.inputs["x"].float_val) == [1.5]


def test_the_callers_name_of_a_request_reaches_the_log(running):
    body = json.dumps({"signature_name": "echo_float", "instances": [1.5]}).encode()
    del running.log.offered[:]
    for name in ("mine", "not this one"):
        path = "/v1/models/taxi:predict"
        http_call(running.rest_port, "POST", path, body, {"X-Request-Id": name})
    assert [request_id for _, _, request_id in running.log.offered] == ["mine"]


def test_a_wait_has_an_end_also_without_a_deadline(running):
    ask(running, "echo_float", instances=[1.5])
    assert running.models.versions[5].timeouts[-1] == running.options.rest_timeout_s


def changed(**changes):
    return [ROWS[0], {**ROWS[1], **changes}]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (changed(hour="2"), 'element: 1 key: hour of .* "2" Type: String is not .* type: int64'),
        (changed(hour=1.0), "element: 1 key: hour .* 1.0 Type: Number is not of .* int64"),
        (changed(hour=True), "key: hour .* true Type: True"),
        (changed(hour=2**63), "key: hour .* 9223372036854775808 Type: Number is not"),
        (changed(hour=10**30), "key: hour .* Type: Number is not of expected type: int64"),
        (changed(miles=None), "key: miles .* null Type: Null is not of expected type: float"),
        (changed(miles="1"), "key: miles .* Type: String is not of expected type: float"),
        (changed(miles={"a": 1}), "key: miles .* Type: Object is not of expected type: float"),
        (changed(payment=1), "key: payment .* 1 Type: Number is not of expected type: string"),
        (changed(payment={"b64": "?"}), "key: payment .* Unable to base64 decode"),
        (changed(payment={"b64": 7}), "not formatted correctly for base64 data"),
        (changed(miles=[1.0]), r"element: 1 key: miles .* Expecting shape \[\] but got: \[1\]"),
        (changed(tolls=1), "element: 1 key: tolls .* does not have named input: tolls"),
        ([{"miles": 1, "hour": 2}], "keys must be equal to: hour,miles,payment; missing: payment"),
        ([ROWS[0], 3], "Expecting object but got list at item 1 of input list"),
        ([3, ROWS[0]], "instances is a plain list, but expecting list of objects"),
        ([], "No values in 'instances' array"),
        ({}, "Expecting 'instances' to be an list/array"),
        ("rows", "Expecting 'instances' to be an list/array"),
    ],
)
def test_a_wrong_row_is_named_with_its_column(running, rows, text):
    status, error = refused(running, "serve_rows", instances=rows)
    assert status == 400
    assert_matches(text, error)


def assert_matches(pattern, text):
    with pytest.raises(ValueError, match=pattern):
        raise ValueError(text)


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ([[1, 2], [3]], "list at unexpected size: 1 at level: 1 expected size: 2"),
        ([[1, 2], 3], "JSON Value: 3 found at incorrect level: 2"),
        ([1, [2, 3]], "list at unexpected level: 1"),
        ([[1, 2, 3]], r"to have shape \[\?,2\] but got \[1, 3\]"),
        ([1, 2], r"to have shape \[\?,2\] but got \[2\]"),
        ({"y": 1}, "Missing named input: x in 'inputs' object"),
        ([["a", "b"]], '"a" Type: String is not of expected type: float'),
        ([[[]]], r"to have shape"),
    ],
)
def test_ragged_lists_and_other_shapes_are_refused(running, inputs, text):
    status, error = refused(running, "pairs", inputs=inputs)
    assert status == 400
    assert_matches(text, error)


@pytest.mark.parametrize("name", ["half", "bfloat16", "complex64"])
def test_types_without_json_are_not_implemented(running, name):
    status, error = refused(running, f"echo_{name}", inputs=1.5)
    assert (status, error) == (501, f"Conversion of JSON Value: 1.5 to type: {name}")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "The document is empty"),
        (b'{"instances": [1', "JSON Parse error: .* at offset: 16"),
        (b'{"instances": [1]', "JSON Parse error"),
        (b'{"instances" [1]}', "JSON Parse error"),
        (b"[1, 2]", "Is not object"),
        (b"null", "Is not object"),
        (b'{"instances": ["\xff"]}', "JSON Parse error: no UTF-8 at offset: 16"),
        (b'{"instances": ["\\ud800"]}', "surrogate pair in string is invalid"),
        (b'{"instances": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"inputs": ' + b"[" * 99 + b'"a"' + b"]" * 99 + b"}", "99 dimensions"),
        (b'{"instances": [' + b"9" * 5000 + b"]}", "JSON"),
        (b'{"instances": [1e999]}', "Number too big to be stored in double"),
        (b"{}", "Missing 'inputs' or 'instances' key"),
        (b'{"inputs": 1, "instances": [1]}', "expecting only one of 'inputs' or 'instances'"),
        (b'{"signature_name": 1, "instances": [1]}', "must be a string value"),
        (b'{"signature_name": "no", "instances": [1]}', 'name: "no" not found in signature def'),
    ],
)
def test_a_body_that_is_no_request_is_refused(running, body, text):
    status, answer = post(running, "/v1/models/taxi:predict", body)
    assert status == 400
    assert_matches(text, answer["error"])


def test_a_large_value_is_not_shown_whole(running):
    _, error = refused(running, "echo_float", instances=["x" * 100_000])
    assert len(error) < 1000


def test_a_body_beyond_the_limit_is_too_large(running):
    status, answer = post(running, "/v1/models/taxi:predict", b" " * 1_100_000)
    assert (status, answer) == (413, {"error": "Request Entity Too Large"})


def test_a_body_may_be_compressed_if_it_is_what_it_says(running):
    def coded(body):
        path = "/v1/models/taxi:predict"
        headers = {"Content-Encoding": "gzip"}
        status, answer, _ = http_call(running.rest_port, "POST", path, body, headers)
        return status, json.loads(answer)

    body = b'{"signature_name": "echo_float", "instances": [1.5]}'
    assert coded(gzip.compress(body)) == (200, {"predictions": [1.5]})
    assert coded(gzip.compress(b" " * 50_000_000))[0] == 413
    status, answer = coded(body)
    assert status == 400
    assert "not encoded as its headers say" in answer["error"]


def test_a_caller_who_hangs_up_within_a_body_leaves_no_trace(running, caplog):
    head = b"POST /v1/models/taxi:predict HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{"
    with socket.create_connection(("127.0.0.1", running.rest_port)) as connection:
        connection.sendall(head)
    ask(running, "echo_float", instances=[1.5])
    wait_until(lambda: running.metrics.in_flight == 0)
    assert not caplog.records


def test_an_answer_beyond_the_limit_is_refused(running):
    status, error = refused(running, "wide", instances=[1.5])
    assert status == 429
    assert "ask for fewer rows" in error


def test_outputs_without_rows_cannot_answer_rows(running):
    status, error = refused(running, "constant", instances=[1.5])
    assert (status, error) == (400, "Tensor name: y has no shape information ")
    assert ask(running, "constant", inputs=[1.5]) == {"outputs": 1.5}


def test_a_defect_behind_says_nothing_of_itself(running):
    status, error = refused(running, "failing", instances=[1.5])
    assert (status, error) == (500, "internal error; the server's log has more")
