"""The server's end of the loader: keeps one running, and gets workers from it."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import grpc

from serving.servable import ServingError
from serving.worker.handle import Worker

# Each takes a core, and the versions that already answer need theirs.
_LOADS_AT_ONCE = 2
_DYING_S = 1.0


class Host:
    """Starts workers; the loader is started with the first, and again when it has died."""

    def __init__(self, log: Path | None = None) -> None:
        """Starts nothing yet.

        Args:
            log: What TensorFlow prints is added to this file; None throws it away.
        """
        self._log = log
        self._loader: _Loader | None = None
        self._starting = asyncio.Lock()
        self._loads = asyncio.Semaphore(_LOADS_AT_ONCE)

    async def start(self, path: Path, threads: int, timeout_s: float) -> Worker:
        """Returns a worker that has loaded the version.

        Args:
            path: Folder of the version.
            threads: Requests that it runs at once.
            timeout_s: Seconds to load and warm up, after TensorFlow is imported.

        Raises:
            ServingError: It cannot be loaded, takes longer, or there is no loader to be had.
        """
        async with self._loads:
            while True:
                loader = await self._running_loader()
                try:
                    worker = await loader.fork({"path": str(path), "threads": threads})
                    return await _loaded(worker, path, timeout_s)
                except ServingError as error:
                    # A loader that dies may take a request and never fork.
                    is_gone = error.code is grpc.StatusCode.UNAVAILABLE
                    if not (is_gone and await loader.ends_within(_DYING_S)):
                        raise

    async def close(self) -> None:
        """Ends the loader; workers end with their own sockets."""
        if self._loader is not None:
            self._loader.close()

    async def _running_loader(self) -> "_Loader":
        async with self._starting:
            if self._loader is None or self._loader.ended:
                self._loader = await _Loader.start(self._log)
            return self._loader


async def _loaded(worker: Worker, path: Path, timeout_s: float) -> Worker:
    try:
        async with asyncio.timeout(timeout_s):
            await worker.loaded()
    except TimeoutError:
        worker.close()
        msg = f"{path}: not loaded and warm after {timeout_s:g} s"
        raise ServingError(grpc.StatusCode.DEADLINE_EXCEEDED, msg) from None
    except BaseException:
        worker.close()
        raise
    return worker


class _Loader(asyncio.Protocol):
    """One loader process."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._gone = asyncio.Event()
        self._ready: asyncio.Future[None] = loop.create_future()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    @classmethod
    async def start(cls, log: Path | None) -> "_Loader":
        """Returns it when TensorFlow is imported."""
        ours, theirs = socket.socketpair()
        with theirs, _opened(log) as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "serving.worker.loader"],
                stdin=theirs.fileno(),
                stdout=out,
                stderr=out,
                env={"TF_CPP_MIN_LOG_LEVEL": "1", "CUDA_VISIBLE_DEVICES": "-1"} | os.environ,
            )
        loader: _Loader
        _, loader = await asyncio.get_running_loop().create_connection(cls, sock=ours.dup())
        loader._process = process
        loader._socket = ours
        try:
            await asyncio.shield(loader._ready)
        except BaseException:
            loader.close()
            raise
        return loader

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._gone.is_set()

    async def ends_within(self, seconds: float) -> bool:
        """Waits so long; whether the process is gone then."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._gone.wait(), seconds)
        return self.ended

    async def fork(self, request: dict[str, Any]) -> Worker:
        """Returns a worker that begins to load."""
        assert self._socket is not None
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(
                    self._socket, [json.dumps(request).encode() + b"\n"], [theirs.fileno()]
                )
            except OSError as error:
                ours.close()
                msg = f"the loader process ended: {error}"
                raise ServingError(grpc.StatusCode.UNAVAILABLE, msg) from error
        return await Worker.connect(ours)

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        if not self._ready.done():
            self._ready.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        if self._socket is not None:
            self._socket.close()
        self._gone.set()
        if not self._ready.done():
            msg = "the loader process ended while it imported TensorFlow"
            self._ready.set_exception(ServingError(grpc.StatusCode.INTERNAL, msg))


@contextlib.contextmanager
def _opened(log: Path | None) -> Iterator[IO[bytes]]:
    with Path(os.devnull if log is None else log).open("ab") as file:
        yield file
