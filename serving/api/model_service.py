"""tensorflow.serving.ModelService."""

import logging
from typing import Any

import grpc

from serving.api.calls import unary
from serving.prediction.desk import Desk
from serving.prediction.plans import invalid
from serving.prediction.spec import choice
from tfxp_client import wire

NAME = "tensorflow.serving.ModelService"
_LOG = logging.getLogger(__name__)


def model_service(desk: Desk) -> grpc.GenericRpcHandler:
    """Both methods of the service."""

    async def status(request: Any, timeout_s: float | None) -> Any:
        del timeout_s
        return model_status(desk, request)

    async def reload(request: Any, timeout_s: float | None) -> Any:
        del timeout_s
        return await _reloaded(desk, request)

    methods = {
        "GetModelStatus": unary(
            desk,
            "GetModelStatus",
            wire.GetModelStatusRequest,
            status,
            lambda request: request.model_spec.name,
        ),
        "HandleReloadConfigRequest": unary(
            desk, "HandleReloadConfigRequest", wire.ReloadConfigRequest, reload, lambda _: ""
        ),
    }
    return grpc.method_handlers_generic_handler(NAME, methods)


def model_status(desk: Desk, request: Any) -> Any:
    """Answers a GetModelStatusRequest.

    Raises:
        ServingError: INVALID_ARGUMENT without a ModelSpec; what `Models.status` raises.
    """
    if not request.HasField("model_spec"):
        msg = "Missing ModelSpec"
        raise invalid(msg)
    response = wire.GetModelStatusResponse()
    for found in desk.models.status(*choice(request.model_spec)):
        entry = response.model_version_status.add(version=found.version, state=int(found.state))
        # Set also where it is OK and empty, as TF Serving does.
        entry.status.SetInParent()
        entry.status.error_code = found.code.value[0]
        entry.status.error_message = found.message
    return response


async def _reloaded(desk: Desk, request: Any) -> Any:
    if request.config.WhichOneof("config") != "model_config_list":
        msg = (
            "ServerModelConfig type not supported by HandleReloadConfigRequest."
            " Only ModelConfigList is currently supported"
        )
        raise invalid(msg)
    before = {name: desk.metrics.value(name) for name in request.metric_names}
    await desk.models.reload(request.config.SerializeToString())
    _LOG.info("took a configuration with %d models", len(request.config.model_config_list.config))
    response = wire.ReloadConfigResponse()
    response.status.SetInParent()
    for name, value in before.items():
        increase = desk.metrics.value(name) - value
        response.metric.add(name=name, int64_value_increase=increase)
    return response
