"""Rows in, predictions out, against a real server."""

import math
import threading
from pathlib import Path

import pandas
import pyarrow
import pytest

from tests.client.server import column, floats, sizes
from tfxp_client import (
    BadAnswer,
    Client,
    DeadlineExceeded,
    InvalidRows,
    Limits,
    ModelNotFound,
    Retry,
    ServerUnavailable,
    wire,
)

SCHEMA = Path(__file__).parent / "schema.pbtxt"
ROW = {"size": 2.0, "the colour": "red", "age": 7}


def row(**changes):
    return ROW | changes


@pytest.fixture
def client(server):
    retry = Retry(first_pause_s=0.001, longest_pause_s=0.002)
    with Client(server.address, model="things", timeout_s=10, retry=retry) as connected:
        yield connected


def sent(server, name, number=-1):
    """A column of a request, as values."""
    tensor = server.asked()[number].inputs[name]
    if tensor.dtype == wire.DT_STRING:
        return list(tensor.string_val)
    code = {wire.DT_FLOAT: "f", wire.DT_INT64: "q"}[tensor.dtype]
    return list(memoryview(tensor.tensor_content).cast(code))


def test_a_dict_is_one_row(server, client):
    found = client.predict(ROW)

    assert found.probability == [pytest.approx(1.2)]
    assert (found.model, found.version) == ("things", 1)
    assert server.asked()[0].model_spec.signature_name == "serve_rows"
    assert sent(server, "size") == [2.0]
    assert sent(server, "the_u20_colour") == [b"red"]
    assert sent(server, "age") == [7]


def test_each_row_has_its_own_answer(client):
    found = client.predict([row(size=1.0), row(size=3.0)])

    assert [one.probability for one in found] == pytest.approx([1.1, 1.3])
    assert (found[1].version, found[1].model, len(found)) == (1, "things", 2)
    assert found[0:2] == [found[0], found[1]]


@pytest.mark.parametrize("form", ["pandas", "arrow", "batch", "dicts", "generator"])
def test_every_form_of_rows_is_sent_alike(server, client, form):
    rows = [row(size=1.0), {"size": None, "the colour": None, "age": None}]
    table = pyarrow.Table.from_pylist(rows)
    given = {
        "pandas": pandas.DataFrame(rows),
        "arrow": table,
        "batch": table.to_batches()[0],
        "dicts": rows,
        "generator": (one for one in rows),
    }[form]

    client.predict(given)

    assert sent(server, "size")[0] == 1.0
    assert sent(server, "size")[1] != sent(server, "size")[1]
    assert sent(server, "the_u20_colour") == [b"red", b""]
    assert sent(server, "age") == [7, -(2**63)]


def test_pandas_has_many_words_for_missing(server, client):
    frame = pandas.DataFrame(
        {
            "size": pandas.Series([1.0, None], dtype="Float32"),
            "the colour": pandas.Categorical(["red", None]),
            "age": pandas.Series([7, pandas.NA], dtype="Int64"),
        }
    )
    client.predict(frame)
    client.predict(frame.astype(object))
    client.predict(pandas.DataFrame({"size": [1], "the colour": [pandas.NaT], "age": [7.0]}))

    for number in (0, 1):
        assert sent(server, "the_u20_colour", number) == [b"red", b""]
        assert sent(server, "age", number) == [7, -(2**63)]
        assert math.isnan(sent(server, "size", number)[1])
    assert [sent(server, name) for name in ("size", "age", "the_u20_colour")] == [[1.0], [7], [b""]]


