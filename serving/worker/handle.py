"""The server's end of a worker: asks it, and notices when it is gone."""

import asyncio
import itertools
import socket
from collections.abc import Mapping, Sequence
from typing import Any

import grpc
import numpy as np

from serving.servable import Arrays, ServingError, Signature, TensorSpec
from serving.worker.arrays import flattened, restored
from serving.worker.frames import Unpacker, pack

_CODES = {code.value[0]: code for code in grpc.StatusCode}


class Worker(asyncio.Protocol):
    """A process with one version.

    Attributes:
        signatures: Of its model, once it is loaded.
    """

    def __init__(self) -> None:
        self.signatures: Mapping[str, Signature] = {}
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._loaded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Nobody needs to wait for it: then its error is no news.
        self._loaded.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._answers: dict[int, asyncio.Future[dict[str, np.ndarray]]] = {}
        self._numbers = itertools.count()
        self._unpacker = Unpacker()
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def connect(cls, connection: socket.socket) -> "Worker":
        """Takes the server's end of the socket pair."""
        loop = asyncio.get_running_loop()
        _, worker = await loop.create_connection(cls, sock=connection)
        return worker

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._ended.done()

    async def gone(self) -> None:
        """Waits until the process is gone."""
        await asyncio.shield(self._ended)

    async def loaded(self) -> None:
        """Waits until the model is loaded and warm.

        Raises:
            ServingError: It cannot be loaded, or the process died.
        """
        await asyncio.shield(self._loaded)

    async def run(self, signature: str, inputs: Arrays, outputs: Sequence[str]) -> dict[str, Any]:
        """Has the model answer.

        Raises:
            ServingError: As the model refuses, or UNAVAILABLE when the process died.
        """
        if self._transport is None or self.ended:
            raise _gone()
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self._transport.write(pack((number, signature, flattened(inputs), tuple(outputs))))
        try:
            return await answer
        finally:
            self._answers.pop(number, None)

    def close(self) -> None:
        """Ends the process at once: it goes when its socket closes."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        for message in self._unpacker.feed(data):
            match message:
                case ("loaded", signatures):
                    self.signatures = {
                        name: _signature(parts) for name, parts in signatures.items()
                    }
                    _settle(self._loaded, None)
                case ("failed", code, text):
                    _settle(self._loaded, ServingError(_CODES[code], text))
                case (number, dict(answer)):
                    if waiting := self._answers.get(number):
                        _settle(waiting, restored(answer))
                case (number, (code, text)):
                    if waiting := self._answers.get(number):
                        _settle(waiting, ServingError(_CODES[code], text))

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        _settle(self._ended, None)
        _settle(self._loaded, _gone())
        for waiting in self._answers.values():
            _settle(waiting, _gone())


def _settle(future: asyncio.Future[Any], result: Any) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)


def _gone() -> ServingError:
    return ServingError(grpc.StatusCode.UNAVAILABLE, "the process of this version ended")


def _signature(parts: tuple[dict[str, Any], dict[str, Any], str]) -> Signature:
    inputs, outputs, method_name = parts
    return Signature(
        {name: TensorSpec(*spec) for name, spec in inputs.items()},
        {name: TensorSpec(*spec) for name, spec in outputs.items()},
        method_name,
    )
