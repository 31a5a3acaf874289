"""Models that take tf.Examples only are sent some, made from the rows."""

import datetime

import numpy
import pytest

from tests.client.test_predicting import SCHEMA
from tfxp_client import Client, InvalidRows, wire


@pytest.fixture
def server(server):
    server.signatures[1] = {
        "serving_default": ({"examples": wire.DT_STRING}, {"probability": wire.DT_FLOAT})
    }
    return server


def sent(server):
    """Each row's features, as values."""
    rows = []
    for text in server.asked()[-1].inputs["examples"].string_val:
        features = wire.Example.FromString(text).features.feature
        rows.append(
            {
                name: list(getattr(feature, feature.WhichOneof("kind")).value)
                for name, feature in features.items()
            }
        )
    return rows


def test_without_a_schema_types_are_those_of_the_values(server):
    rows = [
        {"size": 1, "colour": "red", "age": 3, "tags": ["a", "b"], "is_new": True},
        {"size": 1.5, "colour": None, "age": numpy.int64(4), "tags": numpy.array(["c"])},
        {"size": float("nan")},
    ]
    with Client(server.address, model="things") as client:
        found = client.predict(rows)

    assert len(found) == 3
    assert sent(server) == [
        {"size": [1.0], "colour": [b"red"], "age": [3], "tags": [b"a", b"b"], "is_new": [1]},
        {"size": [1.5], "age": [4], "tags": [b"c"]},
        {},
    ]


def test_with_a_schema_types_are_the_schemas(server):
    with Client(server.address, model="things", schema=SCHEMA) as client:
        client.predict({"size": 2, "the colour": "red", "age": 3.0})

    assert sent(server) == [{"size": [2.0], "the colour": [b"red"], "age": [3]}]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"sise": 1.0}, "column 'sise': the schema has no such column; did you mean 'size'?"),
        ({"age": 1}, "column 'size': no row has it, and the schema asks for it"),
        ({"size": None}, "row 0, column 'size': no value, and the schema does not let it be"),
        ({"size": "a"}, "row 0, column 'size': found 'a'; expected a finite number"),
    ],
)
def test_with_a_schema_what_does_not_fit_is_not_sent(server, row, text):
    with (
        Client(server.address, model="things", schema=SCHEMA) as client,
        pytest.raises(InvalidRows) as caught,
    ):
        client.predict(row)

    assert text in str(caught.value)
    assert server.asked() == []


def test_values_that_no_example_holds_are_refused_without_a_schema_too(server):
    with (
        Client(server.address, model="things") as client,
        pytest.raises(InvalidRows, match="row 1, column 'day': found datetime.date"),
    ):
        client.predict([{"day": 1}, {"day": datetime.date(2026, 1, 2)}])


def test_a_row_of_the_input_itself_is_sent_as_it_is(server):
    with Client(server.address, model="things") as client:
        client.predict([{"examples": b"one"}, {"examples": b"two"}])

    assert list(server.asked()[0].inputs["examples"].string_val) == [b"one", b"two"]


def test_a_model_of_keras_with_columns_in_its_default_signature_is_asked_by_them(server):
    server.signatures[1] = {
        "serving_default": ({"size": wire.DT_FLOAT, "age": wire.DT_INT64}, {"value": wire.DT_FLOAT})
    }
    with Client(server.address, model="things") as client:
        found = client.predict({"size": 1.0, "age": 2})

    assert len(found) == 1
    assert server.asked()[0].model_spec.signature_name == "serving_default"
