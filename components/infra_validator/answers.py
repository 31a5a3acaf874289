"""Are the answers of a server those that the model gives in process?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Answers = Mapping[str, npt.NDArray[np.generic]]
"""Outputs by name, each [rows, ...]."""

# Kernels are chosen by batch size, so the last bits may differ.
_RELATIVE, _ABSOLUTE = 1e-4, 1e-5


@dataclass(frozen=True)
class Fault:
    """What is wrong with answers.

    Attributes:
        text: In words.
        row: The first row that shows it, from 0; None if it is not about a row.
    """

    text: str
    row: int | None = None


def shape_fault(answers: Answers, rows: int) -> Fault | None:
    """Says whether there is not one answer a row."""
    for name, values in sorted(answers.items()):
        if values.ndim == 0 or len(values) != rows:
            came = len(values) if values.ndim else "no list of"
            return Fault(f"{rows} rows were sent, {came} answers came back as {name!r}")
    return None


def number_fault(answers: Answers) -> Fault | None:
    """Says which answer is no finite number; texts may be anything."""
    for name, values in sorted(answers.items()):
        if values.dtype.kind == "f":
            odd = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
            if odd.any():
                row = int(odd.argmax())
                return Fault(f"{name!r} is {_text(values[row])}; expected a finite number", row)
    return None


def difference(answers: Answers, expected: Answers) -> Fault | None:
    """Says where the server answers something else than the model in process."""
    if set(answers) != set(expected):
        return Fault(f"the outputs are {sorted(answers)}, but {sorted(expected)} in process")
    for name, values in sorted(answers.items()):
        wanted = expected[name]
        if values.shape != wanted.shape:
            return Fault(f"{name!r} has shape {values.shape}, but {wanted.shape} in process")
        away = ~_alike(values, wanted).reshape(len(values), -1).all(axis=1)
        if away.any():
            row = int(away.argmax())
            return Fault(
                f"{name!r} is {_text(values[row])}, but {_text(wanted[row])} in process", row
            )
    return None


def _alike(
    values: npt.NDArray[np.generic], wanted: npt.NDArray[np.generic]
) -> npt.NDArray[np.bool_]:
    if wanted.dtype.kind in "OSUb":
        return np.asarray(values == wanted)
    return np.isclose(
        values.astype(np.float64),
        wanted.astype(np.float64),
        rtol=_RELATIVE,
        atol=_ABSOLUTE,
        equal_nan=True,
    )


def _text(value: npt.NDArray[np.generic]) -> str:
    return str(np.asarray(value).tolist())
