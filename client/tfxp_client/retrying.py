"""When a call is tried again: only where that is safe, never past the deadline, within a budget."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

import grpc

from tfxp_client.errors import is_too_large

SAFE = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED})
"""After these the server has answered nothing, and every method here may be called twice."""


@dataclass(frozen=True, kw_only=True)
class Retry:
    """How often, and after which pauses.

    A pause is drawn between 0 and a bound that doubles from attempt to attempt, so that clients
    that failed together do not come back together.

    Attributes:
        attempts: At most, the first included; 1 retries nothing.
        first_pause_s: Bound of the first pause, in seconds.
        longest_pause_s: No bound grows beyond.
        budget: Failures in a row, over all calls of a client, after which it retries nothing until
            calls succeed again: a server in trouble is not asked three times as often.
    """

    attempts: int = 4
    first_pause_s: float = 0.1
    longest_pause_s: float = 2.0
    budget: int = 20

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"Retry: attempts must be at least 1, got {self.attempts}")
        if not 0 < self.first_pause_s <= self.longest_pause_s:
            raise ValueError(
                "Retry: expected 0 < first_pause_s <= longest_pause_s, "
                f"got {self.first_pause_s} and {self.longest_pause_s}"
            )

    def pause(self, failures: int, draw: Callable[[], float]) -> float:
        """Seconds to wait after so many failures; `draw` gives a number in [0, 1)."""
        bound = self.first_pause_s * 2 ** min(failures - 1, 30)
        return draw() * min(bound, self.longest_pause_s)


class Budget:
    """Failures that a client may still retry; a success gives back a part of one."""

    _REFUND = 0.1

    def __init__(self, size: int) -> None:
        self._size = float(size)
        self._left = self._size
        self._lock = threading.Lock()

    def succeed(self) -> None:
        """A call was answered."""
        with self._lock:
            self._left = min(self._size, self._left + self._REFUND)

    def fail(self) -> bool:
        """A call failed; returns whether it may be tried again."""
        with self._lock:
            self._left = max(0.0, self._left - 1)
            return self._left > 0


class Attempts:
    """The attempts of one call."""

    def __init__(
        self, retry: Retry, budget: Budget, draw: Callable[[], float] = random.random
    ) -> None:
        self._retry = retry
        self._budget = budget
        self._draw = draw
        self.count = 1

    def pause(self, code: grpc.StatusCode, details: str, left_s: float) -> float | None:
        """After a failure: the seconds to wait before the next attempt; None to give up.

        Args:
            code: The status that was answered.
            details: Its text.
            left_s: Seconds until the deadline.
        """
        if code not in SAFE or is_too_large(code, details):
            return None
        may = self._budget.fail()
        if not may or self.count >= self._retry.attempts:
            return None
        wait = self._retry.pause(self.count, self._draw)
        if wait >= left_s:
            return None
        self.count += 1
        return wait
