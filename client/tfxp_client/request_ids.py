"""Names of requests, and whoever writes them down."""

import secrets
from dataclasses import dataclass
from typing import Any, Protocol

from tfxp_client.steps import Launch

HEADER = "x-request-id"
"""Key of gRPC's metadata; a server that logs requests knows them by it."""


class Log(Protocol):
    """Writes requests down, as `RequestLog` does; off the caller's path, and without errors."""

    def offer(self, request: Any, response: Any, *, request_id: str = "") -> None:
        """Takes a request and its answer."""
        ...


@dataclass(frozen=True)
class Logging:
    """The log, for the messages of one call."""

    log: Log
    request_id: str

    def follow(self, request: Any, response: Any, main: Any) -> Launch | None:
        """Hands over the message; nobody is asked."""
        self.log.offer(request, response, request_id=self.request_id)
        return None


def new_id() -> str:
    """An id that no other request has."""
    return secrets.token_hex(16)
