"""How requests of one signature are read: everything that is the same each time, made once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import grpc
import numpy as np

from serving.prediction.dtypes import KINDS, Kind, type_name
from serving.prediction.tensors import column, decode
from serving.servable import Arrays, Servable, ServingError, Signature, TensorSpec

DEFAULT_SIGNATURE = "serving_default"
"""The signature of a request that names none."""


def invalid(message: str) -> ServingError:
    """A request that the caller has to change."""
    return ServingError(grpc.StatusCode.INVALID_ARGUMENT, message)


@dataclass(frozen=True)
class _Input:
    alias: str
    number: int
    kind: Kind | None
    rank: int | None
    fixed: tuple[tuple[int, int], ...]

    @cached_property
    def is_column(self) -> bool:
        """Whether it has one value a row, for as many rows as one likes."""
        return self.rank == 1 and not self.fixed


def _input(alias: str, spec: TensorSpec) -> _Input:
    shape = spec.shape
    fixed = tuple((at, size) for at, size in enumerate(shape or ()) if size >= 0)
    rank = None if shape is None else len(shape)
    return _Input(alias, spec.dtype, KINDS.get(spec.dtype), rank, fixed)


class Plan:
    """Checks and reads the inputs of a signature, and knows its outputs.

    Args:
        name: Of the signature.
        signature: What the model says of it.
        limit_bytes: What shapes may claim beyond what was sent.
        batched: Whether rows of several requests are run together; then the inputs of a request
            must have the same number of rows.
    """

    def __init__(self, name: str, signature: Signature, *, limit_bytes: int, batched: bool) -> None:
        self.name = name
        self.signature = signature
        self._inputs = [_input(alias, spec) for alias, spec in signature.inputs.items()]
        self._limit_bytes = limit_bytes
        self._by_rows = batched and all(
            spec.shape and spec.shape[0] < 0 for spec in signature.inputs.values()
        )

    def arrays(self, protos: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """The inputs of a PredictRequest.

        Raises:
            ServingError: INVALID_ARGUMENT: names, types or shapes are not the signature's.
        """
        self._check_names(protos)
        found: dict[str, np.ndarray] = {}
        limit = self._limit_bytes
        for entry in self._inputs:
            proto = protos[entry.alias]
            if proto.dtype != entry.number or entry.kind is None:
                raise _wrong_type(entry, proto.dtype)
            array = column(proto, entry.kind) if entry.is_column else None
            if array is None:
                array = _decoded(entry, entry.kind, proto, limit)
                limit -= array.nbytes
            found[entry.alias] = array
        self._check_rows(found)
        return found

    def check(self, arrays: Arrays) -> None:
        """Checks arrays that have the names and types of the signature.

        Raises:
            ServingError: INVALID_ARGUMENT: a shape is not the signature's.
        """
        for entry in self._inputs:
            _check_shape(entry, arrays[entry.alias].shape)
        self._check_rows(arrays)

    def wanted(self, output_filter: Sequence[str]) -> list[str]:
        """The outputs that a request asks for; all when it names none.

        Raises:
            ServingError: INVALID_ARGUMENT: one does not exist, or is named twice.
        """
        names: list[str] = []
        for alias in output_filter:
            if alias not in self.signature.outputs:
                msg = (
                    f"output tensor alias not found in signature: {alias} "
                    f"Outputs expected to be in the set {_set(self.signature.outputs)}."
                )
                raise invalid(msg)
            if alias in names:
                msg = f"duplicate output tensor alias: {alias}"
                raise invalid(msg)
            names.append(alias)
        return names

    def _check_names(self, protos: Mapping[str, Any]) -> None:
        # A look-up of a name that is not there would add it to the message.
        if len(protos) == len(self._inputs) and all(
            [entry.alias in protos for entry in self._inputs]
        ):
            return
        known = self.signature.inputs
        extra, missing = set(protos) - set(known), set(known) - set(protos)
        if len(protos) == len(known):
            msg = (
                f"input tensor alias not found in signature: {', '.join(sorted(extra))}. "
                f"Inputs expected to be in the set {_set(known)}."
            )
            raise invalid(msg)
        msg = (
            f"input size does not match signature: {len(protos)}!={len(known)} "
            f"len({_set(protos)}) != len({_set(known)}). "
            f"Sent extra: {_set(extra)}. Missing but required: {_set(missing)}."
        )
        raise invalid(msg)

    def _check_rows(self, arrays: Arrays) -> None:
        if not self._by_rows:
            return
        if len({array.shape[0] for array in arrays.values()}) > 1:
            rows = ", ".join(f"{alias} {array.shape[0]}" for alias, array in arrays.items())
            msg = f"input tensors must have equal 0th-dimension size, but have: {rows}"
            raise invalid(msg)


def _decoded(entry: _Input, kind: Kind, proto: Any, limit_bytes: int) -> np.ndarray:
    try:
        array = decode(proto, kind, limit_bytes)
    except ValueError as error:
        msg = f"tensor parsing error: {entry.alias}: {error}"
        raise invalid(msg) from error
    _check_shape(entry, array.shape)
    return array


def _wrong_type(entry: _Input, number: int) -> ServingError:
    if entry.kind is None:
        msg = f"input {entry.alias!r} is of {type_name(entry.number)}, which is not served"
        return ServingError(grpc.StatusCode.UNIMPLEMENTED, msg)
    expected = type_name(entry.number)
    return invalid(
        f"Expects input {entry.alias!r} to be {expected} but {type_name(number)} is provided"
    )


def _check_shape(entry: _Input, shape: tuple[int, ...]) -> None:
    rank = entry.rank
    if rank is None or (rank == len(shape) and all([shape[at] == n for at, n in entry.fixed])):
        return
    free: list[str | int] = ["?"] * rank
    for at, size in entry.fixed:
        free[at] = size
    expected = "[" + ",".join(map(str, free)) + "]"
    msg = f"Expects input {entry.alias!r} to have shape {expected} but got {list(shape)}"
    raise invalid(msg)


def _set(names: Iterable[str]) -> str:
    return "{" + ",".join(sorted(names)) + "}"


class Plans:
    """The plans of all signatures that were asked; they go when their version goes."""

    def __init__(self, *, limit_bytes: int, batched: bool) -> None:
        self._limit_bytes = limit_bytes
        self._batched = batched
        self._known: WeakKeyDictionary[Servable, _Known] = WeakKeyDictionary()

    def of(self, servable: Servable, signature_name: str) -> Plan | None:
        """The plan of a signature; None when the version has no such signature."""
        known = self._known.get(servable)
        # A version whose process died has been loaded anew, perhaps from other files.
        if known is None or known.signatures is not servable.signatures:
            known = self._known[servable] = self._made(servable.signatures)
        return known.plans.get(signature_name or DEFAULT_SIGNATURE)

    def _made(self, signatures: Mapping[str, Signature]) -> "_Known":
        plans = {
            name: Plan(name, found, limit_bytes=self._limit_bytes, batched=self._batched)
            for name, found in signatures.items()
        }
        return _Known(signatures, plans)


@dataclass(frozen=True)
class _Known:
    signatures: Mapping[str, Signature]
    plans: Mapping[str, Plan]
