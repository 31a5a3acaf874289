"""One REST request from its path and body to an answer: dispatch, status codes, metrics."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from aiohttp import web

from serving.prediction.desk import Desk, predict_response
from serving.prediction.plans import DEFAULT_SIGNATURE, invalid
from serving.prediction.spec import fill
from serving.prediction.tensors import encode
from serving.rest import answers, examples, requests
from serving.rest.documents import parse as parse_json
from serving.rest.paths import API, Target
from serving.rest.paths import parse as parse_path
from serving.servable import Arrays, Servable, ServingError
from tfxp_client import wire
from tfxp_client.request_log import REQUEST_ID, new_request_id

_LOG = logging.getLogger(__name__)
_JSON = "application/json"

# TF Serving's mapping (model_servers/http_server.cc); 499 is nginx's "client closed request".
HTTP_STATUS = {
    grpc.StatusCode.OK: 200,
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.UNKNOWN: 500,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DATA_LOSS: 500,
    grpc.StatusCode.UNAUTHENTICATED: 401,
}


class Handling:
    """The handlers of the REST application."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def metrics_page(self, request: web.Request) -> web.Response:
        """The server's numbers for Prometheus."""
        del request
        return web.Response(body=self._desk.metrics.page(), content_type="text/plain")

    async def answer(self, request: web.Request) -> web.Response:
        """Everything but the metrics."""
        start = time.perf_counter()
        path = request.rel_url.raw_path
        if not API.fullmatch(path):
            raise web.HTTPNotFound
        target, code = None, grpc.StatusCode.OK
        try:
            target = parse_path(request.method, path)
            body = await self._asked(target, request)
        except asyncio.CancelledError:
            code = grpc.StatusCode.CANCELLED
            raise
        except web.HTTPRequestEntityTooLarge:
            code = grpc.StatusCode.RESOURCE_EXHAUSTED
            raise
        except ServingError as error:
            code, body = error.code, answers.error(str(error))
        except Exception:
            _LOG.exception("%s failed", path)
            code = grpc.StatusCode.INTERNAL
            body = answers.error("internal error; the server's log has more")
        finally:
            self._count(target, code, time.perf_counter() - start)
        return web.Response(body=body, status=HTTP_STATUS[code], content_type=_JSON)

    def _count(self, target: Target | None, code: grpc.StatusCode, seconds: float) -> None:
        metrics = self._desk.metrics
        # Names that are no models would make metrics without end.
        is_known = target is not None and target.model in self._desk.models.names()
        model = target.model if target is not None and is_known else ""
        method = target.method if target is not None else ""
        metrics.request(model, method, "REST", code.name, seconds)

    async def _asked(self, target: Target, request: web.Request) -> bytes:
        models = self._desk.models
        if target.method == "status":
            return answers.status(models.status(target.model, target.version, target.label))
        if target.method == "metadata":
            return answers.metadata(models.find(target.model, target.version, target.label))
        methods: dict[str, Callable[[Target, bytes, str], Awaitable[bytes]]] = {
            "predict": self._predict,
            "classify": self._classify,
            "regress": self._regress,
        }
        request_id = request.headers.get(REQUEST_ID, "")
        with self._desk.place():
            return await methods[target.method](target, await _body(request), request_id)

    async def _predict(self, target: Target, body: bytes, request_id: str) -> bytes:
        document = parse_json(body)
        name = requests.signature_name(document) or DEFAULT_SIGNATURE
        servable = self._desk.models.find(target.model, target.version, target.label)
        plan = self._desk.plan(servable, name)
        if plan is None:
            msg = f'Serving signature name: "{name}" not found in signature def'
            raise invalid(msg)
        arrays = requests.arrays(document, plan.signature)
        plan.check(arrays)
        outputs = await servable.run(name, arrays, (), self._desk.options.rest_timeout_s)
        self._offer(request_id, servable, name, arrays, outputs)
        write = answers.rows if requests.INSTANCES in document else answers.columns
        return self._within_limit(write(outputs))

    def _offer(
        self, request_id: str, servable: Servable, name: str, arrays: Arrays, outputs: Arrays
    ) -> None:
        """Shows the log what a gRPC call with the same values would have been."""
        log = self._desk.log
        request_id = request_id or new_request_id()
        if log is None or not log.takes(request_id):
            return
        request = wire.PredictRequest()
        fill(request.model_spec, servable, name)
        for alias, array in arrays.items():
            encode(array, request.inputs[alias])
        log.offer(request, predict_response(servable, name, outputs), request_id=request_id)

    async def _classify(self, target: Target, body: bytes, request_id: str) -> bytes:
        request = _examples_request(wire.ClassificationRequest(), target, body)
        response = await self._desk.classify(request, self._desk.options.rest_timeout_s)
        if self._desk.log is not None:
            self._desk.log.offer(request, response, request_id=request_id)
        return self._within_limit(answers.classes(response.result))

    async def _regress(self, target: Target, body: bytes, request_id: str) -> bytes:
        request = _examples_request(wire.RegressionRequest(), target, body)
        response = await self._desk.regress(request, self._desk.options.rest_timeout_s)
        if self._desk.log is not None:
            self._desk.log.offer(request, response, request_id=request_id)
        return self._within_limit(answers.values(response.result))

    def _within_limit(self, body: bytes) -> bytes:
        limit = self._desk.options.max_message_bytes
        if len(body) > limit:
            msg = f"the answer has {len(body)} bytes; at most {limit} are sent: ask for fewer rows"
            raise ServingError(grpc.StatusCode.RESOURCE_EXHAUSTED, msg)
        return body


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except (web.RequestPayloadError, ConnectionError) as error:
        # A coding that it is not in, fewer bytes than were announced, a caller who hung up.
        msg = "the body cannot be read: it ends early, or is not encoded as its headers say"
        raise invalid(msg) from error


def _examples_request(request: Any, target: Target, body: bytes) -> Any:
    """Fills a request of Classify or Regress from a body."""
    document = parse_json(body)
    spec = request.model_spec
    spec.name, spec.signature_name = target.model, requests.signature_name(document)
    if target.version is not None:
        spec.version.value = target.version
    elif target.label is not None:
        spec.version_label = target.label
    examples.fill_input(document, request.input)
    return request


@web.middleware
async def refusals(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Puts what HTTP itself refuses (a path, a body's size) into TF Serving's form of errors."""
    try:
        return await handler(request)
    except web.HTTPException as refused:
        body = answers.error(refused.reason)
        return web.Response(body=body, status=refused.status, content_type=_JSON)
