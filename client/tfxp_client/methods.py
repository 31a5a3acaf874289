"""The server's methods that are called: their paths and messages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tfxp_client import wire


@dataclass(frozen=True)
class Method:
    """A unary method.

    Attributes:
        path: As HTTP/2 has it.
        parse: From bytes to the answer.
    """

    path: str
    parse: Callable[[bytes], Any]


PREDICT = Method("/tensorflow.serving.PredictionService/Predict", wire.PredictResponse.FromString)
METADATA = Method(
    "/tensorflow.serving.PredictionService/GetModelMetadata",
    wire.GetModelMetadataResponse.FromString,
)
STATUS = Method(
    "/tensorflow.serving.ModelService/GetModelStatus", wire.GetModelStatusResponse.FromString
)
RELOAD = Method(
    "/tensorflow.serving.ModelService/HandleReloadConfigRequest",
    wire.ReloadConfigResponse.FromString,
)


def serialize(message: Any) -> bytes:
    """Any message as bytes."""
    return message.SerializeToString()
