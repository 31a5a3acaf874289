"""Drives the steps of a call with gRPC's blocking library."""

import time
from typing import Any

import grpc

from tfxp_client.channels import Tls, channel_options
from tfxp_client.methods import Method, serialize
from tfxp_client.steps import Ask, Pause, RpcFailed, Steps, T


class BlockingTransport:
    """A channel, which may be used from many threads at once."""

    def __init__(self, address: str, tls: Tls | None) -> None:
        options = channel_options(tls)
        self._channel = (
            grpc.insecure_channel(address, options)
            if tls is None
            else grpc.secure_channel(address, tls.credentials(), options)
        )
        self._methods: dict[str, Any] = {}

    def run(self, steps: Steps[T]) -> T:
        """Does what the steps ask for, and returns what they come to."""
        answer: Any = None
        failed: RpcFailed | None = None
        while True:
            try:
                step = steps.send(answer) if failed is None else steps.throw(failed)
            except StopIteration as end:
                return end.value
            answer, failed = None, None
            try:
                answer = self._do(step)
            except RpcFailed as error:
                failed = error

    def close(self) -> None:
        """Ends the connection, and what is under way on it."""
        self._channel.close()

    def _do(self, step: Ask | Pause) -> Any:
        if isinstance(step, Pause):
            return time.sleep(step.seconds)
        try:
            return self._stub(step.method)(step.request, timeout=step.timeout_s)
        except grpc.RpcError as error:
            raise RpcFailed(error.code(), error.details() or "") from error

    def _stub(self, method: Method) -> Any:
        if method.path not in self._methods:
            self._methods[method.path] = self._channel.unary_unary(
                method.path, request_serializer=serialize, response_deserializer=method.parse
            )
        return self._methods[method.path]
