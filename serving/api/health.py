"""grpc.health.v1.Health, as probes and load balancers ask it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc

from tfxp_client import wire

NAME = "grpc.health.v1.Health"
# TF Serving registers the short names; the full ones are what others expect. "" is the server.
_SERVICES = frozenset(
    {
        "",
        "ModelService",
        "PredictionService",
        "tensorflow.serving.ModelService",
        "tensorflow.serving.PredictionService",
    }
)


class Health:
    """Whether the server takes requests, for all its services at once."""

    def __init__(self) -> None:
        self._is_serving = True
        self._is_closed = False
        self._changed = asyncio.Event()

    def set(self, *, is_serving: bool) -> None:
        """Says so from now on, also to those who watch."""
        self._is_serving = is_serving
        self._tell()

    def close(self) -> None:
        """Says NOT_SERVING and ends the streams of those who watch, which else hold up the end."""
        self._is_closed = True
        self.set(is_serving=False)

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _status(self, service: str) -> Any:
        if service not in _SERVICES:
            return wire.HealthCheckResponse(status=wire.HealthCheckResponse.SERVICE_UNKNOWN)
        status = (
            wire.HealthCheckResponse.SERVING
            if self._is_serving
            else wire.HealthCheckResponse.NOT_SERVING
        )
        return wire.HealthCheckResponse(status=status)

    async def _check(self, request: Any, context: Any) -> Any:
        if request.service not in _SERVICES:
            await context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
        return self._status(request.service)

    async def _watch(self, request: Any, context: Any) -> AsyncIterator[Any]:
        del context
        last = None
        while True:
            # Taken before the watcher is told: what changes meanwhile is told in the next round.
            changed, is_last = self._changed, self._is_closed
            now = self._status(request.service)
            if now != last:
                yield now
            last = now
            if is_last:
                return
            await changed.wait()

    def handler(self) -> grpc.GenericRpcHandler:
        """The service."""
        ends = {
            "request_deserializer": wire.HealthCheckRequest.FromString,
            "response_serializer": wire.HealthCheckResponse.SerializeToString,
        }
        return grpc.method_handlers_generic_handler(
            NAME,
            {
                "Check": grpc.unary_unary_rpc_method_handler(self._check, **ends),
                "Watch": grpc.unary_stream_rpc_method_handler(self._watch, **ends),
            },
        )
