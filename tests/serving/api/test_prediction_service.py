import threading

import grpc
import pytest

from tests.serving.api.calling import (
    MODEL,
    PREDICTION,
    asking,
    call,
    predict,
    refused,
    with_examples,
    with_floats,
)
from tests.serving.in_memory import CLASSIFY, REGRESS, Running
from tests.serving.rest.asking import get, post
from tfxp_client import wire

INVALID = grpc.StatusCode.INVALID_ARGUMENT


def row_request(**spec):
    request = with_floats(asking("serve_rows", **spec), 10.0, 20.0, alias="miles")
    for alias, dtype, field, values in (
        ("payment", wire.DT_STRING, "string_val", [b"Cash", b"\xff"]),
        ("hour", wire.DT_INT64, "int64_val", [1, 2]),
    ):
        tensor = request.inputs[alias]
        tensor.dtype = dtype
        tensor.tensor_shape.dim.add(size=2)
        getattr(tensor, field).extend(values)
    return request


def test_predict_answers_in_typed_fields_and_says_which_version_did(channel):
    response = predict(channel, row_request())
    assert list(response.outputs["probability"].float_val) == [2.0, 4.0]
    assert list(response.outputs["payment"].string_val) == [b"Cash", b"\xff"]
    assert response.outputs["probability"].tensor_shape.dim[0].size == 2
    spec = response.model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == ("taxi", 5, "serve_rows")


def test_a_request_without_a_signature_goes_to_serving_default(channel):
    request = asking()
    tensor = request.inputs["examples"]
    tensor.dtype = wire.DT_STRING
    tensor.tensor_shape.dim.add(size=1)
    tensor.string_val.append(b"four")
    response = predict(channel, request)
    assert list(response.outputs["length"].int64_val) == [4]
    assert response.model_spec.signature_name == "serving_default"


def test_version_and_label_choose_the_version(channel):
    assert predict(channel, row_request(version=3)).model_spec.version.value == 3
    assert predict(channel, row_request(label="stable")).model_spec.version.value == 3


def test_only_the_outputs_that_were_asked_for_come_back(channel):
    request = row_request()
    request.output_filter.append("probability")
    assert set(predict(channel, request).outputs) == {"probability"}


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        (wire.PredictRequest(), INVALID, "Missing ModelSpec"),
        (asking(model=""), INVALID, "ModelSpec has no name specified."),
        (asking(model="taxy"), grpc.StatusCode.NOT_FOUND, "Servable not found"),
        (asking(version=4), grpc.StatusCode.NOT_FOUND, "Servable not found"),
        (asking(label="stabel"), INVALID, "Unrecognized servable version label: stabel"),
        (asking("serve_row"), grpc.StatusCode.FAILED_PRECONDITION, '"serve_row" not found'),
        (asking("pairs"), INVALID, "Missing but required: {x}"),
        (with_floats(asking("pairs"), 1.0), INVALID, "to have shape [?,2]"),
        (with_floats(asking("full"), 1.0), grpc.StatusCode.RESOURCE_EXHAUSTED, "queue is full"),
        (
            with_floats(asking("wide"), 1.0),
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "the answer has 4000",
        ),
        (b"\xff\xff\xff", grpc.StatusCode.INTERNAL, "no PredictRequest"),
        # A name that is no UTF-8: field 1 of the model_spec.
        (b"\x0a\x03\x0a\x01\xff", grpc.StatusCode.INTERNAL, "no PredictRequest"),
    ],
)
def test_mistakes_get_tf_servings_status_and_a_reason(channel, request_, code, text):
    found, details = refused(channel, "Predict", request_)
    assert found is code
    assert text in details


def test_strange_names_make_no_metrics(running, channel):
    refused(channel, "Predict", asking(model="nobody"))
    page = running.metrics.page().decode()
    assert "nobody" not in page
    assert ':tensorflow:serving:request_count{model_name="",status="NOT_FOUND"}' in page


def test_a_defect_behind_says_nothing_of_itself(channel, caplog):
    code, details = refused(channel, "Predict", with_floats(asking("failing"), 1.0))
    assert code is grpc.StatusCode.INTERNAL
    assert "secret" not in details
    assert "Traceback" not in details
    assert "a secret of the model's process" in caplog.text


