"""The body of `:predict` to arrays: rows under `instances`, or columns under `inputs`."""

from collections.abc import Mapping
from typing import Any

import grpc
import numpy as np

from serving.prediction.dtypes import KINDS, Kind, type_name
from serving.prediction.plans import invalid
from serving.rest.documents import shown
from serving.rest.values import array, is_base64
from serving.servable import ServingError, Signature, TensorSpec

INSTANCES, INPUTS = "instances", "inputs"


def signature_name(document: Mapping[str, Any]) -> str:
    """The signature that a body names; empty when it names none.

    Raises:
        ServingError: INVALID_ARGUMENT: it is no text.
    """
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        msg = (
            f"JSON Value: {shown(document)} not formatted correctly. "
            "'signature_name' key must be a string value."
        )
        raise invalid(msg)
    return name


def arrays(document: Mapping[str, Any], signature: Signature) -> dict[str, np.ndarray]:
    """The inputs that a body holds, in the types of the signature.

    Raises:
        ServingError: INVALID_ARGUMENT or UNIMPLEMENTED.
    """
    if INSTANCES in document and INPUTS in document:
        msg = (
            f"JSON Value: {shown(document)} Not formatted correctly expecting only "
            f"one of '{INPUTS}' or '{INSTANCES}' keys to exist "
        )
        raise invalid(msg)
    if INSTANCES in document:
        return _from_rows(document, signature.inputs)
    if INPUTS in document:
        return _from_columns(document[INPUTS], signature.inputs)
    msg = f"Missing '{INPUTS}' or '{INSTANCES}' key"
    raise invalid(msg)


def _from_columns(value: Any, specs: Mapping[str, TensorSpec]) -> dict[str, np.ndarray]:
    if not isinstance(value, dict) or is_base64(value):
        if len(specs) != 1:
            msg = (
                "inputs is a plain value/list, but expecting an object as multiple "
                "input tensors required as per tensorinfo_map"
            )
            raise invalid(msg)
        (alias,) = specs
        return {alias: array(value, _kind(specs[alias]))}
    for alias in specs:
        if alias not in value:
            msg = f"Missing named input: {alias} in 'inputs' object."
            raise invalid(msg)
    return {alias: array(value[alias], _kind(spec)) for alias, spec in specs.items()}


def _from_rows(
    document: Mapping[str, Any], specs: Mapping[str, TensorSpec]
) -> dict[str, np.ndarray]:
    rows = document[INSTANCES]
    if not isinstance(rows, list):
        msg = f"JSON Value: {shown(document)} Expecting '{INSTANCES}' to be an list/array"
        raise invalid(msg)
    if not rows:
        msg = f"JSON Value: {shown(document)} No values in '{INSTANCES}' array"
        raise invalid(msg)
    if _is_named(rows[0]):
        return _from_named_rows(rows, specs)
    if len(specs) != 1:
        msg = (
            "instances is a plain list, but expecting list of objects as multiple "
            "input tensors required as per tensorinfo_map"
        )
        raise invalid(msg)
    for at, row in enumerate(rows):
        if _is_named(row):
            msg = f"Expecting value/list but got object at item {at} of input list"
            raise invalid(msg)
    (alias,) = specs
    return {alias: _column(rows, _kind(specs[alias]), "")}


def _from_named_rows(rows: list[Any], specs: Mapping[str, TensorSpec]) -> dict[str, np.ndarray]:
    names = specs.keys()
    for at, row in enumerate(rows):
        if not _is_named(row):
            msg = f"Expecting object but got list at item {at} of input list"
            raise invalid(msg)
        if row.keys() != names:
            raise _wrong_names(at, row, specs)
    return {
        alias: _column([row[alias] for row in rows], _kind(spec), f" key: {alias}")
        for alias, spec in specs.items()
    }


def _wrong_names(at: int, row: dict[str, Any], specs: Mapping[str, TensorSpec]) -> ServingError:
    for name in row:
        if name not in specs:
            return invalid(
                f"Failed to process element: {at} key: {name} of '{INSTANCES}' list. "
                f"Error: INVALID_ARGUMENT: JSON object: does not have named input: {name}"
            )
    missing = sorted(set(specs) - set(row))
    return invalid(
        f"Failed to process element: {at} of '{INSTANCES}' list. JSON object: {shown(row)} "
        f"keys must be equal to: {','.join(sorted(specs))}; missing: {','.join(missing)}"
    )


def _is_named(row: Any) -> bool:
    return isinstance(row, dict) and not is_base64(row)


def _column(values: list[Any], kind: Kind, key: str) -> np.ndarray:
    """One value a row, all of one shape: `[rows, …]`."""
    try:
        return array(values, kind)
    except ServingError as error:
        raise _located(values, kind, key) or error from error


def _located(values: list[Any], kind: Kind, key: str) -> ServingError | None:
    """The error of a column, with the row that it is about."""
    shape = None
    for at, value in enumerate(values):
        try:
            found = array(value, kind).shape
        except ServingError as error:
            return ServingError(
                error.code,
                f"Failed to process element: {at}{key} of '{INSTANCES}' list. "
                f"Error: {error.code.name}: {error}",
            )
        if shape is not None and found != shape:
            return invalid(
                f"Failed to process element: {at}{key} of '{INSTANCES}' list. "
                f"Error: INVALID_ARGUMENT: Expecting shape {list(shape)} but got: {list(found)}"
            )
        shape = found
    return None


def _kind(spec: TensorSpec) -> Kind:
    kind = KINDS.get(spec.dtype)
    if kind is None:
        msg = f"Conversion of JSON values to type: {type_name(spec.dtype)}"
        raise ServingError(grpc.StatusCode.UNIMPLEMENTED, msg)
    return kind
