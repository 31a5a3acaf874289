"""What a call does, without saying whether it blocks: generators that both clients drive.

A generator yields `Ask` or `Pause`; it is sent the answer, or `RpcFailed` is thrown into it. So the
whole logic stands once, and is tested without a network.
"""

from collections.abc import Generator
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
    """

    method: Method
    request: Any
    timeout_s: float


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


Steps = Generator[Ask | Pause, Any, T]
