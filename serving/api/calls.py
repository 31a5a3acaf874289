"""One gRPC call from bytes to bytes: limits, status, metrics."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any

import grpc

from serving.prediction.desk import Desk
from serving.servable import ServingError
from tfxp_client.request_log import REQUEST_ID

_LOG = logging.getLogger(__name__)
# As TF Serving: longer texts do not fit into the trailers of a call.
_MESSAGE_LIMIT = 1024

Answer = Callable[[Any, float | None], Awaitable[Any]]
"""From the request and the seconds that the caller still waits to the response."""


def unary(
    desk: Desk,
    api: str,
    request_type: Any,
    answer: Answer,
    model_of: Callable[[Any], str],
    *,
    is_prediction: bool = False,
) -> Any:
    """The handler of a method.

    The bytes are read here and not by gRPC, so that a call that finds no place costs nothing, and
    a broken message is answered like every other mistake.

    Args:
        desk: Whose limits and metrics count.
        api: Name of the method in the metrics.
        request_type: Its message.
        answer: Gives the response, or raises ServingError.
        model_of: The model that a request names, for the metrics.
        is_prediction: Whether it takes one of the places, and is shown to the log when answered.
    """

    async def handle(raw: bytes, context: Any) -> bytes:
        start = time.perf_counter()
        request, status = None, grpc.StatusCode.OK
        try:
            with desk.place() if is_prediction else nullcontext():
                request = _parsed(request_type, raw)
                response = await answer(request, context.time_remaining())
                if is_prediction and desk.log is not None:
                    desk.log.offer(request, response, request_id=_request_id(context))
                return _serialized(response, desk.options.max_message_bytes)
        except asyncio.CancelledError:
            status = grpc.StatusCode.CANCELLED
            raise
        except ServingError as error:
            status, text = error.code, str(error)
        except Exception:
            _LOG.exception("%s failed", api)
            status, text = grpc.StatusCode.INTERNAL, "internal error; the server's log has more"
        finally:
            model = model_of(request) if request is not None else ""
            seconds = time.perf_counter() - start
            desk.metrics.request(_known(desk, model, status), api, "GRPC", status.name, seconds)
        return await context.abort(status, shortened(text))

    return grpc.unary_unary_rpc_method_handler(handle)


def _request_id(context: Any) -> str:
    """What the caller calls this request; empty when he does not."""
    for key, value in context.invocation_metadata() or ():
        if key == REQUEST_ID:
            return str(value)
    return ""


def _known(desk: Desk, model: str, status: grpc.StatusCode) -> str:
    """The model's name, if it is one: others would make metrics without end."""
    if status is grpc.StatusCode.OK or model in desk.models.names():
        return model
    return ""


def _parsed(request_type: Any, raw: bytes) -> Any:
    try:
        return request_type.FromString(raw)
    except Exception as error:
        # protobuf's DecodeError, or a UnicodeDecodeError of its slower implementations.
        msg = f"the message is no {request_type.DESCRIPTOR.name}: it cannot be parsed"
        raise ServingError(grpc.StatusCode.INTERNAL, msg) from error


def _serialized(response: Any, limit_bytes: int) -> bytes:
    raw: bytes = response.SerializeToString()
    if len(raw) > limit_bytes:
        msg = f"the answer has {len(raw)} bytes; at most {limit_bytes} are sent: ask for fewer rows"
        raise ServingError(grpc.StatusCode.RESOURCE_EXHAUSTED, msg)
    return raw


def shortened(text: str) -> str:
    """A text that fits into the details of a status."""
    return text if len(text) <= _MESSAGE_LIMIT else text[:_MESSAGE_LIMIT] + "...TRUNCATED"
