"""Clients that ask without pause and hold every answer against what was asked for."""

import asyncio
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiohttp
import grpc

from benchmarks.serving_models import INPUT, OUTPUT
from benchmarks.serving_servers import Server
from benchmarks.serving_timeline import LATEST, Timeline
from tfxp_client import wire

PREDICT = "/tensorflow.serving.PredictionService/Predict"
STABLE, CANARY = "stable", "canary"
_ROWS = 4
_KEPT_TEXTS = 10


@dataclass
class Seen:
    """What the clients saw.

    Attributes:
        answers: How many requests were answered, by the way they were asked.
        versions: How many answers each version gave.
        failed: Requests that were not answered, in words.
        wrong: Answers of a version that was not asked for, in words.
    """

    answers: Counter[str] = field(default_factory=Counter)
    versions: Counter[int] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def watching(server: Server, model: str, timeline: Timeline, clients: int) -> Iterator[Seen]:
    """Has so many clients ask while the block runs: by label, by version, and by neither."""
    seen, over = Seen(), threading.Event()

    def run() -> None:
        asyncio.run(_watch(server, model, timeline, clients, seen, over))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


async def _watch(
    server: Server,
    model: str,
    timeline: Timeline,
    clients: int,
    seen: Seen,
    over: threading.Event,
) -> None:
    options = (("grpc.enable_http_proxy", 0),)
    async with (
        grpc.aio.insecure_channel(f"127.0.0.1:{server.grpc}", options=options) as channel,
        aiohttp.ClientSession(f"http://127.0.0.1:{server.rest}") as session,
    ):
        asked = _Clients(channel, session, model, timeline, seen)
        ways = (asked.by_label, asked.by_version, asked.latest, asked.over_rest)
        async with asyncio.TaskGroup() as group:
            for way in itertools.islice(itertools.cycle(ways), clients):
                group.create_task(_without_pause(way, over))


async def _without_pause(way, over: threading.Event) -> None:
    while not over.is_set():
        await way()


class _Clients:
    """The ways to ask."""

    def __init__(
        self,
        channel: grpc.aio.Channel,
        session: aiohttp.ClientSession,
        model: str,
        timeline: Timeline,
        seen: Seen,
    ) -> None:
        self._predict = channel.unary_unary(
            PREDICT,
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=wire.PredictResponse.FromString,
        )
        self._session, self._model = session, model
        self._timeline, self._seen = timeline, seen
        self._turn = itertools.cycle([STABLE, CANARY])

    async def by_label(self) -> None:
        label = next(self._turn)
        request = self._request()
        request.model_spec.version_label = label
        await self._ask(label, label, request)

    async def latest(self) -> None:
        await self._ask("newest", LATEST, self._request())

    async def by_version(self) -> None:
        version = self._timeline.now(next(self._turn))
        request = self._request()
        request.model_spec.version.value = version
        began = time.monotonic()
        try:
            response = await self._predict(request, timeout=30)
        except grpc.aio.AioRpcError as error:
            # One that loses its last label may go at any moment; any other has to answer.
            if self._timeline.is_kept(version, began, time.monotonic()):
                self._fail(f"version {version}: {error.code().name}: {error.details()}")
            return
        self._check("version", {version}, *_versions(response))

    async def over_rest(self) -> None:
        label = next(self._turn)
        path = f"/v1/models/{self._model}/labels/{label}:predict"
        began = time.monotonic()
        async with self._session.post(path, json={"instances": [1.0] * _ROWS}) as answer:
            text = await answer.text()
        if answer.status != 200:
            self._fail(f"{label} over REST: {answer.status}: {text}")
            return
        allowed = self._timeline.allowed(label, began, time.monotonic())
        self._check(f"{label} over REST", allowed, *json.loads(text)["predictions"])

    def _request(self) -> wire.PredictRequest:
        request = wire.PredictRequest()
        request.model_spec.name = self._model
        given = request.inputs[INPUT]
        given.dtype = wire.DT_FLOAT
        given.tensor_shape.dim.add(size=_ROWS)
        given.float_val.extend([1.0] * _ROWS)
        return request

    async def _ask(self, way: str, key: str, request: wire.PredictRequest) -> None:
        began = time.monotonic()
        try:
            response = await self._predict(request, timeout=30)
        except grpc.aio.AioRpcError as error:
            self._fail(f"{way}: {error.code().name}: {error.details()}")
            return
        allowed = self._timeline.allowed(key, began, time.monotonic())
        self._check(way, allowed, *_versions(response))

    def _fail(self, text: str) -> None:
        if len(self._seen.failed) < _KEPT_TEXTS:
            self._seen.failed.append(text)

    def _check(self, way: str, allowed: set[int], *answered: int) -> None:
        self._seen.answers[way] += 1
        self._seen.versions[answered[0]] += 1
        if set(answered) - allowed or len(set(answered)) > 1:
            text = f"{way}: versions {sorted(set(answered))} answered, expected {sorted(allowed)}"
            if len(self._seen.wrong) < _KEPT_TEXTS:
                self._seen.wrong.append(text)


def _versions(response: wire.PredictResponse) -> list[int]:
    """What the answer says of its version, and the model in each of its rows."""
    answers = response.outputs[OUTPUT]
    content = memoryview(answers.tensor_content).cast("q").tolist()
    return [response.model_spec.version.value, *content, *answers.int64_val]
