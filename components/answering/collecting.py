"""Columns that arrive some thousand rows at a time, put together."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.answering.answers import MISSING, Coded, Column
from components.transform.rows import NO_INTEGER
from schema.columns import Kind


class Collector:
    """One raw column. In memory it needs four bytes a row, and each distinct text once."""

    def __init__(self, kind: Kind) -> None:
        """Begins with no rows.

        Args:
            kind: What the column holds.
        """
        self._kind = kind
        self._floats: list[npt.NDArray[np.float32]] = []
        self._codes: list[npt.NDArray[np.int32]] = []
        self._places: dict[int | bytes, int] = {}

    def add(self, values: npt.NDArray[np.generic]) -> None:
        """Adds rows.

        Args:
            values: [some rows] of bytes objects, empty where missing; of int64, `NO_INTEGER` where
                missing; or of float32, NaN where missing.
        """
        if self._kind == "float":
            self._floats.append(np.asarray(values, np.float32))
            return
        # Arrow finds the distinct values many times faster than NumPy sorts objects.
        encoded = pa.array(values).dictionary_encode()
        found = encoded.dictionary.to_pylist()
        absent = b"" if self._kind == "bytes" else NO_INTEGER
        places = [
            MISSING if value == absent else self._places.setdefault(value, len(self._places))
            for value in found
        ]
        self._codes.append(np.asarray(places, np.int32)[pc.fill_null(encoded.indices, 0)])

    def column(self) -> Column:
        """All rows so far, in the order in which they came."""
        if self._kind == "float":
            return np.concatenate([np.zeros(0, np.float32), *self._floats])
        in_order = sorted(self._places)
        # One place more, at the end, for the code of a missing value.
        moved = np.full(len(in_order) + 1, MISSING, np.int32)
        for place, value in enumerate(in_order):
            moved[self._places[value]] = place
        codes = np.concatenate([np.zeros(0, np.int32), *self._codes])
        return Coded(moved[codes], tuple(map(_text, in_order)))


def _text(value: int | bytes) -> str:
    # What is no UTF-8 must stay apart from other such values.
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
