"""Drives the steps of a call with gRPC's blocking library."""

import time
from collections.abc import Callable
from typing import Any, Protocol

import grpc

from tfxp_client.channels import Tls, channel_options
from tfxp_client.methods import Method, serialize
from tfxp_client.steps import Ask, Launch, Pause, RpcFailed, Step, Steps, T


class Transport(Protocol):
    """What a client that blocks asks with."""

    def run(self, steps: Steps[T]) -> T:
        """Does what the steps ask for, and returns what they come to."""
        ...

    def close(self) -> None:
        """Ends what is under way."""
        ...


def drive(steps: Steps[T], do: Callable[[Step], Any]) -> T:
    """Returns what the steps come to, if each is done by the function.

    Args:
        steps: Of a call.
        do: Answers a step, or raises `RpcFailed`.
    """
    answer: Any = None
    failed: RpcFailed | None = None
    while True:
        try:
            step = steps.send(answer) if failed is None else steps.throw(failed)
        except StopIteration as end:
            return end.value
        answer, failed = None, None
        try:
            answer = do(step)
        except RpcFailed as error:
            failed = error


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
        return drive(steps, self._do)

    def close(self) -> None:
        """Ends the connection, and what is under way on it."""
        self._channel.close()

    def _do(self, step: Step) -> Any:
        match step:
            case Ask():
                return self._ask(step)
            case Pause():
                time.sleep(step.seconds)
            case Launch():
                self._launch(step)
        return None

    def _ask(self, ask: Ask) -> Any:
        try:
            return self._stub(ask.method)(ask.request, timeout=ask.timeout_s, metadata=ask.headers)
        except grpc.RpcError as error:
            raise RpcFailed(error.code(), error.details() or "") from error

    def _launch(self, launch: Launch) -> None:
        ask = launch.ask
        call = self._stub(ask.method).future(
            ask.request, timeout=ask.timeout_s, metadata=ask.headers
        )
        call.add_done_callback(lambda ended: launch.done(*_outcome(ended)))

    def _stub(self, method: Method) -> Any:
        if method.path not in self._methods:
            self._methods[method.path] = self._channel.unary_unary(
                method.path, request_serializer=serialize, response_deserializer=method.parse
            )
        return self._methods[method.path]


def _outcome(ended: Any) -> tuple[Any, RpcFailed | None]:
    if ended.code() is grpc.StatusCode.OK:
        return ended.result(), None
    return None, RpcFailed(ended.code(), ended.details() or "")
