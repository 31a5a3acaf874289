"""Asking for predictions: in messages that are not too long, and of one version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from tfxp_client import wire
from tfxp_client.batches import Batch, named_signature
from tfxp_client.calling import Way, call
from tfxp_client.errors import (
    BadAnswer,
    InvalidRows,
    ModelNotFound,
    RowProblem,
    ServerUnavailable,
)
from tfxp_client.metadata import Metadata
from tfxp_client.methods import PREDICT
from tfxp_client.predictions import Answer, Predictions, joined, per_row
from tfxp_client.status import model_spec
from tfxp_client.steps import Launch, Steps
from tfxp_client.tensors import Array, of_array, read

# So often a version may go away while its rows are being answered.
_BEGINNINGS = 3


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How rows are cut into messages.

    Attributes:
        max_rows: Of a message; TF Serving refuses more than its max_batch_size where it batches.
        max_message_bytes: Of a message that is sent.
    """

    max_rows: int = 1000
    max_message_bytes: int = 16 * 2**20

    def __post_init__(self) -> None:
        if self.max_rows < 1 or self.max_message_bytes < 1:
            raise ValueError(f"expected limits of at least 1, got {self}")


class Follower(Protocol):
    """Hears of each message that was answered."""

    def follow(self, request: Any, response: Any, main: Predictions | Answer) -> Launch | None:
        """Returns what is to be asked besides, if anything is."""
        ...


@dataclass(frozen=True)
class Sending:
    """How rows are sent.

    Attributes:
        way: Of each message.
        limits: Of a message.
        followers: Hear of each.
    """

    way: Way
    limits: Limits
    followers: Sequence[Follower] = ()


def predictions(batch: Batch, metadata: Metadata, sending: Sending) -> Steps[Predictions]:
    """The answers to all rows, from one version also where they need several messages.

    Raises:
        ClientError: one of the messages was not answered; then nothing is.
    """
    if not batch.rows:
        return Predictions(metadata.model, [], {name: [] for name in batch.outputs})
    for _ in range(_BEGINNINGS):
        parts = yield from _in_messages(batch, sending)
        if parts is not None:
            return joined(parts)
    asked = sending.way.asked
    raise ServerUnavailable(
        f"{asked} on {asked.address}: the version that answered the first rows was gone "
        f"{_BEGINNINGS} times before the last; ask again, or for one version"
    )


def tensors(
    given: Mapping[str, Any], signature: str, metadata: Metadata, sending: Sending
) -> Steps[Answer]:
    """The answer to tensors as they are, in one message.

    Raises:
        ClientError: InvalidRows where names or types are not those of the signature.
    """
    inputs = named_signature(metadata, signature).inputs
    if given.keys() != inputs.keys():
        raise InvalidRows(
            f"signature {signature!r} of model {metadata.model!r} version {metadata.version}: "
            f"found inputs {', '.join(given) or 'none'}; it takes: {', '.join(inputs)}"
        )
    request = wire.PredictRequest(model_spec=model_spec(sending.way.asked, signature))
    for name, values in given.items():
        try:
            request.inputs[name].CopyFrom(of_array(values, inputs[name].dtype))
        except ValueError as error:
            raise InvalidRows(
                f"input {name!r} of signature {signature!r}: {error}; expected {inputs[name]}; "
                "nothing was sent"
            ) from error
    response = yield from call(PREDICT, request, sending.way)
    answer = Answer(
        metadata.model, response.model_spec.version.value, _outputs(response, sending.way)
    )
    yield from _tell(sending, request, response, answer)
    return answer


def _in_messages(batch: Batch, sending: Sending) -> Steps[list[Predictions] | None]:
    """The parts; None if the version of the first one went away before the last."""
    way, rows_at_once = sending.way, sending.limits.max_rows
    parts: list[Predictions] = []
    start = 0
    while start < batch.rows:
        stop = min(start + rows_at_once, batch.rows)
        request = wire.PredictRequest(
            model_spec=model_spec(way.asked, batch.signature), inputs=batch.inputs(start, stop)
        )
        if request.ByteSize() > sending.limits.max_message_bytes:
            if stop - start == 1:
                raise _too_long(start, request.ByteSize(), sending.limits)
            rows_at_once = (stop - start) // 2
            continue
        try:
            response = yield from call(PREDICT, request, way)
        except ModelNotFound:
            if way is sending.way:
                raise
            return None
        parts.append(_part(response, stop - start, way))
        yield from _tell(sending, request, response, parts[-1])
        if response.model_spec.HasField("version"):
            version = response.model_spec.version.value
            way = replace(way, asked=replace(way.asked, version=version, label=None))
        start = stop
    return parts


def _part(response: Any, rows: int, way: Way) -> Predictions:
    outputs = {}
    for name, array in _outputs(response, way).items():
        try:
            outputs[name] = per_row(array, rows)
        except ValueError as error:
            raise _bad(way, f"output {name!r}: {error}") from error
    version = response.model_spec.version.value
    return Predictions(response.model_spec.name or way.asked.model, [version] * rows, outputs)


def _outputs(response: Any, way: Way) -> dict[str, Array]:
    try:
        return {name: read(one) for name, one in sorted(response.outputs.items())}
    except ValueError as error:
        raise _bad(way, str(error)) from error


def _tell(
    sending: Sending, request: Any, response: Any, answer: Predictions | Answer
) -> Steps[None]:
    for follower in sending.followers:
        launch = follower.follow(request, response, answer)
        if launch is not None:
            yield launch


def _too_long(row: int, size: int, limits: Limits) -> InvalidRows:
    problem = RowProblem(
        f"takes {size} bytes, more than max_message_bytes ({limits.max_message_bytes})", row
    )
    return InvalidRows(f"{problem}; shorten its texts, or raise the limit", problems=[problem])


def _bad(way: Way, what: str) -> BadAnswer:
    asked = way.asked
    return BadAnswer(
        f"{asked} on {asked.address}: {what}; the model does not answer row by row, "
        "or the address is no model server's"
    )
