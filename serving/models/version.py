"""One version of a model: loaded, asked, restarted when its process dies, unloaded."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import grpc
import numpy as np

from serving.batching import Batcher
from serving.metrics import Metrics
from serving.models.folder import Fingerprint, fingerprint
from serving.options import ServerOptions
from serving.servable import Arrays, ServingError, Signature
from serving.worker import Host, Worker
from tfxp_client import State, VersionStatus

_FIRST_BACKOFF_S = 0.1
_LONGEST_BACKOFF_S = 30.0
# Whoever found the version a moment ago still brings a request.
_LINGER_S = 0.2


class Version:
    """A `Servable`, from START to END.

    Attributes:
        signatures: Of its SavedModel; none until it is loaded.
        wanted: Whether the model's policy asks for it.
        settled: Set once it is available, or has failed.
        tried: The files as they were when it was last tried to load them.
    """

    def __init__(
        self,
        name: str,
        version: int,
        path: Path,
        host: Host,
        options: ServerOptions,
        metrics: Metrics,
        changed: Callable[["Version"], None],
    ) -> None:
        """Loads nothing yet.

        Args:
            name: Of the model.
            version: Its number.
            path: Its folder.
            host: Starts its process.
            options: Attempts, limits and batching.
            metrics: Are told of loads and batches.
            changed: Is told of every new state.
        """
        self.name = name
        self.version = version
        self.path = path
        self.signatures: Mapping[str, Signature] = {}
        self.wanted = True
        self.settled = asyncio.Event()
        self.status = VersionStatus(version, State.START)
        self.tried: Fingerprint = ()
        self._host = host
        self._options = options
        self._metrics = metrics
        self._changed = changed
        self._worker: Worker | None = None
        self._batcher: Batcher | None = None
        self._life: asyncio.Task[None] | None = None

    @property
    def answers(self) -> bool:
        """Whether it is available."""
        return self.status.is_available

    @property
    def restarts(self) -> bool:
        """Whether it was available, its process died, and it will be again."""
        return self._batcher is not None and self.status.state is State.LOADING

    @property
    def over(self) -> bool:
        """Whether it failed or was unloaded."""
        return self.status.state is State.END

    def start(self) -> None:
        """Begins to load it, and from then on keeps it alive."""
        self._life = asyncio.create_task(self._live())

    def stop(self) -> None:
        """Begins to unload it: requests in flight finish, then the process ends."""
        if self.status.state in (State.UNLOADING, State.END):
            return
        if self._life is not None:
            self._life.cancel()
        self._become(State.UNLOADING)
        self._life = asyncio.create_task(self._unload())

    async def end(self) -> None:
        """Ends it at once, with whatever is in flight."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.wait([self._life])
        if self._worker is not None:
            self._worker.close()
            await self._worker.gone()

    async def run(
        self, signature: str, inputs: Arrays, outputs: Sequence[str], timeout_s: float | None
    ) -> dict[str, np.ndarray]:
        """See `Servable`."""
        if self._batcher is None or self._worker is None or self._worker.ended:
            raise self._unavailable()
        wanted = tuple(outputs) or tuple(self.signatures[signature].outputs)
        return await self._batcher.run(signature, inputs, wanted, timeout_s)

    async def _live(self) -> None:
        """Loads the version; whenever its process dies after that, loads it again."""
        self._become(State.LOADING)
        try:
            worker = await self._loaded()
        except ServingError as error:
            self._become(State.END, error.code, str(error))
            return
        except OSError as error:
            self._become(State.END, grpc.StatusCode.INTERNAL, str(error))
            return
        backoff_s = _FIRST_BACKOFF_S
        while True:
            self._take(worker)
            self._become(State.AVAILABLE)
            born = asyncio.get_running_loop().time()
            await worker.gone()
            if asyncio.get_running_loop().time() - born > _LONGEST_BACKOFF_S:
                backoff_s = _FIRST_BACKOFF_S
            worker, backoff_s = await self._restarted(backoff_s)

    async def _restarted(self, backoff_s: float) -> tuple[Worker, float]:
        """A new process in place of one that died, and how long to wait before the next."""
        reason = "its process died"
        while True:
            text = f"{reason}; it is loaded again"
            self._become(State.LOADING, grpc.StatusCode.UNAVAILABLE, text)
            await asyncio.sleep(backoff_s)
            backoff_s = min(2 * backoff_s, _LONGEST_BACKOFF_S)
            try:
                return await self._attempt(), backoff_s
            except ServingError as error:
                reason = str(error)

    async def _loaded(self) -> Worker:
        """Its process, after as many attempts as there may be.

        Raises:
            ServingError: The last attempt failed too.
        """
        for _ in range(self._options.load_attempts - 1):
            try:
                return await self._attempt()
            except ServingError as error:
                self._become(State.LOADING, error.code, str(error))
            await asyncio.sleep(self._options.load_retry_s)
        return await self._attempt()

    async def _attempt(self) -> Worker:
        self.tried = await asyncio.to_thread(fingerprint, self.path)
        begun = time.perf_counter()
        try:
            worker = await self._host.start(
                self.path, self._options.batching.threads, self._options.load_timeout_s
            )
        except ServingError:
            self._metrics.loaded(str(self.path), time.perf_counter() - begun, ok=False)
            raise
        self._metrics.loaded(str(self.path), time.perf_counter() - begun, ok=True)
        return worker

    def _take(self, worker: Worker) -> None:
        self._worker = worker
        self.signatures = worker.signatures
        self._batcher = Batcher(worker.run, worker.signatures, self._options.batching, self._ran)

    def _ran(self, rows: int, took_s: float, waited_s: Sequence[float]) -> None:
        self._metrics.batch(self.name, "Predict", rows, took_s)
        for seconds in waited_s:
            self._metrics.queued(self.name, seconds)

    async def _unload(self) -> None:
        if self._worker is not None and self._batcher is not None:
            await asyncio.sleep(_LINGER_S)
            await self._batcher.drained()
            self._worker.close()
            await self._worker.gone()
        self._become(State.END)

    def _become(
        self, state: State, code: grpc.StatusCode = grpc.StatusCode.OK, message: str = ""
    ) -> None:
        self.status = VersionStatus(self.version, state, code, message)
        if state in (State.AVAILABLE, State.END):
            self.settled.set()
        self._changed(self)

    def _unavailable(self) -> ServingError:
        message = self.status.message or f"it is {self.status.state.name}"
        text = f"version {self.version} of model {self.name} does not answer: {message}"
        return ServingError(grpc.StatusCode.UNAVAILABLE, text)
