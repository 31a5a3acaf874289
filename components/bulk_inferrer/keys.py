"""The key of a row, by which its prediction is found again."""

from collections.abc import Collection
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.rows.parquet_rows import as_text


def keys_of_column(column: pa.Array) -> pa.Array:
    """[rows] string: the values as a CSV file would have them, null where missing."""
    return as_text(column)


def keys_of_places(file: str, numbers: npt.NDArray[np.int64]) -> pa.Array:
    """[rows] string, such as `trips.csv:0` for the first row of a file.

    Args:
        file: What the file is called.
        numbers: [rows] each row's number in the whole file, from 0.
    """
    texts = pa.array(numbers).cast(pa.string())
    return pc.binary_join_element_wise(pa.scalar(file), texts, ":")


def called(paths: Collection[str]) -> dict[str, str]:
    """Returns what each file is called in keys: its name; its path where names are not unique."""
    names = {path: PurePosixPath(path).name for path in paths}
    is_unique = len(set(names.values())) == len(names)
    return names if is_unique else {path: path for path in paths}