def test_a_long_reason_is_cut_as_the_trailers_need(channel):
    request = asking("serve_rows")
    for number in range(200):
        with_floats(request, 1.0, alias=f"a_column_that_nobody_knows_{number}")
    code, details = refused(channel, "Predict", request)
    assert code is INVALID
    assert len(details) < 1100
    assert details.endswith("...TRUNCATED")


def test_a_message_beyond_the_limit_is_resource_exhausted(channel):
    request = with_floats(asking("echo_float"), *[0.5] * 300_000)
    code, _ = refused(channel, "Predict", request)
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_the_callers_deadline_reaches_the_model(running, channel):
    seen = running.models.versions[5].timeouts
    predict(channel, row_request(), timeout=7)
    assert 6 < seen[-1] < 7.5
    predict(channel, row_request(), timeout=None)
    assert seen[-1] is None


def test_classify_gives_labels_with_scores(channel):
    request = with_examples(asking("classes", request=wire.ClassificationRequest()), "a", "b")
    response = call(channel, "Classify", request, wire.ClassificationResponse)
    rows = [
        [(found.label, found.score) for found in row.classes]
        for row in response.result.classifications
    ]
    assert rows == [[("no", 0.25), ("yes", 0.75)]] * 2
    assert response.model_spec.signature_name == "classes"


def test_regress_gives_values_and_a_context_belongs_to_every_example(channel):
    request = asking("value", request=wire.RegressionRequest())
    example = wire.Example()
    example.features.feature["a"].int64_list.value.append(1)
    length = len(example.SerializeToString())
    both = request.input.example_list_with_context
    both.context.CopyFrom(example)
    both.examples.add().CopyFrom(example)
    both.examples.add()
    response = call(channel, "Regress", request, wire.RegressionResponse)
    assert [found.value for found in response.result.regressions] == [2 * length, length]


@pytest.mark.parametrize(
    ("method", "signature", "text"),
    [
        ("Classify", "serving_default", "No classification inputs found in SignatureDef"),
        ("Classify", "serve_rows", "Expected one input Tensor."),
        ("Classify", "value", 'at least one of "classes" or "scores"'),
        ("Classify", "none", "No signature was found with the name: none"),
        ("Regress", "serving_default", "No regression inputs found in SignatureDef"),
        ("Regress", "classes", "Expected one output Tensor."),
        ("Regress", "serve_rows", "Expected one input Tensor."),
    ],
)
def test_a_signature_that_does_not_classify_or_regress_says_so(channel, method, signature, text):
    kind = {"Classify": wire.ClassificationRequest, "Regress": wire.RegressionRequest}[method]
    request = with_examples(asking(signature, request=kind()), "a")
    code, details = refused(channel, method, request)
    assert code is INVALID
    assert text in details


def test_no_examples_are_a_mistake(channel):
    request = asking("value", request=wire.RegressionRequest())
    assert refused(channel, "Regress", request) == (INVALID, "Input is empty.")
    request.input.example_list.SetInParent()
    assert refused(channel, "Regress", request) == (INVALID, "Input is empty.")


def inference(*tasks):
    request = with_examples(wire.MultiInferenceRequest(), "a")
    for signature, method in tasks:
        asking(signature, request=request.tasks.add(method_name=method))
    return request


def test_several_signatures_answer_on_the_same_examples(channel):
    request = inference(("classes", CLASSIFY), ("value", REGRESS))
    response = call(channel, "MultiInference", request, wire.MultiInferenceResponse)
    first, second = response.results
    assert first.classification_result.classifications[0].classes[1].label == "yes"
    assert second.regression_result.regressions[0].value > 0
    assert (second.model_spec.signature_name, second.model_spec.version.value) == ("value", 5)


def test_tasks_that_do_not_belong_together_are_refused(channel):
    twice = inference(("classes", CLASSIFY), ("classes", CLASSIFY))
    assert (
        "Duplicate evaluation of signature: classes" in refused(channel, "MultiInference", twice)[1]
    )
    other = inference(("classes", CLASSIFY), ("value", REGRESS))
    other.tasks[1].model_spec.name = "fares"
    assert "same model name" in refused(channel, "MultiInference", other)[1]
    predict_task = inference(("classes", "tensorflow/serving/predict"))
    code, text = refused(channel, "MultiInference", predict_task)
    assert (code, text) == (
        grpc.StatusCode.UNIMPLEMENTED,
        "Unsupported signature method_name: tensorflow/serving/predict",
    )
    assert refused(channel, "MultiInference", wire.MultiInferenceRequest())[0] is INVALID


