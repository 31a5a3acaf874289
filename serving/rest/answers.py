"""Arrays and messages to the JSON of TF Serving's answers."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from serving.prediction.described import SIGNATURE_DEF, signature_map
from serving.prediction.dtypes import kind_of
from serving.prediction.plans import invalid
from serving.servable import Arrays, Servable
from tfxp_client import VersionStatus

_BYTES_SUFFIX = "_bytes"


def rows(outputs: Arrays) -> bytes:
    """`{"predictions": [one value or object a row]}`, the answer to `instances`.

    Raises:
        ServingError: INVALID_ARGUMENT: the outputs have no rows, or not the same number of them.
    """
    count: int | None = None
    for name, array in outputs.items():
        if array.ndim == 0:
            msg = f"Tensor name: {name} has no shape information "
            raise invalid(msg)
        if count is not None and len(array) != count:
            msg = f"Tensor name: {name} has inconsistent batch size: {len(array)} expecting: "
            raise invalid(msg + str(count))
        count = len(array)
    columns = {name: _values(name, array) for name, array in outputs.items()}
    if len(columns) == 1:
        return _written({"predictions": columns.popitem()[1]}, outputs)
    found = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return _written({"predictions": found}, outputs)


def columns(outputs: Arrays) -> bytes:
    """`{"outputs": …}`, the answer to `inputs`: one value, or an object by name."""
    found = {name: _values(name, array) for name, array in outputs.items()}
    if len(found) == 1:
        return _written({"outputs": found.popitem()[1]}, outputs)
    return _written({"outputs": found}, outputs)


def _values(name: str, array: np.ndarray) -> Any:
    """An output as something that is written as JSON; arrays stay arrays, which is faster."""
    kind = kind_of(array)
    if not kind.in_json:
        msg = f"Failed to write JSON value for tensor type: {kind.name}"
        raise invalid(msg)
    if kind.dtype.kind != "O":
        return np.ascontiguousarray(array) if array.ndim else array[()]
    if name.endswith(_BYTES_SUFFIX):
        return _texts(array, lambda item: {"b64": base64.b64encode(item).decode()})
    # JSON has no bytes that are no text.
    return _texts(array, lambda item: item.decode(errors="replace"))


def _texts(array: np.ndarray, convert: Any) -> Any:
    texts = np.empty(array.shape, np.object_)
    texts.ravel()[:] = [convert(item) for item in array.ravel()]
    return texts.tolist()


def _written(document: Any, outputs: Arrays) -> bytes:
    if all(array.dtype.kind != "f" or np.isfinite(array).all() for array in outputs.values()):
        return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    # orjson writes null for NaN; TF Serving, and Python's own module, write NaN and Infinity.
    return json.dumps(document, ensure_ascii=False, default=_plain).encode()


def _plain(value: Any) -> Any:
    """A part of an answer in Python's own types; a float32 by its shortest digits."""
    if isinstance(value, np.ndarray):
        return [_plain(item) for item in value]
    return float(str(value)) if isinstance(value, np.floating) else value.item()


def classes(result: Any) -> bytes:
    """`{"results": [[[label, score], …], …]}` of a ClassificationResult."""
    found = [
        [[label.label, np.float32(label.score)] for label in row.classes]
        for row in result.classifications
    ]
    scores = np.array([item[1] for row in found for item in row], np.float32)
    return _written({"results": found}, {"scores": scores})


def values(result: Any) -> bytes:
    """`{"results": [value, …]}` of a RegressionResult."""
    found = np.array([row.value for row in result.regressions], np.float32)
    return _written({"results": found}, {"values": found})


def error(message: str) -> bytes:
    """`{"error": message}`."""
    return orjson.dumps({"error": message.encode(errors="replace").decode()})


def status(versions: Sequence[VersionStatus]) -> bytes:
    """The answer to a GET of a model: its versions."""
    found = [
        {
            "version": str(entry.version),
            "state": entry.state.name,
            "status": {"error_code": entry.code.name, "error_message": entry.message},
        }
        for entry in versions
    ]
    return orjson.dumps({"model_version_status": found}, option=orjson.OPT_INDENT_2)


def metadata(servable: Servable) -> bytes:
    """The answer to a GET of `/metadata`: the signatures of a version."""
    # Imported when it is asked for: it takes longer than all else here.
    from google.protobuf import json_format

    signatures: Mapping[str, Any] = json_format.MessageToDict(
        signature_map(servable),
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )
    spec = {"name": servable.name, "signature_name": "", "version": str(servable.version)}
    document = {"model_spec": spec, "metadata": {SIGNATURE_DEF: signatures}}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)
