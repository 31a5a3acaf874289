"""Whether a running server serves a version: it says that it is available, and it answers rows."""

import math
import time
from pathlib import Path
from typing import Any

import grpc

from registry.errors import ServerError, VersionRefused
from registry.models_config import CONFIG
from registry.places import Base
from registry.server import AVAILABLE, END, Connection, VersionState
from registry.warm_up import warm_up_requests
from tfxp_client import wire
from tfxp_client.tensors import read

_LOOK_EVERY_S = 0.1
_FLOATS = (wire.DT_FLOAT, wire.DT_DOUBLE)
# Its outputs are features, in which a missing number may be NaN. Every other one predicts.
_NO_PREDICTION = "transform_features"


def wait_until_available(
    connection: Connection, base: Base, model: str, version: int, before: VersionState | None
) -> None:
    """Waits until the server has loaded a version.

    Args:
        connection: To the server.
        base: The model base directory, for the message.
        model: The model's name.
        version: That the server has been asked to load.
        before: What it said before it was asked: a failure that is still told is an old one.

    Raises:
        VersionRefused: it did not load, or not within the server's time.
    """
    told: VersionState | str | None = before
    deadline = time.monotonic() + connection.server.timeout_s
    while time.monotonic() < deadline:
        try:
            told = connection.states(model).get(version)
        except ServerError as error:
            # A server that is started again is back in a moment.
            told = str(error)
        if told != before:
            before = None
        if isinstance(told, VersionState):
            if told.name == AVAILABLE:
                return
            if told.name == END and told.error and before is None:
                break
        time.sleep(_LOOK_EVERY_S)
    raise VersionRefused(_not_loaded(connection, base, model, version, told))


def _not_loaded(
    connection: Connection, base: Base, model: str, version: int, told: VersionState | str | None
) -> str:
    server = connection.server
    start = f"version {version} of {model}: the server at {server.address}"
    if isinstance(told, str):
        return f"version {version} of {model}: {told}"
    if told is None:
        return (
            f"{start} has not looked for it within {server.timeout_s:g} s; it must read "
            f"{base / CONFIG} again and again (--model_config_file_poll_wait_seconds of TF Serving)"
        )
    if told.error:
        return f"{start} could not load it: {told.error}"
    return f"{start} has not loaded it within {server.timeout_s:g} s: {told}"


def wait_until_labelled(connection: Connection, model: str, label: str, version: int) -> None:
    """Waits until the server answers with a version where it is asked for the label.

    Raises:
        VersionRefused: it does not within its time.
    """
    told = ""
    deadline = time.monotonic() + connection.server.timeout_s
    while time.monotonic() < deadline:
        try:
            now = connection.labelled(model, label)
        except ServerError as error:
            told = str(error)
        else:
            if now == version:
                return
            told = f"it stands for version {now} there" if now else "it has no such label"
        time.sleep(_LOOK_EVERY_S)
    server = connection.server
    msg = (
        f"version {version} of {model}: the server at {server.address} has not taken over the "
        f"label {label} within {server.timeout_s:g} s: {told}"
    )
    raise VersionRefused(msg)


def require_answers(connection: Connection, folder: Path, model: str, version: int) -> int:
    """Asks the server the rows that the version brings with it, each request once.

    Args:
        connection: To a server that has loaded the version.
        folder: Of the version.
        model: The model's name.
        version: Its number.

    Returns:
        How many requests were answered; 0 when the version brings none.

    Raises:
        VersionRefused: one is not answered, or with other than a finite number a row.
    """
    requests = warm_up_requests(folder)
    for number, request in enumerate(requests, 1):
        spec = request.model_spec
        signature = spec.signature_name or "serving_default"
        spec.name = model
        spec.version.value = version
        try:
            fault = _fault(connection.predict(request, connection.server.timeout_s), request)
        except grpc.RpcError as error:
            fault = f"{error.code().name}: {error.details()}"
        if fault:
            msg = (
                f"version {version} of {model}: the server at {connection.server.address} does "
                f"not answer request {number} of {len(requests)} (signature {signature}): {fault}"
            )
            raise VersionRefused(msg)
    return len(requests)


def _fault(response: Any, request: Any) -> str:
    """What is wrong with an answer; empty if nothing is."""
    asked = request.model_spec
    answered_by = response.model_spec.version.value
    if answered_by != asked.version.value:
        return f"version {answered_by} answered"
    if not response.outputs:
        return "no outputs"
    rows = _rows(next(iter(request.inputs.values())))
    for name, tensor in response.outputs.items():
        if _rows(tensor) != rows:
            return f"{_rows(tensor)} answers in output {name!r}, to {rows} rows"
        if asked.signature_name == _NO_PREDICTION or tensor.dtype not in _FLOATS:
            continue
        try:
            values = read(tensor).values
        except ValueError as error:
            return f"output {name!r} cannot be read: {error}"
        for value in values:
            if not math.isfinite(value):
                return f"output {name!r} is {value}, expected a finite number"
    return ""


def _rows(tensor: Any) -> int:
    dims = tensor.tensor_shape.dim
    return int(dims[0].size) if dims else 1
