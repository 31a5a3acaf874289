"""Everything that a call can end with, other than an answer. The text says what to do next.

ClientError                no answer
├── InvalidRows            the rows do not fit the model; mend them, sending them again is no use
├── ModelNotFound          no such model, version or label is available on the server
├── ServerUnavailable      nobody answers at the address, or not for now; later may help
├── Overloaded             the server takes no more for now; later, or fewer calls, will help
├── DeadlineExceeded       no answer within the time limit
├── ServerRefused          the server will not do it: rights, certificates, its configuration
└── BadAnswer              what came back is not what the model's metadata promise
"""

from collections.abc import Sequence
from dataclasses import dataclass

import grpc

_SHOWN = 3
_SHOWN_LENGTH = 500


class ClientError(Exception):
    """A call without an answer.

    Attributes:
        code: What gRPC answered; None when the client itself refused.
        attempts: How often the server was asked.
    """

    def __init__(
        self, message: str, *, code: grpc.StatusCode | None = None, attempts: int = 0
    ) -> None:
        super().__init__(message)
        self.code = code
        self.attempts = attempts


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with a row, or with all of them.

    Attributes:
        text: What was found and what was expected.
        row: From 0, in the order in which the rows were given; None where it is about all of them.
        column: Its name; None where it is about no single one.
    """

    text: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = [] if self.row is None else [f"row {self.row}"]
        place += [] if self.column is None else [f"column {self.column!r}"]
        return f"{', '.join(place)}: {self.text}" if place else self.text


class InvalidRows(ClientError):
    """The rows do not fit the model.

    Attributes:
        problems: All that were found, if the client found them.
    """

    def __init__(
        self,
        message: str,
        *,
        problems: Sequence[RowProblem] = (),
        code: grpc.StatusCode | None = None,
        attempts: int = 0,
    ) -> None:
        super().__init__(message, code=code, attempts=attempts)
        self.problems = tuple(problems)


class ModelNotFound(ClientError):
    """No such model, version or label is available."""


class ServerUnavailable(ClientError):
    """Nobody answers at the address."""


class Overloaded(ClientError):
    """The server's queue is full."""


class DeadlineExceeded(ClientError):
    """The time limit passed."""


class ServerRefused(ClientError):
    """The server will not do what it is asked."""


class BadAnswer(ClientError):
    """The answer cannot be read."""


def invalid_rows(problems: Sequence[RowProblem], model: str) -> InvalidRows:
    """The error for rows that were not sent; the first few problems stand in its text."""
    lines = [str(problem) for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(f"and {len(problems) - _SHOWN} more, see `problems` of this error")
    return InvalidRows(f"rows for model {model!r}: {'; '.join(lines)}", problems=problems)


@dataclass(frozen=True)
class Asked:
    """Whom a call went to, for the texts of errors.

    Attributes:
        address: Of the server.
        model: Its name.
        version: That was asked for; None for any.
        label: That was asked for; None for none.
    """

    address: str
    model: str
    version: int | None = None
    label: str | None = None

    def __str__(self) -> str:
        if self.version is not None:
            return f"model {self.model!r} version {self.version}"
        if self.label is not None:
            return f"model {self.model!r} label {self.label!r}"
        return f"model {self.model!r}"


def server_error(
    code: grpc.StatusCode, details: str, asked: Asked, *, attempts: int, timeout_s: float
) -> ClientError:
    """The error for what a server, or gRPC in its place, answered.

    Args:
        code: The status.
        details: Its text.
        asked: Whom the call went to.
        attempts: How often.
        timeout_s: Seconds that the call was given.
    """
    times = f" after {attempts} attempts" if attempts > 1 else ""
    said = details[:_SHOWN_LENGTH]
    kind, text = _explained(code, said, asked, times, timeout_s)
    return kind(text, code=code, attempts=attempts)


def is_too_large(code: grpc.StatusCode, details: str) -> bool:
    """Whether a message was longer than one side takes, which gRPC reports as exhaustion."""
    return code is grpc.StatusCode.RESOURCE_EXHAUSTED and "larger than max" in details


def _explained(
    code: grpc.StatusCode, said: str, asked: Asked, times: str, timeout_s: float
) -> tuple[type[ClientError], str]:
    where = asked.address
    # TF Serving calls a label that it does not know an invalid argument.
    if code is grpc.StatusCode.NOT_FOUND or "Unrecognized servable version label" in said:
        return ModelNotFound, (
            f"{asked} is not available on {where}: {said}; see what is: `Client.status()`"
        )
    if is_too_large(code, said):
        return ServerRefused, (
            f"{where}: {said}; give the client a smaller max_message_bytes, or raise the "
            "server's limit"
        )
    match code:
        case grpc.StatusCode.UNAVAILABLE:
            return ServerUnavailable, (
                f"no answer from {where}{times}: {said}; check that a model server runs there and "
                "that the address is that of its gRPC port"
            )
        case grpc.StatusCode.RESOURCE_EXHAUSTED:
            return Overloaded, (
                f"{where} takes no more{times}: {said}; ask less often, send more rows in one "
                "call, or add servers"
            )
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return DeadlineExceeded, (
                f"no answer of {asked} from {where} within {timeout_s:g} s{times}; give a larger "
                "timeout_s, or fewer rows"
            )
        case grpc.StatusCode.INVALID_ARGUMENT | grpc.StatusCode.OUT_OF_RANGE:
            return InvalidRows, (
                f"{asked} on {where} does not take this: {said}; compare with what it takes: "
                "`Client.metadata()`"
            )
        case grpc.StatusCode.UNAUTHENTICATED | grpc.StatusCode.PERMISSION_DENIED:
            return ServerRefused, f"{where} refuses: {said}; check the certificates in tls="
        case grpc.StatusCode.UNIMPLEMENTED:
            return ServerRefused, (
                f"{where} does not know the call: {said}; check that it is TF Serving's gRPC port"
            )
        case grpc.StatusCode.FAILED_PRECONDITION:
            return ServerRefused, f"{asked} on {where}: {said}; the server's state must change"
    return ServerRefused, f"{asked} on {where}: {code.name}: {said}; see the server's log"