def test_no_rows_have_no_answers_and_cost_no_call(server, client):
    found = client.predict([])

    assert (len(found), found.probability) == (0, [])
    assert server.asked() == []


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (row(sise=1.0), "column 'sise': the model has no such column; did you mean 'size'?"),
        ({"size": 1.0, "age": 1}, "column 'the_u20_colour': no row has it; expected a text, or"),
        ({"size": 1.0}, "no row has the columns 'age', 'the_u20_colour'; give None where there"),
        ([ROW, {"size": 1.0, "age": 1}], "row 1, column 'the colour': not in the row"),
        ([ROW, row(size="2")], "row 1, column 'size': found '2'; expected a finite number"),
        ([ROW, ROW, row(age=2**63)], "row 2, column 'age': found 9223372036854775808; expected"),
        (row(age=1.5), "column 'age': found 1.5; expected a whole number"),
        (row(size=True), "column 'size': found True; expected a finite number"),
        (row(size=1e39), "column 'size': found 1e+39; expected a finite number up to 3.4e+38"),
        (row(size=float("inf")), "column 'size': found inf; expected a finite number"),
        (row(**{"the colour": 3}), "column 'the colour': found 3; expected a text"),
        (row(**{"the colour": "\ud800"}), r"column 'the colour': found '\ud800'; expected a text"),
        (row(the_u20_colour="red"), "given beside 'the colour', which is the same column"),
        ("rows", "rows: found str 'rows'; expected a dict of column to value"),
        ([ROW, 3], "rows: row 1 is int 3; expected a dict"),
        ({1: 2}, "rows: found a column called 1; expected names that are text"),
    ],
)
def test_what_does_not_fit_is_not_sent(server, client, rows, text):
    with pytest.raises(InvalidRows) as caught:
        client.predict(rows)

    assert text in str(caught.value)
    assert server.asked() == []


def test_all_problems_are_in_the_error_and_three_in_its_text(client):
    with pytest.raises(InvalidRows) as caught:
        client.predict([row(size="x") for _ in range(9)])

    assert [problem.row for problem in caught.value.problems] == list(range(9))
    assert str(caught.value).endswith(
        "row 2, column 'size': found 'x'; expected a finite number "
        "up to 3.4e+38; and 6 more, see `problems` of this error"
    )


def test_with_a_schema_what_it_lets_be_missing_may_be_left_out(server):
    with Client(server.address, model="things", schema=SCHEMA) as client:
        client.predict([{"size": 1.0}, {"size": 2.0, "age": 3}])

    assert sent(server, "the_u20_colour") == [b"", b""]
    assert sent(server, "age") == [-(2**63), 3]


def test_with_a_schema_its_other_columns_are_passed_over(server):
    with Client(server.address, model="things", schema=SCHEMA) as client:
        client.predict(row(owner="Ann", y=1))

    assert set(server.asked()[0].inputs) == {"size", "the_u20_colour", "age"}


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ({"age": 1}, "column 'size': no row has it, and the schema asks for it"),
        ([ROW, {"age": 1}], "row 1, column 'size': no value, and the schema does not let it be"),
        ([ROW, row(size=None)], "row 1, column 'size': no value"),
        (row(size=float("nan")), "row 0, column 'size': no value"),
        (row(color="red"), "no such column; did you mean 'the colour'? there are: age, size, the"),
    ],
)
def test_with_a_schema_a_value_that_it_asks_for_is_missed(server, rows, text):
    with (
        Client(server.address, model="things", schema=SCHEMA) as client,
        pytest.raises(InvalidRows) as caught,
    ):
        client.predict(rows)

    assert text in str(caught.value)


def test_many_rows_go_in_several_messages_and_come_back_in_order(server):
    limits = Limits(max_rows=4)
    with Client(server.address, model="things", limits=limits) as client:
        found = client.predict([row(size=float(number)) for number in range(10)])

    assert found.probability == pytest.approx([1 + number / 10 for number in range(10)])
    assert [len(floats(request.inputs["size"])) for request in server.asked()] == [4, 4, 2]


def test_long_rows_go_in_smaller_messages(server):
    limits = Limits(max_message_bytes=4000)
    with Client(server.address, model="things", limits=limits) as client:
        found = client.predict([row(**{"the colour": "r" * 1000}) for _ in range(10)])

    assert len(found) == 10
    assert max(request.ByteSize() for request in server.asked()) <= 4000


