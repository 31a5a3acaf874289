"""Asks models that TF Serving, or the server of `tfxp serve`, answers for; without TensorFlow.

with Client("localhost:8500", model="taxi", label="stable") as client:
    for prediction in client.predict([{"fare": 9.5, "company": "Blue Cab"}]):
        print(prediction.version, prediction.probability)
"""

from tfxp_client.async_client import AsyncClient
from tfxp_client.channels import Tls
from tfxp_client.client import Client
from tfxp_client.errors import (
    BadAnswer,
    ClientError,
    DeadlineExceeded,
    InvalidRows,
    ModelNotFound,
    Overloaded,
    RowProblem,
    ServerRefused,
    ServerUnavailable,
)
from tfxp_client.metadata import Metadata, Signature, Tensor
from tfxp_client.predicting import Limits
from tfxp_client.predictions import Answer, Prediction, Predictions
from tfxp_client.request_log import RequestLog
from tfxp_client.request_log_files import Rotation
from tfxp_client.retrying import Retry
from tfxp_client.shadowing import Shadow, ShadowCounts, Shadowed
from tfxp_client.splitting import Split
from tfxp_client.status import State, VersionStatus
from tfxp_client.tensors import Array

__all__ = [
    "Answer",
    "Array",
    "AsyncClient",
    "BadAnswer",
    "Client",
    "ClientError",
    "DeadlineExceeded",
    "InvalidRows",
    "Limits",
    "Metadata",
    "ModelNotFound",
    "Overloaded",
    "Prediction",
    "Predictions",
    "RequestLog",
    "Retry",
    "Rotation",
    "RowProblem",
    "ServerRefused",
    "ServerUnavailable",
    "Shadow",
    "ShadowCounts",
    "Shadowed",
    "Signature",
    "Split",
    "State",
    "Tensor",
    "Tls",
    "VersionStatus",
]
