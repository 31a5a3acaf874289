"""What TensorFlow raised, as the server answers it."""

import re
from typing import NamedTuple

import tensorflow as tf

INVALID_ARGUMENT, NOT_FOUND, INTERNAL = 3, 5, 13

# Where in the graph it happened means nothing to whoever sent the request.
_TRACE = re.compile(r"\s*(Original stack trace|Detected at node|\[\[\{\{|\[Op:).*", re.DOTALL)
_HEADING = re.compile(
    r"^Graph execution error:\s*(Detected at node .*?<stack traces .*?>\s*)?", re.S
)


class Refusal(NamedTuple):
    """An error on its way to the server.

    Attributes:
        code: Number of the gRPC status.
        message: Says what is wrong with the request, or with the model.
    """

    code: int
    message: str


def refusal_of(error: Exception) -> Refusal:
    """Returns the error's status and its text without what only concerns the graph."""
    if isinstance(error, tf.errors.OpError):
        return Refusal(error.error_code, _cleaned(error.message))
    if isinstance(error, UnicodeDecodeError):
        # TensorFlow shows the bytes that it refuses, and fails over making a text of them.
        return Refusal(INVALID_ARGUMENT, _cleaned(error.object.decode(errors="replace")))
    if isinstance(error, ValueError | TypeError):
        return Refusal(INVALID_ARGUMENT, _cleaned(str(error)))
    if isinstance(error, FileNotFoundError):
        return Refusal(NOT_FOUND, str(error))
    return Refusal(INTERNAL, _cleaned(f"{error}" or type(error).__name__))


def _cleaned(text: str) -> str:
    return _TRACE.sub("", _HEADING.sub("", text)).strip() or text.strip()
