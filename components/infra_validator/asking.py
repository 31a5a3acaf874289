"""Asks a model server over gRPC and over REST, as TensorFlow Serving defines both."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import grpc
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from components.infra_validator.answers import Answers
from components.infra_validator.questions import Question

HOST = "127.0.0.1"
_CHANNEL_OPTIONS = (
    # The server is on this machine, whatever the environment says of proxies.
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
)
# A server that is about to listen refuses connections; the default waits ever longer.
_RECONNECT = (("grpc.min_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 200))


class Unanswered(Exception):
    """The server answered with an error; the text is its own."""


class OutOfTime(Exception):
    """There was no answer in time."""


class Transport(Protocol):
    """One of the server's two faces."""

    name: str

    def ask(self, question: Question, timeout_s: float) -> Answers:
        """Answers.

        Raises:
            Unanswered: the server says why not.
            OutOfTime: the time was up first.
        """
        ...


class Grpc:
    """PredictionService and ModelService."""

    name = "gRPC"

    def __init__(self, channel: grpc.Channel, model: str) -> None:
        self._model = model
        self._predictions = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        self._models = model_service_pb2_grpc.ModelServiceStub(channel)

    def is_available(self, timeout_s: float) -> bool:
        """Whether a version of the model is loaded.

        Raises:
            Unanswered: it will not be loaded; the text says why.
        """
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = self._model
        try:
            answer = self._models.GetModelStatus(request, timeout=timeout_s)
        except grpc.RpcError as error:
            if error.code() in (
                grpc.StatusCode.UNAVAILABLE,
                grpc.StatusCode.NOT_FOUND,
                grpc.StatusCode.DEADLINE_EXCEEDED,
            ):
                return False
            raise Unanswered(error.details()) from error
        states = get_model_status_pb2.ModelVersionStatus
        for version in answer.model_version_status:
            if version.state == states.AVAILABLE:
                return True
            if version.status.error_code:
                raise Unanswered(version.status.error_message)
        return False

    def ask(self, question: Question, timeout_s: float) -> Answers:
        """Predict."""
        request = predict_pb2.PredictRequest()
        request.model_spec.name = self._model
        request.model_spec.signature_name = question.signature
        for name, tensor in question.inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(tensor))
        try:
            answer = self._predictions.Predict(request, timeout=timeout_s)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
                raise OutOfTime from error
            msg = f"{error.code().name}: {error.details()}"
            raise Unanswered(msg) from error
        return {name: tf.make_ndarray(proto) for name, proto in answer.outputs.items()}


@contextmanager
def over_grpc(port: int, model: str) -> Iterator[Grpc]:
    """The gRPC face behind a port of this machine."""
    options = (*_CHANNEL_OPTIONS, *_RECONNECT)
    with grpc.insecure_channel(f"{HOST}:{port}", options=options) as channel:
        yield Grpc(channel, model)


class Rest:
    """`/v1/models/…:predict`, in the row format."""

    name = "REST"

    def __init__(self, port: int, model: str) -> None:
        self._url = f"http://{HOST}:{port}/v1/models/{model}:predict"
        # Without the proxies that the environment names.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, question: Question, timeout_s: float) -> Answers:
        """POST of one object a row, or of the value alone where there is one input."""
        body = {"signature_name": question.signature, "instances": _instances(question)}
        request = urllib.request.Request(
            self._url, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        try:
            with self._opener.open(request, timeout=timeout_s) as answer:
                return _outputs(json.load(answer)["predictions"])
        except urllib.error.HTTPError as error:
            msg = f"{error.code}: {error.read().decode(errors='replace')}"
            raise Unanswered(msg) from error
        except TimeoutError as error:
            raise OutOfTime from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise OutOfTime from error
            raise Unanswered(str(error.reason)) from error


def _instances(question: Question) -> list[Any]:
    columns = {name: tensor.numpy().tolist() for name, tensor in question.inputs.items()}
    if len(columns) == 1:
        (values,) = columns.values()
        return [_encoded(value) if isinstance(value, bytes) else value for value in values]
    rows = zip(*columns.values(), strict=True)
    return [dict(zip(columns, map(_json, row), strict=True)) for row in rows]


def _json(value: bytes | float) -> Any:
    """Texts as they are, where they are texts."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return _encoded(value)


def _encoded(value: bytes) -> dict[str, str]:
    return {"b64": base64.b64encode(value).decode()}


def _outputs(predictions: list[Any]) -> Answers:
    """By name; the empty name where the model has one output, which REST does not name."""
    if predictions and isinstance(predictions[0], dict) and "b64" not in predictions[0]:
        return {name: _array([row[name] for row in predictions]) for name in predictions[0]}
    return {"": _array(predictions)}


def _array(values: list[Any]) -> npt.NDArray[np.generic]:
    array = np.asarray(values)
    if array.dtype.kind in "fiub":
        return array
    flat = [_bytes(value) for value in np.asarray(values, object).reshape(-1)]
    return np.asarray(flat, object).reshape(np.shape(np.asarray(values, object)))


def _bytes(value: Any) -> bytes:
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else str(value).encode()
