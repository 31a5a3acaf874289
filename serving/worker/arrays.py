"""Arrays on their way to a worker and back: as bytes, which pickle takes at a third of the time."""

from collections.abc import Mapping
from typing import Any

import numpy as np

_PLAIN = "biufc"

Flat = dict[str, Any]
"""By name: type, shape and values; or the array itself, where numpy does not know its type."""


def flattened(arrays: Mapping[str, np.ndarray]) -> Flat:
    """Returns what `restored` makes the same arrays of."""
    return {name: _flat(array) for name, array in arrays.items()}


def restored(flat: Flat) -> dict[str, np.ndarray]:
    """Returns the arrays; those of numbers cannot be written to."""
    return {name: _array(value) for name, value in flat.items()}


def _flat(array: np.ndarray) -> Any:
    if array.dtype.kind in _PLAIN:
        return array.dtype.str, array.shape, array.tobytes()
    if array.dtype.kind == "O":
        return "O", array.shape, array.ravel().tolist()
    return array


def _array(value: Any) -> np.ndarray:
    match value:
        case ("O", shape, values):
            texts = np.empty(len(values), object)
            texts[:] = values
            return texts.reshape(shape)
        case (kind, shape, content):
            return np.frombuffer(content, kind).reshape(shape)
        case array:
            return array
