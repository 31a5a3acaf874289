"""One call of a method: with a deadline, and tried again where that is safe."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc

from tfxp_client.errors import Asked, ClientError, server_error
from tfxp_client.methods import Method
from tfxp_client.retrying import Attempts, Budget, Retry
from tfxp_client.steps import Ask, Pause, RpcFailed, Steps

Clock = Callable[[], float]


@dataclass(frozen=True)
class Deadline:
    """When a call must be over, with all its attempts, pauses and parts.

    Attributes:
        at: The clock's reading.
        timeout_s: Seconds that it had from the beginning.
        clock: In seconds.
    """

    at: float
    timeout_s: float
    clock: Clock

    @staticmethod
    def after(timeout_s: float, clock: Clock = time.monotonic) -> "Deadline":
        """So many seconds from now."""
        if not timeout_s > 0:
            raise ValueError(f"timeout_s must be above 0, got {timeout_s}")
        return Deadline(clock() + timeout_s, timeout_s, clock)

    @property
    def left_s(self) -> float:
        """Seconds; 0 when it is over."""
        return max(0.0, self.at - self.clock())


@dataclass(frozen=True)
class Patience:
    """How a client deals with failures: its policy and what all its calls share.

    Attributes:
        retry: The policy.
        budget: Shared.
        draw: Gives numbers in [0, 1), for the pauses.
    """

    retry: Retry
    budget: Budget
    draw: Callable[[], float]

    @staticmethod
    def of(retry: Retry, draw: Callable[[], float] = random.random) -> "Patience":
        """With a budget of its own."""
        return Patience(retry, Budget(retry.budget), draw)


@dataclass(frozen=True)
class Way:
    """How a call is made.

    Attributes:
        asked: Whom.
        deadline: When it must be over.
        patience: With failures.
        headers: gRPC's metadata.
    """

    asked: Asked
    deadline: Deadline
    patience: Patience
    headers: tuple[tuple[str, str], ...] = ()


def call(method: Method, request: Any, way: Way) -> Steps[Any]:
    """Calls until there is an answer, or an error that another attempt would not mend.

    Raises:
        ClientError: the last failure.
    """
    patience = way.patience
    attempts = Attempts(patience.retry, patience.budget, patience.draw)
    while True:
        left_s = way.deadline.left_s
        if not left_s:
            raise _error(grpc.StatusCode.DEADLINE_EXCEEDED, "", way, attempts.count - 1)
        try:
            answer = yield Ask(method, request, left_s, way.headers)
        except RpcFailed as failed:
            wait = attempts.pause(failed.code, failed.details, way.deadline.left_s)
            if wait is None:
                raise _error(failed.code, failed.details, way, attempts.count) from failed
            yield Pause(wait)
        else:
            patience.budget.succeed()
            return answer


def _error(code: grpc.StatusCode, details: str, way: Way, attempts: int) -> ClientError:
    timeout_s = way.deadline.timeout_s
    return server_error(code, details, way.asked, attempts=attempts, timeout_s=timeout_s)
