"""TF Serving's REST API.

web.AppRunner(application(Desk(models, options, metrics, log)))
"""

import logging

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from serving import metrics
from serving.prediction.desk import Desk
from serving.rest.handling import Handling, refusals


def application(desk: Desk) -> web.Application:
    """Answers `/v1/models/…` and the page with metrics."""
    logging.getLogger("aiohttp.server").addFilter(_is_no_callers_mistake)
    handling = Handling(desk)
    app = web.Application(client_max_size=desk.options.max_message_bytes, middlewares=[refusals])
    app.router.add_get(metrics.PATH, handling.metrics_page)
    app.router.add_route("*", "/{path:.*}", handling.answer)
    return app


def _is_no_callers_mistake(record: logging.LogRecord) -> bool:
    """Whether a line belongs in the log: aiohttp writes a traceback for bytes that are no HTTP."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError)


__all__ = ["application"]
