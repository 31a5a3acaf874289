"""What the server says of a model's versions, and how it is told to serve others."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import grpc
from google.protobuf import text_format

from tfxp_client import wire
from tfxp_client.calling import Way, call
from tfxp_client.errors import Asked, server_error
from tfxp_client.methods import RELOAD, STATUS
from tfxp_client.steps import Steps

_CODES = {code.value[0]: code for code in grpc.StatusCode}


class State(IntEnum):
    """Of a version, in the order of its life."""

    UNKNOWN = 0
    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclass(frozen=True)
class VersionStatus:
    """A version that the server has, or had.

    Attributes:
        version: Its number.
        state: What becomes of it.
        code: OK, or why it is not available.
        message: Empty when OK.
    """

    version: int
    state: State
    code: grpc.StatusCode = grpc.StatusCode.OK
    message: str = ""

    @property
    def is_available(self) -> bool:
        """Whether it answers."""
        return self.state is State.AVAILABLE


def model_spec(asked: Asked, signature: str = "") -> Any:
    """The message that says whom a request is for."""
    spec = wire.ModelSpec(name=asked.model, signature_name=signature)
    if asked.version is not None:
        spec.version.value = asked.version
    elif asked.label is not None:
        spec.version_label = asked.label
    return spec


def status(way: Way) -> Steps[tuple[VersionStatus, ...]]:
    """The versions, newest first, also those that failed or have gone.

    Raises:
        ClientError: ModelNotFound where the server has no such model, version or label.
    """
    request = wire.GetModelStatusRequest(model_spec=model_spec(way.asked))
    answer = yield from call(STATUS, request, way)
    found = (_version_status(one) for one in answer.model_version_status)
    return tuple(sorted(found, key=lambda one: one.version, reverse=True))


def reload(config: Any, way: Way) -> Steps[None]:
    """Gives the server another configuration: models, policies, labels.

    Args:
        config: A ModelServerConfig: the message, its bytes, or its text format as in
            `models.config`. It replaces the whole of what the server has.
        way: Of the call. The server answers when the versions have been loaded.

    Raises:
        ClientError: the server refuses, as when a label is for a version that is not available.
    """
    request = wire.ReloadConfigRequest(config=_server_config(config))
    answer = yield from call(RELOAD, request, way)
    code = _CODES.get(answer.status.error_code, grpc.StatusCode.UNKNOWN)
    if code is not grpc.StatusCode.OK:
        said = answer.status.error_message
        raise server_error(code, said, way.asked, attempts=1, timeout_s=way.deadline.timeout_s)


def _version_status(message: Any) -> VersionStatus:
    known = {state.value for state in State}
    return VersionStatus(
        message.version,
        State(message.state if message.state in known else State.UNKNOWN),
        _CODES.get(message.status.error_code, grpc.StatusCode.UNKNOWN),
        message.status.error_message,
    )


def _server_config(config: Any) -> Any:
    match config:
        case bytes():
            return wire.ModelServerConfig.FromString(config)
        case str():
            try:
                return text_format.Parse(config, wire.ModelServerConfig())
            except text_format.ParseError as error:
                raise ValueError(f"config: no ModelServerConfig in text format: {error}") from error
    # TensorFlow's own class of it is as good.
    return wire.ModelServerConfig.FromString(config.SerializeToString())
