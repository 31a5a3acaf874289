"""A server whose models are numpy functions, with real gRPC and HTTP; for the server's front."""

import asyncio
import threading
from dataclasses import dataclass, field

import grpc
import numpy as np
from aiohttp import web

from serving.api import add_services, channel_options
from serving.metrics import Metrics
from serving.options import ServerOptions
from serving.prediction.desk import Desk
from serving.prediction.dtypes import KINDS
from serving.rest import application
from serving.servable import ServingError, Signature, TensorSpec
from tfxp_client import State, VersionStatus, wire

PREDICT = "tensorflow/serving/predict"
CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"


def signature(inputs, outputs, method_name=PREDICT):
    """A signature from `{alias: (number of the data type, shape)}`."""

    def specs(infos):
        return {alias: TensorSpec(f"{alias}:0", *info) for alias, info in infos.items()}

    return Signature(specs(inputs), specs(outputs), method_name)


FREE = (-1,)
TEXTS = (wire.DT_STRING, FREE)
FLOATS = (wire.DT_FLOAT, FREE)
SIGNATURES = {
    "serving_default": signature({"examples": TEXTS}, {"length": (wire.DT_INT64, FREE)}),
    "serve_rows": signature(
        {"miles": FLOATS, "payment": TEXTS, "hour": (wire.DT_INT64, FREE)},
        {"probability": FLOATS, "payment": TEXTS},
    ),
    "pairs": signature({"x": (wire.DT_FLOAT, (-1, 2))}, {"sum": FLOATS}),
    "classes": signature(
        {"inputs": TEXTS},
        {"classes": (wire.DT_STRING, (-1, 2)), "scores": (wire.DT_FLOAT, (-1, 2))},
        CLASSIFY,
    ),
    "value": signature({"inputs": TEXTS}, {"outputs": (wire.DT_FLOAT, (-1, 1))}, REGRESS),
    "constant": signature({"x": FLOATS}, {"y": (wire.DT_FLOAT, ())}),
    "wide": signature({"x": FLOATS}, {"y": (wire.DT_FLOAT, (-1, 1_000_000))}),
    "raw": signature({"x_bytes": TEXTS}, {"y_bytes": TEXTS}),
    "waiting": signature({"x": FLOATS}, {"y": FLOATS}),
    "failing": signature({"x": FLOATS}, {"y": FLOATS}),
    "full": signature({"x": FLOATS}, {"y": FLOATS}),
    **{
        f"echo_{kind.name}": signature({"x": (number, None)}, {"y": (number, None)})
        for number, kind in KINDS.items()
    },
}


def texts(items):
    array = np.empty(len(items), np.object_)
    array[:] = items
    return array


def scores(count):
    return np.tile(np.array([[0.25, 0.75]], np.float32), (count, 1))


def answer(name, inputs):
    """What the model says: one numpy function a signature."""
    first = next(iter(inputs.values()))
    match name:
        case "serving_default":
            return {"length": np.array([len(item) for item in first], np.int64)}
        case "serve_rows":
            probability = inputs["miles"] / 10 + inputs["hour"]
            return {"probability": probability.astype(np.float32), "payment": inputs["payment"]}
        case "pairs":
            return {"sum": first.sum(axis=1)}
        case "classes":
            classes = np.array([[b"no", b"yes"]] * len(first), np.object_)
            return {"classes": classes, "scores": scores(len(first))}
        case "value":
            lengths = [[float(len(item))] for item in first]
            return {"outputs": np.array(lengths, np.float32)}
        case "constant":
            return {"y": np.array(1.5, np.float32)}
        case "wide":
            return {"y": np.zeros((len(first), 1_000_000), np.float32)}
        case "failing":
            msg = "a secret of the model's process"
            raise RuntimeError(msg)
        case "full":
            msg = "the queue is full"
            raise ServingError(grpc.StatusCode.RESOURCE_EXHAUSTED, msg)
    return {alias: first for alias in SIGNATURES[name].outputs}


