"""Batching: what waits while the model is busy is run together as soon as it is free."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence

import grpc
import numpy as np

from serving.batching.company import Company
from serving.batching.queue import Queue, Request
from serving.batching.rows import joined, kind_of, may_batch, parted, row_count
from serving.options import Batching
from serving.servable import Arrays, ServingError, Signature

Ran = Callable[[int, float, Sequence[float]], None]
"""Is told of a batch: its rows, seconds that the model took, seconds that each request waited."""

Run = Callable[[str, Arrays, Sequence[str]], Awaitable[dict[str, np.ndarray]]]
"""Has the model answer: name of the signature, inputs, names of the wanted outputs."""


class Batcher:
    """The queues of one version, a queue a signature."""

    def __init__(
        self,
        run: Run,
        signatures: Mapping[str, Signature],
        options: Batching,
        ran: Ran = lambda rows, took_s, waited_s: None,
    ) -> None:
        """Begins with empty queues.

        Args:
            run: Has the model answer one batch.
            signatures: Of the version.
            options: How large, how long, how many.
            ran: Is told of every batch that was answered.
        """
        self._run_model = run
        self._ran = ran
        self._options = options
        self._batchable = (
            {name for name, signature in signatures.items() if may_batch(signature)}
            if options.enabled
            else set()
        )
        self._queues = {
            name: Queue(options.max_batch_size, options.max_enqueued_batches) for name in signatures
        }
        # The signature whose turn is next stands first.
        self._turns = deque(self._queues)
        self._company = Company()
        # Requests in each batch that runs.
        self._running: dict[asyncio.Task[None], int] = {}
        self._is_draining = False
        self._wake: asyncio.Handle | None = None

    async def run(
        self, signature: str, inputs: Arrays, outputs: Sequence[str], timeout_s: float | None
    ) -> dict[str, np.ndarray]:
        """Answers one request, in a batch with others or alone.

        Args:
            signature: Its name.
            inputs: One array an input.
            outputs: Names of the wanted outputs.
            timeout_s: Seconds that the caller still waits; None for ever.

        Raises:
            ServingError: RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED, or what the model says.
        """
        queue = self._queues[signature]
        request = self._request(signature, inputs, outputs)
        if not queue.has_room(request):
            msg = (
                f'the queue of signature "{signature}" is full: max_enqueued_batches is '
                f"{self._options.max_enqueued_batches}; ask again later"
            )
            raise ServingError(grpc.StatusCode.RESOURCE_EXHAUSTED, msg)
        queue.put(request)
        present = sum(map(len, self._queues.values())) + sum(self._running.values())
        self._company.seen(present, request.arrived)
        self._wake_soon()
        try:
            async with asyncio.timeout(timeout_s):
                return await request.answer
        except TimeoutError:
            msg = f"no answer within the request's {timeout_s:.3g} s"
            raise ServingError(grpc.StatusCode.DEADLINE_EXCEEDED, msg) from None
        finally:
            if request.answer.cancelled():
                queue.discard(request)

    async def drained(self) -> None:
        """Returns when nothing waits and nothing runs."""
        self._is_draining = True
        self._start()
        while self._running:
            await asyncio.wait(self._running)

    def _request(self, signature: str, inputs: Arrays, outputs: Sequence[str]) -> Request:
        loop = asyncio.get_running_loop()
        rows = row_count(inputs) if signature in self._batchable else None
        alone = not rows or rows > self._options.max_batch_size
        kind = None if alone else kind_of(inputs, outputs)
        return Request(inputs, outputs, rows or 1, kind, loop.time(), loop.create_future())

    def _wake_soon(self, after_s: float = 0.0) -> None:
        """Looks at the queues when those who have arrived by now have been put there."""
        loop = asyncio.get_running_loop()
        if self._wake is not None:
            self._wake.cancel()
        self._wake = (
            loop.call_later(after_s, self._start) if after_s else loop.call_soon(self._start)
        )

    def _start(self) -> None:
        """Starts batches as long as the model has a free thread."""
        while len(self._running) < self._options.threads:
            waits_s = self._waits_s()
            due = next((signature for signature, wait_s in waits_s.items() if wait_s <= 0), None)
            if due is None:
                if waits_s:
                    self._wake_soon(min(waits_s.values()))
                return
            self._turns.remove(due)
            self._turns.append(due)
            requests = self._queues[due].take()
            task = asyncio.create_task(self._run_all(due, requests))
            self._running[task] = len(requests)
            task.add_done_callback(self._finished)

    def _waits_s(self) -> dict[str, float]:
        """Of each signature with requests the seconds until a batch of it is due."""
        options, now = self._options, asyncio.get_running_loop().time()
        timeout_s, requests = options.batch_timeout_s, options.max_batch_size
        if not timeout_s:
            timeout_s = options.gather_s
            requests = self._company.expected - sum(self._running.values())
        if self._is_draining:
            timeout_s = 0.0
        return {
            signature: self._queues[signature].wait_s(now, timeout_s, requests)
            for signature in self._turns
            if self._queues[signature]
        }

    def _finished(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._start()

    async def _run_all(self, signature: str, requests: Sequence[Request]) -> None:
        """Runs a batch; whatever happens, everybody in it is told."""
        try:
            await self._run(signature, requests)
        except Exception as error:
            for request in requests:
                _settle(request, ServingError(grpc.StatusCode.INTERNAL, f"{error!r}"))
            raise

    async def _run(self, signature: str, requests: Sequence[Request]) -> None:
        """Runs requests as one; if that fails, in halves, so that nobody fails for another."""
        requests = [request for request in requests if not request.answer.done()]
        if not requests:
            return
        now = asyncio.get_running_loop().time
        begun = now()
        try:
            answer = await self._run_model(
                signature, joined([request.inputs for request in requests]), requests[0].outputs
            )
        except ServingError as error:
            if len(requests) == 1 or error.code is grpc.StatusCode.UNAVAILABLE:
                for request in requests:
                    _settle(request, ServingError(error.code, str(error)))
                return
            middle = len(requests) // 2
            await self._run(signature, requests[:middle])
            await self._run(signature, requests[middle:])
            return
        waited_s = [begun - request.arrived for request in requests]
        self._ran(sum(request.rows for request in requests), now() - begun, waited_s)
        if len(requests) == 1:
            _settle(requests[0], answer)
            return
        parts = parted(answer, [request.rows for request in requests])
        if parts is None:
            # The outputs are not one a row, whatever the signature says: never together again.
            self._batchable.discard(signature)
            for request in requests:
                await self._run(signature, [request])
            return
        for request, part in zip(requests, parts, strict=True):
            _settle(request, part)


def _settle(request: Request, result: dict[str, np.ndarray] | ServingError) -> None:
    if request.answer.done():
        return
    if isinstance(result, ServingError):
        request.answer.set_exception(result)
    else:
        request.answer.set_result(result)
