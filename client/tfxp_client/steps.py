"""What a call does, without saying whether it blocks: generators that both clients drive.

A generator yields `Ask`, `Pause` or `Launch`; it is sent the answer, or `RpcFailed` is thrown into
it. So the whole logic stands once, and is tested without a network.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc

from tfxp_client.methods import Method

T = TypeVar("T")


@dataclass(frozen=True)
class Ask:
    """Call a method of the server.

    Attributes:
        method: Which.
        request: Its message.
        timeout_s: Seconds until gRPC gives up.
        headers: gRPC's metadata.
    """

    method: Method
    request: Any
    timeout_s: float
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Launch:
    """Call a method without waiting for the answer; it is sent None at once.

    Attributes:
        ask: The call.
        done: Is called with the answer, or with the failure, from any thread.
    """

    ask: Ask
    done: Callable[[Any, "RpcFailed | None"], None]


@dataclass(frozen=True)
class Pause:
    """Wait.

    Attributes:
        seconds: How long.
    """

    seconds: float


class RpcFailed(Exception):
    """gRPC's status, from whichever of its two libraries."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        super().__init__(f"{code.name}: {details}")
        self.code = code
        self.details = details


Step = Ask | Pause | Launch
Steps = Generator[Step, Any, T]
