"""The two doors of the server, gRPC and REST: addresses, TLS, opening and closing."""

import asyncio
import contextlib
import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass

import grpc
from aiohttp import web

from serving.api import Health, add_services, channel_options
from serving.options import ServerOptions, Tls
from serving.prediction.desk import Desk
from serving.rest import application


class CannotServe(Exception):
    """The server does not start; the message says what to do."""


@dataclass
class Front:
    """Both doors; bound, but closed until `start`.

    Attributes:
        rest: None without REST.
        rest_socket: Where it listens.
    """

    options: ServerOptions
    health: Health
    grpc_server: grpc.aio.Server
    grpc_port: int
    rest: web.AppRunner | None = None
    rest_socket: socket.socket | None = None

    def ports(self) -> dict[str, int | None]:
        """What the ports_file says."""
        rest = self.rest_socket.getsockname()[1] if self.rest_socket else None
        return {"grpc": self.grpc_port, "rest": rest}

    def addresses(self) -> list[str]:
        """A line a door."""
        ports = self.ports()
        lines = [f"gRPC  {_address(self.options.host, self.grpc_port)}"]
        if ports["rest"] is not None:
            scheme = "http" if self.options.tls is None else "https"
            address = _address(self.options.host, ports["rest"])
            lines.append(f"REST  {scheme}://{address}/v1/models")
        return lines

    async def start(self) -> None:
        """Opens both."""
        await self.grpc_server.start()
        if self.rest is not None and self.rest_socket is not None:
            context = _ssl_context(self.options.tls) if self.options.tls else None
            await self.rest.setup()
            await web.SockSite(self.rest, self.rest_socket, ssl_context=context).start()

    async def close(self) -> None:
        """Says NOT_SERVING, takes nothing new, and waits for what is in flight."""
        self.health.close()
        closing = [self.grpc_server.stop(self.options.grace_s)]
        if self.rest is not None:
            closing.append(self.rest.cleanup())
        await asyncio.gather(*closing)
        if self.rest_socket is not None:
            self.rest_socket.close()


async def bound(options: ServerOptions, desk: Desk) -> Front:
    """Takes both ports, so that a mistake in them shows before models are loaded.

    Raises:
        CannotServe: A port is taken, or a file of TLS cannot be used.
    """
    if options.tls:
        _ssl_context(options.tls)
    server = grpc.aio.server(options=channel_options(options.max_message_bytes))
    health = add_services(server, desk)
    front = Front(options, health, server, _grpc_port(server, options))
    if options.rest_port is not None:
        try:
            front.rest_socket = _listening(options.host, options.rest_port)
        except OSError as error:
            await server.stop(None)
            raise _taken("REST", options.host, options.rest_port, error) from error
        front.rest = web.AppRunner(
            application(desk), access_log=None, shutdown_timeout=options.grace_s
        )
    return front


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _grpc_port(server: grpc.aio.Server, options: ServerOptions) -> int:
    address = _address(options.host, options.grpc_port)
    # gRPC's own error does not say why, and at length.
    try:
        _listening(options.host, options.grpc_port).close()
    except OSError as error:
        raise _taken("gRPC", options.host, options.grpc_port, error) from error
    try:
        if options.tls is None:
            return int(server.add_insecure_port(address))
        return int(server.add_secure_port(address, _grpc_credentials(options.tls)))
    except RuntimeError as error:
        raise CannotServe(f"gRPC cannot listen on {address}: {error}") from error


def _listening(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _taken(door: str, host: str, port: int, error: OSError) -> CannotServe:
    option = f"--{door.lower()}-port"
    reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
    return CannotServe(
        f"{door} cannot listen on {_address(host, port)}: {reason}; "
        f"stop what listens there, or choose another port with {option} (0 takes a free one)"
    )


def _ssl_context(tls: Tls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(tls.certificate, tls.key)
        if tls.client_ca is not None:
            context.load_verify_locations(tls.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:
        files = ", ".join(str(path) for path in (tls.certificate, tls.key, tls.client_ca) if path)
        raise CannotServe(f"TLS: {error.strerror or error}; expected PEM in {files}") from error
    return context


def _grpc_credentials(tls: Tls) -> grpc.ServerCredentials:
    pair = (tls.key.read_bytes(), tls.certificate.read_bytes())
    authorities = tls.client_ca.read_bytes() if tls.client_ca else None
    return grpc.ssl_server_credentials([pair], authorities, authorities is not None)
