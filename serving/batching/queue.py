"""The requests of one signature that wait, in the order of their arrival, up to a limit."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from serving.batching.rows import Kind
from serving.servable import Arrays


@dataclass(eq=False)
class Request:
    """Somebody waits for `answer`; when that is done before, nobody does any more.

    Attributes:
        rows: How many it has.
        kind: Those of one kind may be run together; None runs alone.
        arrived: Time of the event loop, in seconds.
    """

    inputs: Arrays
    outputs: Sequence[str]
    rows: int
    kind: Kind | None
    arrived: float
    answer: asyncio.Future[dict[str, np.ndarray]] = field(repr=False)


class Queue:
    """Waiting requests of one signature."""

    def __init__(self, max_batch_size: int, max_batches: int) -> None:
        self._waiting: deque[Request] = deque()
        self._size = 0
        self._max_batch_size = max_batch_size
        self._max_size = max_batch_size * max_batches

    def __len__(self) -> int:
        """Requests that wait."""
        return len(self._waiting)

    def has_room(self, request: Request) -> bool:
        """Whether the request would still fit."""
        return self._size + self._size_of(request) <= self._max_size

    def put(self, request: Request) -> None:
        """Adds a request at the end."""
        self._waiting.append(request)
        self._size += self._size_of(request)

    def discard(self, request: Request) -> None:
        """Takes a request out that nobody waits for any more, if it is still there."""
        if request in self._waiting:
            self._waiting.remove(request)
            self._size -= self._size_of(request)

    def wait_s(self, now: float, timeout_s: float, requests: int) -> float:
        """Seconds until a batch is due.

        Args:
            now: Time of the event loop.
            timeout_s: How long a first request waits for others.
            requests: With so many nobody waits for more, as with a full batch.
        """
        first = self._waiting[0]
        is_full = self._size >= self._max_batch_size or len(self._waiting) >= requests
        if first.kind is None or is_full:
            return 0.0
        return max(0.0, first.arrived + timeout_s - now)

    def take(self) -> list[Request]:
        """Takes the first request, and with it those that fit in one batch."""
        batch: list[Request] = []
        left: deque[Request] = deque()
        rows = 0
        while self._waiting and rows < self._max_batch_size:
            request = self._waiting.popleft()
            if not batch or (
                request.kind is not None
                and request.kind == batch[0].kind
                and rows + request.rows <= self._max_batch_size
            ):
                batch.append(request)
                rows += request.rows
                self._size -= self._size_of(request)
            else:
                left.append(request)
        self._waiting = left + self._waiting
        return batch

    def _size_of(self, request: Request) -> int:
        """What it takes of the queue: its rows, or a whole batch if it runs alone."""
        return self._max_batch_size if request.kind is None else request.rows
