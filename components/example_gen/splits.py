"""Which split a row goes to: by a hash of its content, so that it is the same everywhere."""

import hashlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_BETWEEN_CELLS = "\x1f"
_MISSING = "\x00"


def split_of_rows(batch: pa.RecordBatch, shares: Mapping[str, int]) -> npt.NDArray[np.int64]:
    """Returns the index of each row's split.

    The hash is BLAKE2b of the row's text, columns in the order of their names: the same row goes
    to the same split whatever the file, the order of columns or splits, the machine or the worker.

    Args:
        batch: String columns, null where missing.
        shares: Split name to its share of the hash values.

    Returns:
        [rows] int64, an index into `shares`.
    """
    names = sorted(batch.schema.names)
    cells = [pc.fill_null(batch.column(name), _MISSING) for name in names]
    rows = pc.binary_join_element_wise(*cells, _BETWEEN_CELLS).to_pylist()
    total = sum(shares.values())
    buckets = np.fromiter((_hash(row) % total for row in rows), np.int64, count=len(rows))
    by_name = sorted(shares)
    ends = np.cumsum([shares[name] for name in by_name])
    given = list(shares)
    index = np.array([given.index(name) for name in by_name], np.int64)
    return index[np.searchsorted(ends, buckets, side="right")]


def _hash(row: str) -> int:
    return int.from_bytes(hashlib.blake2b(row.encode(), digest_size=8).digest(), "little")
