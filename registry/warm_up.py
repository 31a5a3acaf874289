"""The real rows that a version brings with it: requests that a server replays while it loads it."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError

from registry.errors import VersionRefused
from registry.versions import WARM_UP_FILE
from tfxp_client import wire

# Before a record: its length and a checksum of that; behind it: a checksum of the record.
_HEAD = struct.Struct("<QI")
_FOOT = 4


def warm_up_requests(version: Path) -> list[Any]:
    """Returns the requests to predict that the version holds, as `wire.PredictRequest`.

    Its files have been compared with their checksums; those within this one are not looked at.

    Raises:
        VersionRefused: the file is broken.
    """
    path = version / WARM_UP_FILE
    if not path.exists():
        return []
    try:
        logs = [wire.PredictionLog.FromString(record) for record in _records(path)]
    except DecodeError as error:
        msg = f"{path}: not records of PredictionLog ({error}); push the model again"
        raise VersionRefused(msg) from error
    return [log.predict_log.request for log in logs if log.HasField("predict_log")]


def _records(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    start = 0
    while start < len(content):
        length = _HEAD.unpack_from(content, start)[0] if start + _HEAD.size <= len(content) else 0
        record = content[start + _HEAD.size : start + _HEAD.size + length]
        start += _HEAD.size + length + _FOOT
        if start > len(content):
            msg = f"{path}: ends within a record; push the model again"
            raise VersionRefused(msg)
        yield record
