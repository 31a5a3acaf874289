"""The requests that a server replays before it answers, as TensorFlow Serving reads them."""

from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

import registry
from components.training.warm_up import WARM_UP_ROWS, write_warm_up
from schema import SERVING, columns, read_schema
from tests.components.learning import trips

pytestmark = pytest.mark.slow

SIGNATURES = ["serving_default", "serve_rows", "transform_features"]
# TensorFlow Serving refuses a model with more.
MOST_RECORDS = 1000
LABEL_COLUMN = "tips"


def requests(model_dir):
    path = Path(model_dir, "assets.extra", "tf_serving_warmup_requests")
    return [
        prediction_log_pb2.PredictionLog.FromString(record).predict_log.request
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    ]


@pytest.fixture(scope="module")
def recorded(taxi):
    return requests(f"{taxi.model.uri}/Format-Serving")


def inputs(request):
    return {name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()}


def seen(request):
    """The columns of the examples in a request."""
    return {
        column
        for example in inputs(request)["examples"]
        for column in tf.train.Example.FromString(example).features.feature
    }


def test_every_signature_is_asked_for_one_row_and_for_many(recorded):
    asked = [
        (request.model_spec.signature_name, len(next(iter(inputs(request).values()))))
        for request in recorded
    ]

    assert sorted(asked) == sorted(
        (name, rows) for name in SIGNATURES for rows in (1, WARM_UP_ROWS)
    )
    assert len(recorded) <= MOST_RECORDS
    assert {request.model_spec.name for request in recorded} == {"trips"}


def test_the_model_answers_every_record(recorded, taxi):
    for request in recorded:
        signature = taxi.loaded.signatures[request.model_spec.signature_name]
        tensors = inputs(request)
        answers = signature(**{name: tf.constant(values) for name, values in tensors.items()})

        rows = {len(values) for values in tensors.values()}
        assert {len(answer) for answer in answers.values()} == rows
        for name, answer in answers.items():
            assert answer.dtype == tf.int64 or bool(tf.reduce_all(tf.math.is_finite(answer))), name


def test_requests_hold_what_clients_send_and_the_label_only_where_it_is_transformed(recorded):
    served = {column.name for column in columns(read_schema(trips.TAXI), SERVING)}

    for request in recorded:
        match request.model_spec.signature_name:
            case "serve_rows":
                assert request.inputs.keys() == served
            case "serving_default":
                assert seen(request) <= served
            case "transform_features":
                assert LABEL_COLUMN in seen(request)
                assert seen(request) <= served | {LABEL_COLUMN}


def test_the_rows_are_rows_of_the_training_split(recorded, taxi):
    fares = {row["fare"] for row in taxi.rows[:2000]}
    (asked,) = [
        inputs(request)["fare"]
        for request in recorded
        if request.model_spec.signature_name == "serve_rows"
        and len(inputs(request)["fare"]) == WARM_UP_ROWS
    ]

    assert set(asked) <= {float(tf.constant(fare)) for fare in fares}
    assert len(set(asked)) > 1


def test_a_column_that_the_model_does_not_take_is_in_no_request(tmp_path):
    row = trips.serialized({"fare": 3.5, "owner": b"somebody", "tips": 1.0})

    write_warm_up(str(tmp_path), "trips", [row], {"fare": tf.float32}, ["tips", "fare"])

    content = (tmp_path / "assets.extra" / "tf_serving_warmup_requests").read_bytes()
    assert [request.model_spec.signature_name for request in requests(tmp_path)] == SIGNATURES
    assert b"owner" not in content
    assert b"somebody" not in content


def test_the_push_brings_the_records_to_the_server_with_their_checksum(taxi, tmp_path):
    model = Path(taxi.model.uri, "Format-Serving")
    version = registry.push(model, tmp_path, "trips", registry.Record())

    pushed = registry.version_dir(tmp_path, "trips", version)
    assert len(requests(pushed)) == 2 * len(SIGNATURES)
    assert "tf_serving_warmup_requests" in (pushed / "manifest.json").read_text()
