"""Calls of the gRPC services with our own messages."""

import grpc
import pytest

from tfxp_client import wire

PREDICTION = "tensorflow.serving.PredictionService"
MODEL = "tensorflow.serving.ModelService"
HEALTH = "grpc.health.v1.Health"


def call(channel, method, request, answer, service=PREDICTION, timeout=10):
    send = channel.unary_unary(
        f"/{service}/{method}",
        request_serializer=lambda sent: (
            sent if isinstance(sent, bytes) else sent.SerializeToString()
        ),
        response_deserializer=answer.FromString,
    )
    return send(request, timeout=timeout)


def predict(channel, request, timeout=10):
    return call(channel, "Predict", request, wire.PredictResponse, timeout=timeout)


def refused(channel, method, request, service=PREDICTION):
    """Status and text of a call that is refused."""
    with pytest.raises(grpc.RpcError) as error:
        call(channel, method, request, wire.PredictResponse, service)
    return error.value.code(), error.value.details()


def asking(signature="", model="taxi", version=None, label=None, request=None):
    """A request with its model_spec filled in."""
    request = wire.PredictRequest() if request is None else request
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    if version is not None:
        request.model_spec.version.value = version
    if label is not None:
        request.model_spec.version_label = label
    return request


def with_floats(request, *values, alias="x"):
    tensor = request.inputs[alias]
    tensor.dtype = wire.DT_FLOAT
    tensor.tensor_shape.dim.add(size=len(values))
    tensor.float_val.extend(values)
    return request


def with_examples(request, *features):
    """Adds one tf.Example with one text feature for each name."""
    for name in features:
        example = request.input.example_list.examples.add()
        example.features.feature[name].bytes_list.value.append(b"v")
    return request
