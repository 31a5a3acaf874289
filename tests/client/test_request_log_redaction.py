"""No log has a column that it must not have, wherever the request has it."""

import pytest

from tests.client.logged import answered, asked, example, files, records, texts
from tfxp_client import wire
from tfxp_client.request_log import RequestLog, Rotation

SECRET = b"rider-4711"


def classified(kind):
    """A request with a list of tf.Examples in it."""
    request = getattr(wire, kind)()
    request.input.example_list.examples.add().CopyFrom(example(rider=SECRET, fare=2.5))
    return request


def in_context():
    request = wire.ClassificationRequest()
    request.input.example_list_with_context.context.CopyFrom(example(rider=SECRET, fare=2.5))
    request.input.example_list_with_context.examples.add().CopyFrom(example(rider=SECRET))
    return request


def packed():
    tensor = wire.TensorProto(dtype=wire.DT_STRING, tensor_content=bytes([len(SECRET)]) + SECRET)
    return asked(examples=tensor, fare=wire.TensorProto(dtype=wire.DT_FLOAT, float_val=[2.5]))


SERIALIZED = example(rider=SECRET, fare=2.5).SerializeToString()
FARE = wire.TensorProto(dtype=wire.DT_FLOAT, float_val=[2.5])
REQUESTS = {
    "a named input": asked(rider=texts(SECRET), fare=FARE),
    "a serialized tf.Example": asked(examples=texts(SERIALIZED, SERIALIZED)),
    "one beside texts": asked(examples=texts(b"\nno example", SERIALIZED)),
    "packed texts": packed(),
    "examples to classify": classified("ClassificationRequest"),
    "examples for a regression": classified("RegressionRequest"),
    "examples for several heads": classified("MultiInferenceRequest"),
    "the context of examples": in_context(),
    "a field that is not known": wire.PredictRequest.FromString(
        asked(fare=FARE).SerializeToString() + b"\xfa\x3e" + bytes([len(SECRET)]) + SECRET
    ),
}
RESPONSES = {
    "ClassificationRequest": wire.ClassificationResponse(),
    "RegressionRequest": wire.RegressionResponse(),
    "MultiInferenceRequest": wire.MultiInferenceResponse(),
}


def recorded(folder, request, response=None, **options):
    response = response or RESPONSES.get(request.DESCRIPTOR.name, answered())
    with RequestLog(folder, rotation=Rotation(compress=False), **options) as log:
        log.offer(request, response)
    (path,) = files(folder)
    (record,) = records(path)
    return record


@pytest.mark.parametrize("where", REQUESTS)
@pytest.mark.parametrize(
    "options", [{"redact": ["rider"]}, {"redact": ["rider"], "keep": ["fare"]}]
)
def test_an_identifier_is_in_no_log(tmp_path, where, options):
    record = recorded(tmp_path, REQUESTS[where], **options)

    assert SECRET not in record
    assert b"fare" in record


@pytest.mark.parametrize("where", REQUESTS)
def test_without_redaction_the_request_is_written_as_it_was(tmp_path, where):
    record = recorded(tmp_path, REQUESTS[where])

    assert (SECRET in record) == (where != "a field that is not known")


def test_an_output_of_that_name_is_not_written_either(tmp_path):
    response = answered(rider=texts(SECRET), probability=FARE)

    record = recorded(tmp_path, asked(fare=FARE), response, redact=["rider"])

    log = wire.PredictionLog.FromString(record)
    assert set(log.predict_log.response.outputs) == {"probability"}


def test_what_the_schema_does_not_know_is_left_out_of_examples(tmp_path):
    serialized = example(fare=2.5, tips=1.0, phone=SECRET).SerializeToString()

    record = recorded(tmp_path, asked(examples=texts(serialized)), keep=["fare", "tips"])

    (kept,) = (
        wire.PredictionLog.FromString(record).predict_log.request.inputs["examples"].string_val
    )
    assert set(wire.Example.FromString(kept).features.feature) == {"fare", "tips"}


def test_named_inputs_are_those_of_the_model_and_stay(tmp_path):
    record = recorded(tmp_path, asked(trip_u20_miles=FARE), keep=["trip miles"])

    assert b"trip_u20_miles" in record


def test_texts_that_are_no_examples_stay_as_they_are(tmp_path):
    company = texts(b"Blue\nRibbon", b"\n", b"", b"\xff\n")

    record = recorded(tmp_path, asked(company=company), redact=["rider"], keep=["fare"])

    log = wire.PredictionLog.FromString(record)
    assert log.predict_log.request.inputs["company"] == company
