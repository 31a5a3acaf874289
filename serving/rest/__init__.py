"""TF Serving's REST API.

web.AppRunner(application(Desk(models, options, metrics, log)))
"""

from aiohttp import web

from serving import metrics
from serving.prediction.desk import Desk
from serving.rest.handling import Handling, refusals


def application(desk: Desk) -> web.Application:
    """Answers `/v1/models/…` and the page with metrics."""
    handling = Handling(desk)
    app = web.Application(client_max_size=desk.options.max_message_bytes, middlewares=[refusals])
    app.router.add_get(metrics.PATH, handling.metrics_page)
    app.router.add_route("*", "/{path:.*}", handling.answer)
    return app


__all__ = ["application"]
