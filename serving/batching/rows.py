"""Which requests may be run together, how they are joined, and how the answers are parted."""

from collections.abc import Mapping, Sequence

import numpy as np

from serving.servable import Arrays, Signature, TensorSpec

Kind = tuple[object, ...]
"""Requests of one kind may be run together."""


def may_batch(signature: Signature) -> bool:
    """Whether every tensor of the signature begins with a free dimension, which is the batch."""
    specs = (*signature.inputs.values(), *signature.outputs.values())
    return bool(signature.inputs) and all(_begins_free(spec) for spec in specs)


def _begins_free(spec: TensorSpec) -> bool:
    return spec.shape is None or (len(spec.shape) > 0 and spec.shape[0] == -1)


def row_count(inputs: Arrays) -> int | None:
    """The rows of a request; None when its inputs do not agree on it, or have none to count."""
    counts = {array.shape[0] if array.ndim else None for array in inputs.values()}
    return counts.pop() if len(counts) == 1 else None


def kind_of(inputs: Arrays, outputs: Sequence[str]) -> Kind:
    """What two requests must have in common: inputs, their inner shapes and types, outputs."""
    shapes = sorted((name, array.shape[1:], array.dtype.char) for name, array in inputs.items())
    return (*shapes, *outputs)


def joined(requests: Sequence[Arrays]) -> Arrays:
    """The rows of several requests as one."""
    if len(requests) == 1:
        return requests[0]
    return {name: np.concatenate([request[name] for request in requests]) for name in requests[0]}


def parted(
    answer: Mapping[str, np.ndarray], rows: Sequence[int]
) -> list[dict[str, np.ndarray]] | None:
    """The answer to several requests, for each its rows.

    Returns:
        None when an output does not have as many rows as the requests together.
    """
    total = sum(rows)
    if any(not array.ndim or array.shape[0] != total for array in answer.values()):
        return None
    parts: list[dict[str, np.ndarray]] = []
    start = 0
    for count in rows:
        parts.append({name: array[start : start + count] for name, array in answer.items()})
        start += count
    return parts
