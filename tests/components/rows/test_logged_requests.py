"""Rows in a log of requests are those that the model was asked about."""

import numpy as np
import pytest

from components.rows.logged_requests import with_rows_for_requests
from tests.client.logged import asked, example, texts
from tfxp_client import wire

pytestmark = pytest.mark.slow


def numbers(dtype, field, values):
    tensor = wire.TensorProto(dtype=dtype, **{field: values})
    tensor.tensor_shape.dim.add(size=len(values))
    return tensor


def rows(*logs, columns=("fare", "trip miles", "company")):
    """One dict a row, of what is not missing."""
    found = with_rows_for_requests((log.SerializeToString() for log in logs), columns)
    return [plain(record) for record in found]


def plain(record):
    features = wire.Example.FromString(record).features.feature
    values = {name: getattr(f, f.WhichOneof("kind")).value for name, f in features.items()}
    return {name: found[0] for name, found in values.items() if len(found)}


def predicted(**inputs):
    return wire.PredictionLog(predict_log=wire.PredictLog(request=asked(**inputs)))


def test_a_tensor_a_column_is_a_row_an_element():
    log = predicted(
        fare=numbers(wire.DT_FLOAT, "float_val", [1.5, float("nan")]),
        trip_u20_miles=numbers(wire.DT_INT64, "int64_val", [-(2**63), 7]),
        company=texts(b"", b"Blue"),
    )

    assert rows(log) == [{"fare": 1.5}, {"trip miles": 7, "company": b"Blue"}]


def test_packed_numbers_are_read_too():
    packed = wire.TensorProto(
        dtype=wire.DT_FLOAT, tensor_content=np.array([1.5, 2.5], np.float32).tobytes()
    )
    packed.tensor_shape.dim.add(size=2)

    assert rows(predicted(fare=packed)) == [{"fare": 1.5}, {"fare": 2.5}]


def test_serialized_examples_are_rows_as_they_are():
    serialized = [example(fare=1.5), example(company=b"Blue")]

    log = predicted(examples=texts(*(one.SerializeToString() for one in serialized)))

    assert rows(log) == [{"fare": 1.5}, {"company": b"Blue"}]


def test_examples_to_classify_or_regress_are_rows():
    classify, regress = wire.ClassificationRequest(), wire.RegressionRequest()
    classify.input.example_list.examples.add().CopyFrom(example(fare=1.5))
    with_context = regress.input.example_list_with_context
    with_context.examples.add().CopyFrom(example(fare=2.5))
    with_context.context.CopyFrom(example(company=b"Blue"))

    logs = (
        wire.PredictionLog(classify_log=wire.ClassifyLog(request=classify)),
        wire.PredictionLog(regress_log=wire.RegressLog(request=regress)),
    )

    assert rows(*logs) == [{"fare": 1.5}, {"fare": 2.5, "company": b"Blue"}]


def test_a_file_of_examples_stays_as_it_is():
    records = [example(fare=1.5).SerializeToString(), b"", b"\xff"]

    assert list(with_rows_for_requests(iter(records), ["fare"])) == records
    assert list(with_rows_for_requests(iter([]), ["fare"])) == []


def test_a_damaged_request_among_others_is_handed_on_to_be_put_aside():
    good = predicted(fare=numbers(wire.DT_FLOAT, "float_val", [1.5])).SerializeToString()

    found = list(with_rows_for_requests(iter([good, b"\xff"]), ["fare"]))

    assert [plain(found[0]), found[1]] == [{"fare": 1.5}, b"\xff"]
