"""TF Serving's gRPC services, with messages that are its own on the wire.

health = add_services(server, Desk(models, options, metrics, log))
"""

import grpc

from serving.api.health import Health
from serving.api.model_service import model_service
from serving.api.prediction_service import prediction_service
from serving.prediction.desk import Desk


def add_services(server: grpc.aio.Server, desk: Desk) -> Health:
    """Adds PredictionService, ModelService and grpc.health.v1 to a server that is not started.

    Returns:
        What health says; it begins with SERVING.
    """
    health = Health()
    server.add_generic_rpc_handlers(
        (prediction_service(desk), model_service(desk), health.handler())
    )
    return health


def channel_options(max_message_bytes: int) -> list[tuple[str, int]]:
    """Options of the gRPC server that its limits need."""
    return [
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.max_send_message_length", max_message_bytes),
        # Two servers on one port would share the callers between them.
        ("grpc.so_reuseport", 0),
    ]


__all__ = ["Health", "add_services", "channel_options"]
