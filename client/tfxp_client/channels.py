"""Connections: one a client, kept open, encrypted where certificates are given."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?\S*[^\s:/]:\d{1,5}")
# gRPC's servers end connections that are pinged more often than every five minutes.
_KEEPALIVE_MS, _KEEPALIVE_TIMEOUT_MS = 300_000, 20_000
# By default gRPC waits a second, and later two minutes, before it connects again; until then every
# attempt fails at once.
_RECONNECT_MS, _LONGEST_RECONNECT_MS = 100, 2_000


@dataclass(frozen=True, kw_only=True)
class Tls:
    """An encrypted connection. All files are PEM.

    Attributes:
        roots: Certificates of the authorities that the server's is checked against; None takes
            those that gRPC brings along.
        certificate: Of the client, with its chain, for servers that ask for one.
        key: Its private key.
        server_name: That the server's certificate is for, where it is not that of the address.
    """

    roots: Path | str | None = None
    certificate: Path | str | None = None
    key: Path | str | None = None
    server_name: str | None = None

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("Tls: certificate and key go together")

    def credentials(self) -> Any:
        """Reads the files.

        Raises:
            OSError: one of them cannot be read.
        """
        files = (self.roots, self.key, self.certificate)
        roots, key, chain = (None if file is None else Path(file).read_bytes() for file in files)
        return grpc.ssl_channel_credentials(roots, key, chain)


def checked_address(address: str) -> str:
    """Returns the address, if it is one.

    Raises:
        ValueError: it is none.
    """
    if not _ADDRESS.fullmatch(address):
        raise ValueError(
            f"found address {address!r}; expected a host and its gRPC port, "
            "such as 'localhost:8500'"
        )
    return address


def channel_options(tls: Tls | None) -> list[tuple[str, Any]]:
    """The options of a channel, as gRPC takes them."""
    options: list[tuple[str, Any]] = [
        ("grpc.keepalive_time_ms", _KEEPALIVE_MS),
        ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
        ("grpc.initial_reconnect_backoff_ms", _RECONNECT_MS),
        ("grpc.min_reconnect_backoff_ms", _RECONNECT_MS),
        ("grpc.max_reconnect_backoff_ms", _LONGEST_RECONNECT_MS),
        # Where a name stands for several servers, calls go to all of them in turn.
        ("grpc.lb_policy_name", "round_robin"),
        # How much is sent is this client's business; what is answered follows from it.
        ("grpc.max_send_message_length", -1),
        ("grpc.max_receive_message_length", -1),
    ]
    if tls is not None and tls.server_name is not None:
        options.append(("grpc.ssl_target_name_override", tls.server_name))
    return options
