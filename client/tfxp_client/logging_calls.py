"""Whoever writes requests down, as a client sees it."""

from dataclasses import dataclass
from typing import Any, Protocol

from tfxp_client.steps import Launch


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
