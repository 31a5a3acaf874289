"""A model server for tests of the registry: real gRPC, and TF Serving's rules on `models.config`.

It reads the file again and again, as TF Serving does when it is told to, and refuses an edition
that labels a version that is not available. What it would have loaded is there at once, unless a
test scripts it otherwise.
"""

import threading
import time
from concurrent import futures

import grpc

from registry.models_config import read_entry
from tfxp_client import wire

LOADING, AVAILABLE, END = 20, 30, 50


class StandIn:
    """Serves the versions of one model of a base directory.

    Attributes:
        broken: Versions that do not load, and the error that is told of them.
        slow: Versions that stay LOADING.
        mute: Versions that answer requests with an error.
        answer: The number that every row is answered with.
        surplus: Numbers too many in an answer.
        is_deaf: Whether labels are not followed.
        refused: Editions of the file that were refused, as their labels.
        log: Every state that the server was in: versions, labels.
    """

    def __init__(self, base, model):
        self.base, self.model = base, model
        self.broken, self.slow, self.mute = {}, set(), set()
        self.answer = 0.5
        self.surplus = 0
        self.is_deaf = False
        self.refused, self.log = [], []
        self._states, self._labels = {}, {}
        self._stop = threading.Event()
        self._server = grpc.server(futures.ThreadPoolExecutor(4))
        self._server.add_generic_rpc_handlers([_Handlers(self)])
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._poller = threading.Thread(target=self._poll)

    def __enter__(self):
        self._server.start()
        self._poller.start()
        return self

    def __exit__(self, *_):
        self.stop_following()
        self._server.stop(None).wait()

    def stop_following(self):
        """Looks at the file no more."""
        self._stop.set()
        self._poller.join()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def wait_until(self, holds):
        """Fails when the condition does not come true."""
        end = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < end, "it did not come true"
            time.sleep(0.01)

    @property
    def known(self):
        """Version to state, of all that it ever looked for."""
        return dict(self._states)

    @property
    def loaded(self):
        return sorted(version for version, state in self._states.items() if state == AVAILABLE)

    def _poll(self):
        while not self._stop.wait(0.01):
            entry = read_entry(self.base, self.model)
            available = set(self.loaded)
            # At its start TF Serving may be told to take labels of what is still to be loaded.
            if self.log and not set(entry.labels.values()) <= available and not self.is_deaf:
                if entry.labels not in self.refused:
                    self.refused.append(entry.labels)
                continue
            if not self.is_deaf:
                self._labels = dict(entry.labels)
            gone = {version: END for version in available - set(entry.versions)}
            self._states |= gone | {version: self._state(version) for version in entry.versions}
            if not self.log or self.log[-1] != (self.loaded, self._labels):
                self.log.append((self.loaded, dict(self._labels)))

    def _state(self, version):
        if version in self.broken:
            return END
        return LOADING if version in self.slow else AVAILABLE

    def status(self, request, context):
        if not self._states:
            context.abort(grpc.StatusCode.NOT_FOUND, "Could not find any versions of model")
        response = wire.GetModelStatusResponse()
        for version, state in self._states.items():
            told = response.model_version_status.add(version=version, state=state)
            if state == END and version in self.broken:
                told.status.error_code, told.status.error_message = 3, self.broken[version]
        return response

    def metadata(self, request, context):
        label = request.model_spec.version_label
        if label not in self._labels:
            context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, f"Unrecognized servable version label: {label}"
            )
        response = wire.GetModelMetadataResponse()
        response.model_spec.version.value = self._labels[label]
        return response

    def predict(self, request, context):
        version = request.model_spec.version.value
        if version not in self.loaded:
            context.abort(grpc.StatusCode.NOT_FOUND, f"no version {version}")
        if version in self.mute:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Could not parse example input")
        (given,) = request.inputs.values()
        rows = given.tensor_shape.dim[0].size
        response = wire.PredictResponse()
        response.model_spec.version.value = version
        output = response.outputs["probability"]
        output.dtype = wire.DT_FLOAT
        output.tensor_shape.dim.add(size=rows)
        output.float_val.extend([self.answer] * (rows + self.surplus))
        return response


class _Handlers(grpc.GenericRpcHandler):
    def __init__(self, server):
        self._methods = {
            "/tensorflow.serving.ModelService/GetModelStatus": (
                server.status,
                wire.GetModelStatusRequest,
            ),
            "/tensorflow.serving.PredictionService/GetModelMetadata": (
                server.metadata,
                wire.GetModelMetadataRequest,
            ),
            "/tensorflow.serving.PredictionService/Predict": (server.predict, wire.PredictRequest),
        }

    def service(self, handler_call_details):
        if handler_call_details.method not in self._methods:
            return None
        method, request = self._methods[handler_call_details.method]
        return grpc.unary_unary_rpc_method_handler(
            method,
            request_deserializer=request.FromString,
            response_serializer=lambda response: response.SerializeToString(),
        )
