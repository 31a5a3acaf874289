"""A request and its answer as a TFRecord of PredictionLog."""

import struct
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from tfxp_client import wire
from tfxp_client.request_log_checksum import masked_crc32c
from tfxp_client.request_log_redaction import Redaction

_LOGS = {
    "PredictRequest": "predict_log",
    "ClassificationRequest": "classify_log",
    "RegressionRequest": "regress_log",
    "MultiInferenceRequest": "multi_inference_log",
}


@dataclass(frozen=True)
class Entry:
    """A request that is to be written.

    Attributes:
        log: The field of PredictionLog that it belongs to.
        request: Serialized.
        response: Serialized.
        request_id: The client's, or one that was made.
        time: When it was answered, seconds since 1970.
    """

    log: str
    request: bytes
    response: bytes
    request_id: str
    time: float

    @property
    def size(self) -> int:
        """Bytes, about."""
        return len(self.request) + len(self.response) + _OVERHEAD_BYTES


_OVERHEAD_BYTES = 512


def entry_of(request: Message, response: Message, request_id: str, time: float) -> Entry:
    """Takes what is to be written of a request, and leaves the messages to the caller.

    Raises:
        KeyError: the request is of a type that no PredictionLog holds.
    """
    return Entry(
        _LOGS[request.DESCRIPTOR.name],
        request.SerializeToString(),
        response.SerializeToString(),
        request_id,
        time,
    )


def prediction_log(entry: Entry, share: float, redaction: Redaction) -> Any:
    """Returns the PredictionLog of `tfxp_client.wire`, without what is not to be written."""
    log = wire.PredictionLog()
    part = getattr(log, entry.log)
    part.request.MergeFromString(entry.request)
    part.response.MergeFromString(entry.response)
    redaction.apply(log)
    metadata = log.log_metadata
    metadata.model_spec.CopyFrom(_model_spec(part))
    metadata.sampling_config.sampling_rate = share
    metadata.timestamp_secs = int(entry.time)
    metadata.request_origin = entry.request_id
    return log


def framed(record: bytes) -> bytes:
    """The record as it stands in a TFRecord file: length, its checksum, content, its checksum."""
    length = struct.pack("<Q", len(record))
    return b"".join(
        (
            length,
            struct.pack("<I", masked_crc32c(length)),
            record,
            struct.pack("<I", masked_crc32c(record)),
        )
    )


def _model_spec(part: Any) -> Any:
    """Which version answered, as far as the answer says so; else which one was asked."""
    if part.DESCRIPTOR.name == "MultiInferenceLog":
        answered = [result.model_spec for result in part.response.results]
        asked = [task.model_spec for task in part.request.tasks]
    else:
        answered, asked = [part.response.model_spec], [part.request.model_spec]
    return next((spec for spec in [*answered, *asked] if spec.name), wire.ModelSpec())
