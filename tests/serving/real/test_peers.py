"""Clients that others made for TF Serving, unchanged, against the real server."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import grpc
import pytest

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
LOCK = HERE / "peers" / "requirements.lock"


@pytest.fixture(scope="session")
def packages():
    """A folder with the clients and all that they need, made once for each lock."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = HERE.parents[2] / "var" / f"peers-{digest}"
    if not folder.exists():
        partial = folder.with_name(f".{folder.name}-{os.getpid()}")
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            + ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
            + ["--target", partial, "--requirement", LOCK],
            check=True,
        )
        partial.rename(folder)
    return folder


def said(packages, script, port):
    """What a client's script prints; it sees no package but those of the folder."""
    found = subprocess.run(
        [sys.executable, "-S", HERE / "peers" / script, str(port), "texts"],
        env={**os.environ, "PYTHONPATH": str(packages)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_min_tfs_client_over_grpc(served, packages):
    found = said(packages, "ask_min_tfs_client.py", served.grpc_port)
    assert found["preds"] == [["short", "SHORT"], ["rather long", "RATHER LONG"]]
    assert found["logprobs"] == [[-5.0, -0.5], [-11.0, -0.5]]
    assert found["version"] == 1
    assert found["same"] is True
    assert found["refused"] == "INVALID_ARGUMENT"


def test_tf_serving_over_rest(served, packages):
    found = said(packages, "ask_tf_serving.py", served.rest_port)
    assert found["answer"] == [
        [["short", "SHORT"], [-5.0, -0.5]],
        [["rather long", "RATHER LONG"], [-11.0, -0.5]],
    ]
    assert "1.5 Type: Number is not of expected type: string" in found["refused"]


@pytest.fixture(scope="module")
def channel(served):
    with grpc.insecure_channel(f"127.0.0.1:{served.grpc_port}") as opened:
        yield opened


def test_the_stubs_of_tensorflow_serving_api_predict(channel):
    import tensorflow as tf
    from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

    request = predict_pb2.PredictRequest()
    request.model_spec.name = "toy"
    request.inputs["x"].CopyFrom(tf.make_tensor_proto([1.0, 2.5]))
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    answer = stub.Predict(request, timeout=30)
    assert tf.make_ndarray(answer.outputs["y"]).tolist() == [3.0, 7.5]
    assert answer.outputs["y"].float_val[:] == [3.0, 7.5]
    spec = answer.model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == ("toy", 1, "serving_default")


def test_the_stubs_of_tensorflow_serving_api_classify_and_regress(channel):
    from tensorflow_serving.apis import (
        classification_pb2,
        prediction_service_pb2_grpc,
        regression_pb2,
    )

    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name, request.model_spec.signature_name = "texts", "classify"
    example = request.input.example_list.examples.add()
    example.features.feature["x"].float_list.value.append(0.25)
    (row,) = stub.Classify(request, timeout=30).result.classifications
    assert [(found.label, found.score) for found in row.classes] == [("no", 0.75), ("yes", 0.25)]

    request = regression_pb2.RegressionRequest()
    request.model_spec.name, request.model_spec.signature_name = "texts", "regress"
    request.input.example_list.examples.add().CopyFrom(example)
    assert stub.Regress(request, timeout=30).result.regressions[0].value == 0.5

    request.model_spec.name, request.model_spec.signature_name = "toy", ""
    with pytest.raises(grpc.RpcError) as refused:
        stub.Regress(request, timeout=30)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_the_stubs_of_tensorflow_serving_api_look(channel):
    from tensorflow_serving.apis import (
        get_model_metadata_pb2,
        get_model_status_pb2,
        model_service_pb2_grpc,
        prediction_service_pb2_grpc,
    )

    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = "texts"
    answer = stub.GetModelMetadata(request, timeout=30)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert answer.metadata["signature_def"].Unpack(signatures)
    default = signatures.signature_def["serving_default"]
    assert set(default.outputs) == {"preds", "logprobs"}
    assert default.method_name == "tensorflow/serving/predict"

    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "toy"
    models = model_service_pb2_grpc.ModelServiceStub(channel)
    (version,) = models.GetModelStatus(request, timeout=30).model_version_status
    assert version.version == 1
    assert version.state == get_model_status_pb2.ModelVersionStatus.AVAILABLE
