"""Drives the steps of a call with gRPC's asyncio library."""

import asyncio
from typing import Any

import grpc
import grpc.aio

from tfxp_client.channels import Tls, channel_options
from tfxp_client.methods import Method, serialize
from tfxp_client.steps import Ask, Launch, Pause, RpcFailed, Step, Steps, T


class AwaitingTransport:
    """A channel of the event loop that runs when it is first used."""

    def __init__(self, address: str, tls: Tls | None) -> None:
        self._address = address
        self._options = channel_options(tls)
        self._credentials = None if tls is None else tls.credentials()
        self._opened: Any = None
        self._methods: dict[str, Any] = {}
        self._launches: set[asyncio.Task[Any]] = set()

    async def run(self, steps: Steps[T]) -> T:
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
                answer = await self._do(step)
            except RpcFailed as error:
                failed = error

    async def close(self) -> None:
        """Ends the connection, and what is under way on it."""
        for task in self._launches:
            task.cancel()
        await asyncio.gather(*self._launches, return_exceptions=True)
        if self._opened is not None:
            await self._opened.close()

    async def _do(self, step: Step) -> Any:
        match step:
            case Ask():
                return await self._ask(step)
            case Pause():
                await asyncio.sleep(step.seconds)
            case Launch():
                self._launch(step)
        return None

    async def _ask(self, ask: Ask) -> Any:
        try:
            return await self._stub(ask.method)(
                ask.request, timeout=ask.timeout_s, metadata=ask.headers
            )
        except grpc.RpcError as error:
            raise RpcFailed(error.code(), error.details() or "") from error

    def _launch(self, launch: Launch) -> None:
        task = asyncio.create_task(self._ask(launch.ask))
        # The loop itself keeps no hold of a task.
        self._launches.add(task)
        task.add_done_callback(self._launches.discard)
        task.add_done_callback(lambda ended: launch.done(*_outcome(ended)))

    def _stub(self, method: Method) -> Any:
        if method.path not in self._methods:
            self._methods[method.path] = self._channel().unary_unary(
                method.path, request_serializer=serialize, response_deserializer=method.parse
            )
        return self._methods[method.path]

    def _channel(self) -> Any:
        # It belongs to the loop that runs when it is made.
        if self._opened is None:
            self._opened = (
                grpc.aio.insecure_channel(self._address, self._options)
                if self._credentials is None
                else grpc.aio.secure_channel(self._address, self._credentials, self._options)
            )
        return self._opened


def _outcome(ended: asyncio.Task[Any]) -> tuple[Any, RpcFailed | None]:
    # Also a task that was cancelled before it began ends here.
    if ended.cancelled():
        return None, RpcFailed(grpc.StatusCode.CANCELLED, "the client was closed")
    error = ended.exception()
    if error is None:
        return ended.result(), None
    if isinstance(error, RpcFailed):
        return None, error
    return None, RpcFailed(grpc.StatusCode.UNKNOWN, str(error))
