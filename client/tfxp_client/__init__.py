"""Asks models that TF Serving, or the server of `tfxp serve`, answers for; without TensorFlow.

with Client("localhost:8500", model="taxi", label="stable") as client:
    for version in client.status():
        print(version.version, version.state.name)
"""

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
from tfxp_client.retrying import Retry
from tfxp_client.status import State, VersionStatus

__all__ = [
    "BadAnswer",
    "Client",
    "ClientError",
    "DeadlineExceeded",
    "InvalidRows",
    "Metadata",
    "ModelNotFound",
    "Overloaded",
    "RowProblem",
    "Retry",
    "ServerRefused",
    "ServerUnavailable",
    "Signature",
    "State",
    "Tensor",
    "Tls",
    "VersionStatus",
]
