"""Answers of a model as columns of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

KEY, VERSION = "row_key", "model_version"
"""What stands beside the predictions."""

Answers = Mapping[str, npt.NDArray[Any]]
"""Output to [rows, …]."""


@dataclass(frozen=True)
class Prediction:
    """One output of a signature as a column.

    Attributes:
        output: The output's name.
        column: The column's name: the same, unless a column of ours has it.
        is_list: Whether a row has several values, such as a probability a class.
        type: Of a value.
    """

    output: str
    column: str
    is_list: bool
    type: pa.DataType


def predictions_of(outputs: Mapping[str, Any]) -> tuple[Prediction, ...]:
    """Returns the columns of a signature's outputs, in the order of their names.

    | output               | column                                     |
    | -------------------- | ------------------------------------------ |
    | [rows], [rows, 1]    | a value                                    |
    | [rows, …] of others  | a list, the last dimension the fastest     |
    | text                 | string                                     |
    | whole numbers        | int64                                      |
    | 64-bit floats        | double                                     |
    | other floats         | float                                      |

    Args:
        outputs: As `structured_outputs` of a signature has them.
    """
    return tuple(
        Prediction(
            output=name,
            column=f"prediction_{name}" if name in (KEY, VERSION) else name,
            is_list=spec.shape.rank is None or any(size != 1 for size in spec.shape[1:]),
            type=_type(spec.dtype),
        )
        for name, spec in sorted(outputs.items())
    )


def table_schema(predictions: Sequence[Prediction]) -> pa.Schema:
    """Returns the columns of an output file."""
    return pa.schema(
        [
            (KEY, pa.string()),
            *((p.column, pa.list_(p.type) if p.is_list else p.type) for p in predictions),
            (VERSION, pa.int64()),
        ]
    )


def as_rows(
    keys: pa.Array, answers: Answers, predictions: Sequence[Prediction], version: int
) -> pa.RecordBatch:
    """Returns the rows of an output file.

    Args:
        keys: [rows] string.
        answers: To the rows, in their order.
        predictions: What becomes of the outputs.
        version: Of the model.
    """
    columns = [_column(answers[p.output], p) for p in predictions]
    versions = pa.array(np.full(len(keys), version, np.int64))
    return pa.record_batch([keys, *columns, versions], schema=table_schema(predictions))


def _column(values: npt.NDArray[Any], prediction: Prediction) -> pa.Array:
    flat = _typed(values.reshape(-1), prediction.type)
    if not prediction.is_list:
        return flat
    width = len(flat) // len(values) if len(values) else 0
    offsets = np.arange(0, len(flat) + 1, width) if width else np.zeros(len(values) + 1)
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), flat)


def _typed(values: npt.NDArray[Any], kind: pa.DataType) -> pa.Array:
    if kind == pa.string():
        return pa.array([value.decode(errors="replace") for value in values], kind)
    return pa.array(values.astype(kind.to_pandas_dtype()), kind)


def _type(dtype: Any) -> pa.DataType:
    if dtype.is_bool:
        return pa.bool_()
    if dtype.is_floating:
        return pa.float64() if dtype.size == 8 else pa.float32()
    return pa.int64() if dtype.is_integer else pa.string()
