"""A small real gRPC server that answers as TF Serving does, and fails when it is told to."""

import threading
import time
from collections import defaultdict, deque
from concurrent import futures
from contextlib import contextmanager

import grpc

from tfxp_client import wire

SIGNATURES = {
    "serve_rows": (
        {"size": wire.DT_FLOAT, "the_u20_colour": wire.DT_STRING, "age": wire.DT_INT64},
        {"probability": wire.DT_FLOAT},
    ),
    "serving_default": ({"examples": wire.DT_STRING}, {"probability": wire.DT_FLOAT}),
}


class Server:
    """Versions of a model `things`, each with its signatures and an answer.

    Attributes:
        versions: Number to state.
        labels: Name to version.
        signatures: Version to signatures; SIGNATURES where there is none.
        failures: Path's last part to errors that come before answers: (code, details).
        delays: The same, to the seconds that each answer takes.
        requests: All that came, in order: (path's last part, message, gRPC context).
        answers: Function from a PredictRequest and a version to outputs.
        reload_status: In the answer to another configuration, beside gRPC's own.
    """

    def __init__(self):
        self.versions = {1: "AVAILABLE"}
        self.labels = {}
        self.signatures = {}
        self.failures = defaultdict(deque)
        self.delays = {}
        self.requests = []
        self.answers = sizes
        self.reload_status = wire.StatusProto()
        self.gone = threading.Event()

    def fail(self, method, code, details="", times=1):
        self.failures[method].extend([(getattr(grpc.StatusCode, code), details)] * times)

    def asked(self, method="Predict"):
        return [request for name, request, _ in self.requests if name == method]

    def predict(self, request, context):
        version = self._version(request.model_spec, context)
        response = wire.PredictResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = version
        response.model_spec.signature_name = request.model_spec.signature_name
        for name, tensor in self.answers(request, version).items():
            response.outputs[name].CopyFrom(tensor)
        return response

    def get_model_metadata(self, request, context):
        version = self._version(request.model_spec, context)
        packed = wire.SignatureDefMap()
        for name, parts in self.signatures.get(version, SIGNATURES).items():
            signature = packed.signature_def[name]
            for infos, tensors in zip((signature.inputs, signature.outputs), parts, strict=True):
                for key, dtype in tensors.items():
                    infos[key].dtype = dtype
                    infos[key].tensor_shape.dim.add(size=-1)
                    if infos is signature.outputs:
                        infos[key].tensor_shape.dim.add(size=1)
        response = wire.GetModelMetadataResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = version
        response.metadata["signature_def"].value = packed.SerializeToString()
        response.metadata[
            "signature_def"
        ].type_url = "type.googleapis.com/tensorflow.serving.SignatureDefMap"
        return response

    def get_model_status(self, request, context):
        if request.model_spec.name != "things":
            context.abort(grpc.StatusCode.NOT_FOUND, "Could not find any versions of model")
        response = wire.GetModelStatusResponse()
        for version, state in self.versions.items():
            response.model_version_status.add(
                version=version, state=wire.ModelVersionStatus.State.Value(state)
            )
        return response

    def handle_reload_config_request(self, request, context):
        (config,) = request.config.model_config_list.config
        for label, version in config.version_labels.items():
            if self.versions.get(version) != "AVAILABLE":
                context.abort(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    f"Request to assign label to version {version} of model things, "
                    "which is not currently available for inference",
                )
            self.labels[label] = version
        return wire.ReloadConfigResponse(status=self.reload_status)

    def _version(self, spec, context):
        available = [number for number, state in self.versions.items() if state == "AVAILABLE"]
        if spec.HasField("version_label"):
            if spec.version_label not in self.labels:
                context.abort(
                    grpc.StatusCode.INVALID_ARGUMENT,
                    f"Unrecognized servable version label: {spec.version_label}",
                )
            return self.labels[spec.version_label]
        wanted = spec.version.value if spec.HasField("version") else max(available, default=0)
        if spec.name != "things" or wanted not in available:
            context.abort(
                grpc.StatusCode.NOT_FOUND, f"Servable not found for request: {spec.name} {wanted}"
            )
        return wanted

    def _handle(self, method, answer):
        def handler(request, context):
            self.requests.append((method, request, context))
            if self.failures[method]:
                context.abort(*self.failures[method].popleft())
            end = time.monotonic() + self.delays.get(method, 0)
            while context.is_active() and time.monotonic() < end and not self.gone.is_set():
                time.sleep(0.005)
            return answer(request, context)

        return handler

    def _handlers(self):
        services = {
            "PredictionService": {
                "Predict": (self.predict, wire.PredictRequest),
                "GetModelMetadata": (self.get_model_metadata, wire.GetModelMetadataRequest),
            },
            "ModelService": {
                "GetModelStatus": (self.get_model_status, wire.GetModelStatusRequest),
                "HandleReloadConfigRequest": (
                    self.handle_reload_config_request,
                    wire.ReloadConfigRequest,
                ),
            },
        }
        return [
            grpc.method_handlers_generic_handler(
                f"tensorflow.serving.{service}",
                {
                    method: grpc.unary_unary_rpc_method_handler(
                        self._handle(method, answer),
                        request_deserializer=message.FromString,
                        response_serializer=lambda response: response.SerializeToString(),
                    )
                    for method, (answer, message) in methods.items()
                },
            )
            for service, methods in services.items()
        ]


def sizes(request, version):
    """A tenth of each size, and the version on top; of examples, their count."""
    if "size" in request.inputs:
        values = [0.1 * value + version for value in floats(request.inputs["size"])]
    else:
        values = [float(version)] * len(request.inputs["examples"].string_val)
    return {"probability": column(values)}


def floats(tensor):
    """The values of a float tensor, from either of its fields."""
    if tensor.tensor_content:
        return list(memoryview(tensor.tensor_content).cast("f"))
    return list(tensor.float_val)


def column(values):
    """[n, 1] float32."""
    tensor = wire.TensorProto(dtype=wire.DT_FLOAT, float_val=values)
    for size in (len(values), 1):
        tensor.tensor_shape.dim.add(size=size)
    return tensor


@contextmanager
def serving(server=None, credentials=None, port=0):
    """Runs it; yields the server with its `address`."""
    server = server or Server()
    running = grpc.server(
        futures.ThreadPoolExecutor(16),
        handlers=server._handlers(),
        options=[
            ("grpc.max_receive_message_length", 64 * 2**20),
            ("grpc.so_reuseport", 0),
        ],
    )
    place = f"127.0.0.1:{port}"
    bound = (
        running.add_secure_port(place, credentials)
        if credentials
        else running.add_insecure_port(place)
    )
    server.address = f"localhost:{bound}"
    running.start()
    try:
        yield server
    finally:
        server.gone.set()
        running.stop(None).wait()