class Version:
    """A loaded version; `released` lets its signature `waiting` answer."""

    def __init__(self, name, version):
        self.name, self.version, self.signatures = name, version, SIGNATURES
        self.timeouts = []
        self.waiting = 0
        self.released = asyncio.Event()

    async def run(self, signature, inputs, outputs, timeout_s):
        self.timeouts.append(timeout_s)
        if signature == "waiting":
            self.waiting += 1
            try:
                await self.released.wait()
            finally:
                self.waiting -= 1
        found = answer(signature, inputs)
        return {alias: found[alias] for alias in outputs} if outputs else found


class InMemory:
    """One model `taxi` with versions 3 and 5 (label `stable`: 3) and a 4 that did not load."""

    def __init__(self):
        self.versions = {number: Version("taxi", number) for number in (5, 3)}
        self.labels = {"stable": 3}
        self.reloaded = []

    def find(self, name, version=None, label=None):
        if label is not None and label not in self.labels:
            msg = f"Unrecognized servable version label: {label}"
            raise ServingError(grpc.StatusCode.INVALID_ARGUMENT, msg)
        wanted = self.labels[label] if label else version
        number = 5 if wanted is None else wanted
        if name != "taxi" or number not in self.versions:
            msg = f"Servable not found for request: {name} {wanted}"
            raise ServingError(grpc.StatusCode.NOT_FOUND, msg)
        return self.versions[number]

    def status(self, name, version=None, label=None):
        broken = VersionStatus(4, State.END, grpc.StatusCode.INVALID_ARGUMENT, "no saved_model.pb")
        found = [VersionStatus(5, State.AVAILABLE), broken, VersionStatus(3, State.AVAILABLE)]
        wanted = self.labels.get(label) if label else version
        chosen = [entry for entry in found if wanted in (None, entry.version)]
        if name != "taxi" or not chosen:
            msg = f"Could not find version {wanted} of model {name}"
            raise ServingError(grpc.StatusCode.NOT_FOUND, msg)
        return chosen

    def names(self):
        return ["taxi"]

    async def reload(self, config):
        found = wire.ModelServerConfig.FromString(config)
        for entry in found.model_config_list.config:
            if entry.version_labels.get("canary") == 99:
                msg = "Request has been made to set label canary to version 99 that is not there"
                raise ServingError(grpc.StatusCode.FAILED_PRECONDITION, msg)
        self.reloaded.append(found)


@dataclass
class Kept:
    """A log that keeps what it is shown."""

    offered: list = field(default_factory=list)
    lost: int = 2

    @property
    def written(self):
        return len(self.offered)

    def takes(self, request_id):
        return request_id != "not this one"

    def offer(self, request, response, *, request_id=""):
        if self.takes(request_id):
            self.offered.append((request, response, request_id))


class Running:
    """A started server; its event loop has a thread of its own."""

    def __init__(self, **options):
        self.options = ServerOptions(**options)
        self.metrics, self.log = Metrics(), Kept()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.call(self._start())

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def soon(self, function, *args):
        self._loop.call_soon_threadsafe(function, *args)

    async def _start(self):
        self.models = InMemory()
        desk = Desk(self.models, self.options, self.metrics, self.log)
        limits = channel_options(self.options.max_message_bytes)
        self._grpc = grpc.aio.server(options=limits)
        self.health = add_services(self._grpc, desk)
        self.grpc_port = self._grpc.add_insecure_port("127.0.0.1:0")
        await self._grpc.start()
        self._rest = web.AppRunner(application(desk))
        await self._rest.setup()
        site = web.TCPSite(self._rest, "127.0.0.1", 0)
        await site.start()
        self.rest_port = self._rest.addresses[0][1]

    async def _end(self):
        self.health.close()
        await self._grpc.stop(1)
        await self._rest.cleanup()

    def stop(self):
        self.call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
