"""What reading yields: rows that fit, and rows put aside."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_SHOWN_CHARACTERS = 1000


@dataclass(frozen=True)
class Reject:
    """A row that cannot be used.

    Attributes:
        path: The file.
        line: Where the row begins, from 1; None where there are no lines.
        row: The row's number in the file, from 0; None where there are lines.
        column: The first column that is wrong; empty when the row as a whole is.
        text: What stands there, in the column or in the row.
        reason: What is wrong, in words that rows share.
    """

    path: str
    line: int | None
    row: int | None
    column: str
    text: str
    reason: str


@dataclass(frozen=True)
class Batch:
    """Some rows, in the types of the schema.

    Attributes:
        rows: int64, float32 and binary columns, null where missing; a column that the schema does
            not know is binary.
        numbers: [rows] each row's number in the part, from 0, those put aside counted, too.
        rejects: Rows put aside, of this batch or a little ahead of it.
    """

    rows: pa.RecordBatch
    numbers: npt.NDArray[np.int64]
    rejects: tuple[Reject, ...]


@dataclass(frozen=True)
class Fault:
    """A row that is wrong as such.

    Attributes:
        number: The row's number in the part.
        column: The column; empty for the row as a whole.
        text: What stands there.
        reason: What is wrong.
    """

    number: int
    column: str
    text: str
    reason: str


@dataclass(frozen=True)
class Text:
    """Some rows as text.

    Attributes:
        rows: String columns, null where missing.
        numbers: [rows] each row's number in the part.
        faults: Rows that are wrong, none before one of an earlier batch.
    """

    rows: pa.RecordBatch
    numbers: npt.NDArray[np.int64]
    faults: tuple[Fault, ...]


def without(rows: pa.RecordBatch, columns: Collection[str]) -> pa.RecordBatch:
    """The rows without some of their columns, whether they have them or not."""
    kept = [name for name in rows.schema.names if name not in columns]
    return rows.select(kept) if len(kept) < rows.num_columns else rows


def shown(text: str) -> str:
    """The text, cut where it would be too long to keep for every row that is wrong."""
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    return f"{text[:_SHOWN_CHARACTERS]}… ({len(text):,} characters)"
