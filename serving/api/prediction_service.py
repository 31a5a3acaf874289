"""tensorflow.serving.PredictionService."""

from typing import Any

import grpc

from serving.api.calls import unary
from serving.prediction.described import SIGNATURE_DEF, signature_map
from serving.prediction.desk import Desk
from serving.prediction.plans import invalid
from serving.prediction.spec import find
from tfxp_client import wire

NAME = "tensorflow.serving.PredictionService"
# The type's name is TF Serving's: clients unpack it by that name.
_TYPE_URL = "type.googleapis.com/tensorflow.serving.SignatureDefMap"


def prediction_service(desk: Desk) -> grpc.GenericRpcHandler:
    """All methods of the service that the open-source server has."""

    async def metadata(request: Any, timeout_s: float | None) -> Any:
        del timeout_s
        return model_metadata(desk, request)

    methods = {
        "Predict": unary(
            desk, "Predict", wire.PredictRequest, desk.predict, _model, is_prediction=True
        ),
        "Classify": unary(
            desk, "Classify", wire.ClassificationRequest, desk.classify, _model, is_prediction=True
        ),
        "Regress": unary(
            desk, "Regress", wire.RegressionRequest, desk.regress, _model, is_prediction=True
        ),
        "MultiInference": unary(
            desk,
            "MultiInference",
            wire.MultiInferenceRequest,
            desk.multi_inference,
            lambda request: request.tasks[0].model_spec.name if request.tasks else "",
            is_prediction=True,
        ),
        "GetModelMetadata": unary(
            desk, "GetModelMetadata", wire.GetModelMetadataRequest, metadata, _model
        ),
    }
    return grpc.method_handlers_generic_handler(NAME, methods)


def model_metadata(desk: Desk, request: Any) -> Any:
    """Answers a GetModelMetadataRequest.

    Raises:
        ServingError: INVALID_ARGUMENT: fields that do not exist; what `Models.find` raises.
    """
    if not request.HasField("model_spec"):
        msg = "Missing ModelSpec"
        raise invalid(msg)
    if not request.metadata_field:
        msg = "GetModelMetadataRequest must specify at least one metadata_field"
        raise invalid(msg)
    for field in request.metadata_field:
        if field != SIGNATURE_DEF:
            msg = f"Metadata field {field} is not supported"
            raise invalid(msg)
    servable = find(desk.models, request)
    response = wire.GetModelMetadataResponse()
    response.model_spec.name = servable.name
    response.model_spec.version.value = servable.version
    packed = response.metadata[SIGNATURE_DEF]
    packed.type_url = _TYPE_URL
    packed.value = signature_map(servable).SerializeToString()
    return response


def _model(request: Any) -> str:
    return str(request.model_spec.name)
