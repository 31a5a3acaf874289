"""What a label meant, and when: what an answer is held against while labels move."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

LATEST = ""
"""The key of requests without version and label: the largest version that is loaded."""


@dataclass
class _Meaning:
    """A key stands for a version from some moment between two on; times are monotonic."""

    version: int
    begun: float
    done: float


class Timeline:
    """Which versions a label, or no label, may have stood for within a span of time.

    A label that moves stands for either version from the moment the move is asked for until it is
    known to be done, and for the new one alone from then on. One thread writes, others read.
    """

    def __init__(self, meanings: dict[str, int]) -> None:
        """Starts with what every key stands for."""
        self._lock = threading.Lock()
        start = (time.monotonic(),) * 2
        self._told = {key: [_Meaning(version, *start)] for key, version in meanings.items()}

    @contextmanager
    def moving(self, aims: dict[str, int]) -> Iterator[None]:
        """The keys are made to stand for other versions while the block runs.

        When it fails, they stand for what they stood for before.
        """
        begun = time.monotonic()
        moved = {
            key: _Meaning(version, begun, float("inf"))
            for key, version in aims.items()
            if self._told[key][-1].version != version
        }
        with self._lock:
            for key, meaning in moved.items():
                self._told[key].append(meaning)
        try:
            yield
        except BaseException:
            with self._lock:
                for key in moved:
                    self._told[key].pop()
            raise
        for meaning in moved.values():
            meaning.done = time.monotonic()

    def allowed(self, key: str, began: float, ended: float) -> set[int]:
        """The versions that may have answered a request that was sent and answered then."""
        with self._lock:
            told = list(self._told[key])
        following = [*told[1:], _Meaning(0, float("inf"), float("inf"))]
        return {
            meaning.version
            for meaning, after in zip(told, following, strict=True)
            if meaning.begun <= ended and after.done >= began
        }

    def now(self, key: str) -> int:
        """The version that the key is made to stand for."""
        with self._lock:
            return self._told[key][-1].version

    def is_kept(self, version: int, began: float, ended: float) -> bool:
        """Whether the version stood behind a label all the time, so that it must answer."""
        return any(
            self.allowed(key, began, ended) == {version} for key in self._told if key != LATEST
        )
