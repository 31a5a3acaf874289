"""Times as numbers that can be put in order."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.errors import InputError

_SECONDS = "us"


def times(column: pa.Array) -> npt.NDArray[np.float64]:
    """Returns the times of a column.

    Args:
        column: Numbers, which are taken as they are, or ISO 8601 text, in binary: `2024-03-01`,
            `2024-03-01 12:30`, `2024-03-01T12:30:15.5Z`.

    Returns:
        [rows] float64: the number, or microseconds since 1970; NaN where there is no time.
    """
    if not pa.types.is_binary(column.type):
        return pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    text = column.cast(pa.string())
    try:
        return _microseconds(text.cast(pa.timestamp(_SECONDS)))
    except pa.ArrowInvalid:
        # One that is no time makes an error of all.
        distinct = text.dictionary_encode()
        parsed = np.array([_one(value) for value in distinct.dictionary.to_pylist()], np.float64)
        places = pc.fill_null(distinct.indices, len(parsed)).to_numpy(zero_copy_only=False)
        return np.append(parsed, np.nan)[places]


def time_of(text: str, is_number: bool) -> float:
    """Returns one time, as `times` would have it in such a column.

    Raises:
        InputError: it is none.
    """
    if is_number:
        try:
            return float(text)
        except ValueError:
            when = float("nan")
    else:
        when = _one(text)
    if np.isnan(when):
        expected = "a number, as in the column" if is_number else "a time such as 2024-03-01"
        msg = f"data.split_starts: found {text!r}; expected {expected}"
        raise InputError(msg)
    return when


def _one(text: str) -> float:
    try:
        return float(_microseconds(pa.array([text]).cast(pa.timestamp(_SECONDS)))[0])
    except pa.ArrowInvalid:
        pass
    try:
        with_zone = pa.array([text]).cast(pa.timestamp(_SECONDS, "UTC"))
    except pa.ArrowInvalid:
        return float("nan")
    return float(_microseconds(with_zone)[0])


def _microseconds(stamps: pa.Array) -> npt.NDArray[np.float64]:
    return pc.cast(stamps.cast(pa.int64()), pa.float64()).to_numpy(zero_copy_only=False)
