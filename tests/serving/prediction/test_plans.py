import grpc
import numpy as np
import pytest

from serving.prediction.plans import Plan, Plans
from serving.servable import ServingError
from tests.serving.in_memory import SIGNATURES, Version, signature
from tfxp_client import wire

ROWS = {"miles": [1.0, 2.0], "payment": [b"Cash", b"Card"], "hour": [3, 4]}
FIELDS = {"miles": "float_val", "payment": "string_val", "hour": "int64_val"}
TYPES = {"miles": wire.DT_FLOAT, "payment": wire.DT_STRING, "hour": wire.DT_INT64}


def plan(name="serve_rows", batched=True):
    return Plan(name, SIGNATURES[name], limit_bytes=1000, batched=batched)


def inputs(**changes):
    """The inputs of a PredictRequest with two rows; None leaves a column out."""
    request = wire.PredictRequest()
    for alias, values in {**ROWS, **changes}.items():
        if values is None:
            continue
        tensor = request.inputs[alias]
        tensor.dtype = TYPES.get(alias, wire.DT_FLOAT)
        tensor.tensor_shape.dim.add(size=len(values))
        getattr(tensor, FIELDS.get(alias, "float_val")).extend(values)
    return request.inputs


def refusal(plan, protos):
    with pytest.raises(ServingError) as refused:
        plan.arrays(protos)
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    return str(refused.value)


def test_inputs_become_arrays_of_the_signatures_types():
    arrays = plan().arrays(inputs())
    assert {alias: array.tolist() for alias, array in arrays.items()} == ROWS
    assert arrays["miles"].dtype == np.float32


def test_a_missing_and_a_strange_input_are_told_apart():
    text = refusal(plan(), inputs(hour=None))
    assert "input size does not match signature: 2!=3" in text
    assert text.endswith("Sent extra: {}. Missing but required: {hour}.")
    text = refusal(plan(), inputs(tolls=[1.0]))
    assert "Sent extra: {tolls}. Missing but required: {}." in text
    text = refusal(plan(), inputs(hour=None, tolls=[1.0]))
    assert "alias not found in signature: tolls" in text
    assert "{hour,miles,payment}" in text


def test_looking_for_a_name_does_not_add_it_to_the_request():
    protos = inputs(hour=None, tolls=[1.0])
    refusal(plan(), protos)
    assert set(protos) == {"miles", "payment", "tolls"}


def test_another_type_is_not_converted():
    protos = inputs()
    protos["miles"].dtype = wire.DT_DOUBLE
    assert "'miles' to be float but double is provided" in refusal(plan(), protos)


def test_rank_and_fixed_sizes_are_the_signatures():
    pairs = plan("pairs")
    request = wire.PredictRequest()
    tensor = request.inputs["x"]
    tensor.dtype = wire.DT_FLOAT
    tensor.float_val.extend([1, 2, 3, 4, 5, 6])
    for shape, found in (([6], "[6]"), ([2, 3], "[2, 3]"), ([], "[]"), ([3, 2, 1], "[3, 2, 1]")):
        del tensor.tensor_shape.dim[:]
        for size in shape:
            tensor.tensor_shape.dim.add(size=size)
        text = refusal(pairs, request.inputs)
        assert text == f"Expects input 'x' to have shape [?,2] but got {found}"
    del tensor.tensor_shape.dim[:]
    tensor.tensor_shape.dim.add(size=3)
    tensor.tensor_shape.dim.add(size=2)
    assert pairs.arrays(request.inputs)["x"].tolist() == [[1, 2], [3, 4], [5, 6]]


def test_columns_that_are_run_together_with_others_have_one_number_of_rows():
    uneven = inputs(hour=[1])
    text = refusal(plan(), uneven)
    assert "equal 0th-dimension size" in text
    assert "hour 1" in text
    assert plan(batched=False).arrays(uneven)["hour"].tolist() == [1]


def test_claims_are_counted_over_all_inputs():
    both = Plan(
        "two",
        signature({"a": (wire.DT_FLOAT, (-1,)), "b": (wire.DT_FLOAT, (-1,))}, {}),
        limit_bytes=1000,
        batched=True,
    )
    request = wire.PredictRequest()
    for alias in "ab":
        request.inputs[alias].dtype = wire.DT_FLOAT
        request.inputs[alias].tensor_shape.dim.add(size=200)
    assert "tensor parsing error: b: its shape [200] claims 200 values" in refusal(
        both, request.inputs
    )


def test_a_type_that_is_not_served_is_said_to_be():
    odd = signature({"x": (wire.DT_RESOURCE, ())}, {})
    request = wire.PredictRequest()
    request.inputs["x"].dtype = wire.DT_RESOURCE
    with pytest.raises(ServingError, match="data type 20, which is not served") as refused:
        Plan("odd", odd, limit_bytes=1000, batched=True).arrays(request.inputs)
    assert refused.value.code is grpc.StatusCode.UNIMPLEMENTED


def test_outputs_are_those_that_exist_each_once():
    assert plan().wanted([]) == []
    assert plan().wanted(["payment"]) == ["payment"]
    with pytest.raises(ServingError, match=r"alias not found .*: fare .*{payment,probability}"):
        plan().wanted(["fare"])
    with pytest.raises(ServingError, match="duplicate output tensor alias: payment"):
        plan().wanted(["payment", "payment"])


def test_plans_are_made_once_a_version_and_go_with_it():
    plans = Plans(limit_bytes=1000, batched=True)
    version = Version("taxi", 1)
    assert plans.of(version, "") is plans.of(version, "serving_default")
    assert plans.of(version, "serve_row") is None
    assert len(plans._known) == 1
    del version
    assert len(plans._known) == 0


def test_a_version_that_was_loaded_anew_is_read_by_its_new_signatures():
    plans = Plans(limit_bytes=1000, batched=True)
    version = Version("taxi", 1)
    assert plans.of(version, "pairs") is not None
    version.signatures = {"serving_default": SIGNATURES["pairs"]}
    assert plans.of(version, "pairs") is None
    assert plans.of(version, "").signature is SIGNATURES["pairs"]