def test_metadata_are_the_signatures(channel):
    request = asking(request=wire.GetModelMetadataRequest(metadata_field=["signature_def"]))
    response = call(channel, "GetModelMetadata", request, wire.GetModelMetadataResponse)
    packed = response.metadata["signature_def"]
    assert packed.type_url == "type.googleapis.com/tensorflow.serving.SignatureDefMap"
    found = wire.SignatureDefMap.FromString(packed.value).signature_def
    info = found["pairs"].inputs["x"]
    assert [dim.size for dim in info.tensor_shape.dim] == [-1, 2]
    assert (info.name, info.dtype) == ("x:0", wire.DT_FLOAT)
    assert found["classes"].method_name == CLASSIFY
    assert found["echo_float"].inputs["x"].tensor_shape.unknown_rank
    assert (response.model_spec.name, response.model_spec.version.value) == ("taxi", 5)


def test_metadata_of_an_unknown_kind_are_refused(channel):
    request = asking(request=wire.GetModelMetadataRequest(metadata_field=["graph"]))
    assert refused(channel, "GetModelMetadata", request) == (
        INVALID,
        "Metadata field graph is not supported",
    )
    request = asking(request=wire.GetModelMetadataRequest())
    assert "at least one metadata_field" in refused(channel, "GetModelMetadata", request)[1]


def test_a_method_that_does_not_exist_is_unimplemented(channel):
    assert refused(channel, "Guess", b"")[0] is grpc.StatusCode.UNIMPLEMENTED


def test_answered_requests_are_shown_to_the_log_and_refused_ones_are_not(running, channel):
    del running.log.offered[:]
    predict(channel, row_request())
    refused(channel, "Predict", asking("pairs"))
    request = with_examples(asking("classes", request=wire.ClassificationRequest()), "a")
    call(channel, "Classify", request, wire.ClassificationResponse)
    (request, response, request_id), (classified, _, _) = running.log.offered
    assert list(request.inputs["miles"].float_val) == [10.0, 20.0]
    assert list(response.outputs["probability"].float_val) == [2.0, 4.0]
    assert response.model_spec.version.value == 5
    assert not request_id
    assert classified.input.example_list.examples


def test_the_callers_name_of_a_request_reaches_the_log(running, channel):
    del running.log.offered[:]
    send = channel.unary_unary(f"/{PREDICTION}/Predict")
    for name in ("mine", "not this one"):
        send(row_request().SerializeToString(), metadata=[("x-request-id", name)], timeout=10)
    assert [request_id for _, _, request_id in running.log.offered] == ["mine"]


def test_requests_beyond_the_limit_are_refused_at_once_and_a_place_comes_back():
    server = Running(max_requests_at_once=2)
    version = server.models.versions[5]
    try:
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
            waiting = with_floats(asking("waiting"), 1.0)
            answers = []
            threads = [
                threading.Thread(target=lambda: answers.append(predict(channel, waiting)))
                for _ in range(2)
            ]
            for thread in threads:
                thread.start()
            _until(lambda: version.waiting == 2)
            code, text = refused(channel, "Predict", with_floats(asking("echo_float"), 1.0))
            assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert "2 requests at once" in text
            assert post(server, "/v1/models/taxi:predict", {"instances": ["a"]})[0] == 429
            # Whoever looks after the server is let in all the same.
            assert get(server, "/v1/models/taxi")[0] == 200
            status = asking(request=wire.GetModelStatusRequest())
            call(channel, "GetModelStatus", status, wire.GetModelStatusResponse, MODEL)
            server.soon(version.released.set)
            for thread in threads:
                thread.join(10)
            assert len(answers) == 2
            predict(channel, with_floats(asking("echo_float"), 1.0))
    finally:
        server.stop()


def test_a_caller_who_hangs_up_gives_his_place_back(running, channel):
    version = running.models.versions[5]
    waiting = with_floats(asking("waiting"), 1.0)
    code = None
    try:
        predict(channel, waiting, timeout=0.2)
    except grpc.RpcError as error:
        code = error.code()
    assert code is grpc.StatusCode.DEADLINE_EXCEEDED
    _until(lambda: version.waiting == 0 and running.metrics.in_flight == 0)


def _until(reached):
    """Waits until something is so; the test's own time limit ends it."""
    pause = threading.Event()
    while not reached():
        pause.wait(0.01)
