"""Answers as cells of a table, as lines for a person, and as plain values."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfxp_client import Prediction, Predictions, Tensor

_LISTED = 5
_SINGLE = "float32"


@dataclass(frozen=True)
class Output:
    """A column of the answers.

    Attributes:
        title: Its name.
        output: Of the signature.
        at: Which of several values a row; None where there is one, or they stay together.
        dtype: Of the values, as TensorFlow names it.
    """

    title: str
    output: str
    at: int | None
    dtype: str

    def cell(self, prediction: Prediction) -> str:
        """Of one row; empty where a version has no such output."""
        value = prediction.outputs.get(self.output)
        if isinstance(value, tuple):
            if self.at is None:
                return json.dumps(value)
            value = value[self.at]
        return text(value, self.dtype)


def output_columns(outputs: Mapping[str, Tensor], classes: Sequence[str | int]) -> list[Output]:
    """The columns, in the order of their names; an output of a value a class has one for each.

    Args:
        outputs: Of the signature that is asked.
        classes: Names of the classes in the order of the outputs; may be none.
    """
    found = []
    for name, tensor in outputs.items():
        width = tensor.shape[1] if tensor.shape and len(tensor.shape) == 2 else None
        if width is None or width == 1:
            found.append(Output(name, name, None, tensor.dtype))
            continue
        titles = classes if len(classes) == width else range(width)
        found += [
            Output(f"{name}.{title}", name, at, tensor.dtype) for at, title in enumerate(titles)
        ]
    return found


def text(value: Any, dtype: str = _SINGLE) -> str:
    """A value in the fewest digits that tell it from its neighbours."""
    if value is None:
        return ""
    return str(np.float32(value)) if dtype == _SINGLE and isinstance(value, float) else str(value)


def line(prediction: Prediction, classes: Sequence[str | int]) -> str:
    """An answer in words; of many classes the likeliest."""
    return ", ".join(
        f"{name} {_listed(value, classes) if isinstance(value, tuple) else text(value)}"
        for name, value in prediction.outputs.items()
    )


def plain(predictions: Predictions) -> dict[str, Any]:
    """Values for JSON."""
    return {
        "model": predictions.model,
        "rows": [
            {"version": one.version, **{name: _plain(v) for name, v in one.outputs.items()}}
            for one in predictions
        ],
    }


def _listed(values: tuple[Any, ...], classes: Sequence[str | int]) -> str:
    names = classes if len(classes) == len(values) else range(len(values))
    ordered = sorted(zip(values, names, strict=True), key=lambda pair: pair[0], reverse=True)
    shown = ", ".join(f"{name}: {text(value)}" for value, name in ordered[:_LISTED])
    more = f" and {len(ordered) - _LISTED} more" if len(ordered) > _LISTED else ""
    return f"({shown}{more})"


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    # A float32 as a double has digits that mean nothing.
    return float(text(value)) if isinstance(value, float) else value
