"""A running model server: which versions it has, where its labels stand, and what it answers.

It is TF Serving, or the server of `tfxp serve`; both answer the same calls.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc

from registry.errors import ServerError
from tfxp_client import wire
from tfxp_client.channels import channel_options
from tfxp_client.methods import METADATA, PREDICT, STATUS, Method, serialize

AVAILABLE = "AVAILABLE"
END = "END"
"""Unloaded, or failed to load."""

# Of a question that no model has to run for.
_SHORT_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where a model server is, and how long it may take.

    Attributes:
        address: Host and gRPC port.
        timeout_s: Seconds to load a version, and to take over a label.
    """

    address: str
    timeout_s: float


@dataclass(frozen=True)
class VersionState:
    """What a server says of a version.

    Attributes:
        name: START, LOADING, AVAILABLE, UNLOADING or END.
        error: Why it is not available; empty if nothing went wrong.
    """

    name: str
    error: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.error})" if self.error else self.name


class Connection:
    """Asks one server. Its errors are `ServerError`, or gRPC's own where the caller looks at it."""

    def __init__(self, server: Server, channel: Any) -> None:
        self.server = server
        self._status, self._metadata, self._predict = (
            _stub(channel, method) for method in (STATUS, METADATA, PREDICT)
        )

    def states(self, model: str) -> dict[int, VersionState]:
        """Returns the versions that the server knows, also those that failed or were unloaded.

        Raises:
            ServerError: it does not answer.
        """
        request = wire.GetModelStatusRequest()
        request.model_spec.name = model
        try:
            response = self._status(request, timeout=_SHORT_S)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.NOT_FOUND:
                return {}
            raise self._error(error) from error
        return {found.version: _state(found) for found in response.model_version_status}

    def labelled(self, model: str, label: str) -> int:
        """Returns the version that the server answers with for a label; 0 if it has no such.

        Raises:
            ServerError: it does not answer.
        """
        request = wire.GetModelMetadataRequest(metadata_field=["signature_def"])
        request.model_spec.name = model
        request.model_spec.version_label = label
        try:
            return int(self._metadata(request, timeout=_SHORT_S).model_spec.version.value)
        except grpc.RpcError as error:
            if error.code() in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT):
                return 0
            raise self._error(error) from error

    def predict(self, request: Any, timeout_s: float) -> Any:
        """Returns the `wire.PredictResponse` to a `wire.PredictRequest`.

        Raises:
            grpc.RpcError: the server does not answer it.
        """
        return self._predict(request, timeout=timeout_s)

    def _error(self, error: grpc.RpcError) -> ServerError:
        return ServerError(
            f"the model server at {self.server.address} does not answer "
            f"({error.code().name}: {error.details()}); start it, set serving.address to where it "
            "is, or move the label without it: tfxp promote --unasked"
        )


@contextlib.contextmanager
def connected(server: Server) -> Iterator[Connection]:
    """A connection, for the length of the `with` block; nothing is sent yet."""
    with grpc.insecure_channel(server.address, options=channel_options(None)) as channel:
        yield Connection(server, channel)


def _stub(channel: Any, method: Method) -> Any:
    return channel.unary_unary(
        method.path, request_serializer=serialize, response_deserializer=method.parse
    )


def _state(found: Any) -> VersionState:
    name = type(found).State.Name(found.state)
    return VersionState(name, found.status.error_message if found.status.error_code else "")
