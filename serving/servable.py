"""What the parts of the server tell each other: a model's version, its signatures, its errors.

The front (`serving/api`, `serving/rest`) decodes requests and asks `Models` for a `Servable`; what
stands behind (`serving/models`, `serving/worker`) loads versions and runs them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import grpc
import numpy as np

from tfxp_client import VersionStatus

Arrays = Mapping[str, np.ndarray]
"""By name of the input or output. Texts are object arrays of bytes."""


class ServingError(Exception):
    """A request, or a change of the configuration, that is refused; the text says why.

    Attributes:
        code: As TF Serving would answer.
    """

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class TensorSpec:
    """An input or output of a signature.

    Attributes:
        name: Of the tensor in the graph, as the SavedModel has it: `StatefulPartitionedCall:0`.
        dtype: Number of TensorFlow's DataType.
        shape: -1 where a dimension is free; None for an unknown rank.
    """

    name: str
    dtype: int
    shape: tuple[int, ...] | None


@dataclass(frozen=True)
class Signature:
    """A function of a SavedModel that may be asked."""

    inputs: Mapping[str, TensorSpec]
    outputs: Mapping[str, TensorSpec]
    method_name: str


class Servable(Protocol):
    """A version that is loaded and answers."""

    name: str
    version: int
    signatures: Mapping[str, Signature]

    async def run(
        self, signature: str, inputs: Arrays, outputs: Sequence[str], timeout_s: float | None
    ) -> dict[str, np.ndarray]:
        """Answers; inputs and the names of outputs have been checked against the signature.

        Several requests may be run as one batch, where batching is on. The version stays loaded
        until every answer that was asked for is there.

        Args:
            signature: Its name.
            inputs: One array an input, with the dtype of its spec.
            outputs: Names of the outputs that are wanted; empty means all.
            timeout_s: Seconds that the caller still waits; None without a deadline.

        Raises:
            ServingError: RESOURCE_EXHAUSTED when the queue is full, DEADLINE_EXCEEDED,
                INVALID_ARGUMENT when the model refuses the values (a broken tf.Example),
                INTERNAL, or UNAVAILABLE when its process died.
        """
        ...


class Models(Protocol):
    """All models and versions of the server."""

    def find(self, name: str, version: int | None = None, label: str | None = None) -> Servable:
        """The version that is asked for; without version and label, the largest available one.

        Raises:
            ServingError: NOT_FOUND: no such model or version is available; INVALID_ARGUMENT: there
                is no such label; both as TF Serving says.
        """
        ...

    def status(
        self, name: str, version: int | None = None, label: str | None = None
    ) -> Sequence[VersionStatus]:
        """The versions, also those that failed or were unloaded, newest first.

        Raises:
            ServingError: NOT_FOUND, or INVALID_ARGUMENT when there is no such label.
        """
        ...

    def names(self) -> Sequence[str]:
        """The models that are configured."""
        ...

    async def reload(self, config: bytes) -> None:
        """Takes a serialized ModelServerConfig as the new configuration.

        Returns when the versions that it asks for are available.

        Raises:
            ServingError: INVALID_ARGUMENT, FAILED_PRECONDITION (a label for a version that is not
                available), UNAVAILABLE (a version did not load), as TF Serving says.
        """
        ...