def test_a_row_that_is_longer_than_a_message_is_named(server):
    limits = Limits(max_message_bytes=4000)
    with (
        Client(server.address, model="things", limits=limits) as client,
        pytest.raises(InvalidRows, match=r"row 1: takes \d+ bytes, more than max_message_b"),
    ):
        client.predict([ROW, row(**{"the colour": "r" * 5000})])


def test_one_answer_is_of_one_version_although_another_comes_meanwhile(server):
    def answer(request, version):
        server.versions = {1: "AVAILABLE", 2: "AVAILABLE"}
        return sizes(request, version)

    server.answers = answer
    with Client(server.address, model="things", limits=Limits(max_rows=1)) as client:
        assert client.predict([ROW] * 3).version == 1
        assert client.predict([ROW] * 3).version == 2


def test_a_version_that_goes_while_its_rows_are_answered_is_left_for_its_successor(server):
    def answer(request, version):
        server.versions = {1: "END", 2: "AVAILABLE"}
        return sizes(request, version)

    server.answers = answer
    with Client(server.address, model="things", limits=Limits(max_rows=1)) as client:
        found = client.predict([row(size=0.0)] * 3)

    assert (found.version, found.probability) == (2, [2.0] * 3)


def test_versions_that_go_again_and_again_are_not_run_after(server):
    def answer(request, version):
        server.versions = {version: "END", version + 1: "AVAILABLE"}
        return sizes(request, version)

    server.answers = answer
    with (
        Client(server.address, model="things", limits=Limits(max_rows=1)) as client,
        pytest.raises(ServerUnavailable, match="was gone 3 times before the last"),
    ):
        client.predict([ROW] * 3)


def test_metadata_are_asked_for_once(server, client):
    for _ in range(3):
        client.predict(ROW)

    assert len(server.asked("GetModelMetadata")) == 1


def test_metadata_are_asked_for_again_when_another_version_answers(server, client):
    client.predict(ROW)
    server.versions[2] = "AVAILABLE"
    client.predict(ROW)
    client.predict(ROW)
    client.predict(ROW)

    assert len(server.asked("GetModelMetadata")) == 2


def test_a_new_version_with_another_column_is_asked_at_once(server, client):
    client.predict(ROW)
    inputs, outputs = {"size": wire.DT_FLOAT, "weight": wire.DT_FLOAT}, {"value": wire.DT_FLOAT}
    server.signatures[2] = {"serve_rows": (inputs, outputs)}
    server.versions[2] = "AVAILABLE"

    assert client.predict({"size": 1.0, "weight": 2.0}).version == 2


def test_rows_for_the_old_columns_are_refused_by_name_once_the_server_has_refused_them(
    server, client
):
    client.predict(ROW)
    server.signatures[2] = {"serve_rows": ({"weight": wire.DT_FLOAT}, {"value": wire.DT_FLOAT})}
    server.versions[2] = "AVAILABLE"
    server.fail("Predict", "INVALID_ARGUMENT", "input size does not match signature")

    with pytest.raises(InvalidRows, match="column 'size': the model has no such column"):
        client.predict(ROW)


def test_what_the_same_version_refuses_is_not_sent_again(server, client):
    client.predict(ROW)
    server.fail("Predict", "INVALID_ARGUMENT", "not this", times=2)

    with pytest.raises(InvalidRows, match="not this"):
        client.predict(ROW)
    assert len(server.asked()) == 2


@pytest.mark.parametrize("code", ["UNAVAILABLE", "RESOURCE_EXHAUSTED"])
def test_a_server_that_is_away_for_a_moment_costs_no_answer(server, client, code):
    server.fail("Predict", code, times=2)

    assert len(client.predict(ROW)) == 1
    assert len(server.asked()) == 3


def test_a_slow_answer_ends_the_whole_call_at_its_deadline(server):
    with Client(server.address, model="things", limits=Limits(max_rows=1)) as client:
        client.predict(ROW)
        server.delays["Predict"] = 0.08
        with pytest.raises(DeadlineExceeded, match=r"within 0\.2 s"):
            client.predict([ROW] * 50, timeout_s=0.2)
    assert len(server.asked()) < 10


def test_a_call_may_ask_another_version_or_label(server, client):
    server.versions = {1: "AVAILABLE", 2: "AVAILABLE", 3: "AVAILABLE"}
    server.labels = {"stable": 2}

    assert client.predict(ROW).version == 3
    assert client.predict(ROW, version=1).version == 1
    assert client.predict(ROW, label="stable").version == 2
    with pytest.raises(ModelNotFound, match="version 9 is not available"):
        client.predict(ROW, version=9)


def test_one_channel_serves_many_threads(server, client):
    found = []

    def ask(number):
        found.append((number, client.predict(row(size=float(number))).probability[0]))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [(number, pytest.approx(1 + number / 10)) for number in range(20)]
    assert len({context.peer() for _, _, context in server.requests}) == 1


def test_an_answer_for_other_rows_is_a_bad_one(server, client):
    server.answers = lambda request, version: {"probability": column([1.0, 2.0])}

    with pytest.raises(BadAnswer, match=r"output 'probability': shape \[2, 1\] for 1 rows"):
        client.predict(ROW)


def test_a_request_is_handed_to_the_log_with_its_answer_and_its_id(server):
    class Log:
        offered = []

        def offer(self, request, response, *, request_id=""):
            self.offered.append((request, response, request_id))

    with Client(server.address, model="things", request_log=Log()) as client:
        client.predict(ROW, request_id="mine")
        client.predict(ROW)

    (request, response, first), (_, _, second) = Log.offered
    assert request == server.asked()[0]
    assert response.model_spec.version.value == 1
    assert (first, len(second)) == ("mine", 32)
    seen = [dict(context.invocation_metadata()) for name, _, context in server.requests[1:]]
    assert [headers["x-request-id"] for headers in seen] == ["mine", second]


def test_examples_are_sent_as_they_are(server, client):
    assert client.predict_examples([b"one", b"two"]).probability == [1.0, 1.0]
    assert list(server.asked()[0].inputs["examples"].string_val) == [b"one", b"two"]

    with pytest.raises(InvalidRows, match="row 1: found dict; expected a serialized tf.Example"):
        client.predict_examples([b"one", {}])
    with pytest.raises(InvalidRows, match="takes age, size, the_u20_colour, and no tf.Examples"):
        client.predict_examples([b"one"], signature="serve_rows")


def test_tensors_are_sent_as_they_are(server, client):
    import numpy

    answer = client.predict_tensors(
        {"size": numpy.array([1.0, 2.0]), "the_u20_colour": ["red", b"blue"], "age": [1, 2]},
        signature="serve_rows",
    )

    assert answer.outputs["probability"].tolist() == [[pytest.approx(1.1)], [pytest.approx(1.2)]]
    assert (answer.version, answer.outputs["probability"].shape) == (1, (2, 1))
    assert sent(server, "size") == [1.0, 2.0]
    assert sent(server, "the_u20_colour") == [b"red", b"blue"]


@pytest.mark.parametrize(
    ("tensors", "text"),
    [
        ({"examples": [1]}, "input 'examples' of signature 'serving_default': not all values are"),
        ({"exmples": [b"1"]}, "found inputs exmples; it takes: examples"),
        ({}, "found inputs none; it takes: examples"),
    ],
)
def test_tensors_that_do_not_fit_are_not_sent(server, client, tensors, text):
    with pytest.raises(InvalidRows, match=text):
        client.predict_tensors(tensors)
    assert server.asked() == []


def test_an_unknown_signature_is_named_with_those_there_are(client):
    with pytest.raises(InvalidRows, match="did you mean 'serve_rows'"):
        client.predict(ROW, signature="serve_row")


@pytest.mark.parametrize("dtype", [wire.DT_COMPLEX64, wire.DT_BFLOAT16])
def test_a_model_of_other_than_columns_is_not_asked_by_rows(server, client, dtype):
    server.signatures[1] = {"serving_default": ({"x": dtype}, {"y": wire.DT_FLOAT})}

    with pytest.raises(InvalidRows, match="input 'x' of .* has type DataType .* `predict_tensors`"):
        client.predict({"x": 1.0})
