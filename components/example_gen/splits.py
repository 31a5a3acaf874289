"""Which split a row goes to: the same whatever the files, the machine or the workers."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from components.example_gen.options import SplitOptions
from components.example_gen.times import times


def split_of_rows(
    rows: pa.RecordBatch,
    examples: Sequence[bytes],
    options: SplitOptions,
    cuts: Sequence[float] = (),
) -> npt.NDArray[np.int64]:
    """Returns the index of each row's split.

    The hashes are BLAKE2b, of the serialized example or of the entity's value. A row without an
    entity goes by its example: nothing ties it to other rows.

    Args:
        rows: With the column of the entity or the time, if there is one.
        examples: The same rows, serialized.
        options: Which split a row goes to.
        cuts: By time: where each split but the first begins; see `cuts`.

    Returns:
        [rows] int64, an index into `options.names`; -1 for a row that has no time to go by.
    """
    match options.by:
        case "row":
            return _by_share([_hash(example) for example in examples], options.shares)
        case "entity":
            entities = _as_bytes(rows.column(options.column))
            hashes = [_hash(e or x) for e, x in zip(entities, examples, strict=True)]
            return _by_share(hashes, options.shares)
        case "time":
            when = times(rows.column(options.column))
            return np.where(np.isnan(when), -1, np.searchsorted(cuts, when, side="right"))


def cuts_by_share(
    counts: Sequence[tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]],
    shares: Mapping[str, int],
) -> list[float]:
    """Returns the time at which each split but the first begins.

    Rows of the same time stay together, so a split may get a little more or less than its share.

    Args:
        counts: Of each part of the data, the times in it, ascending, and in how many rows.
        shares: Split name to share, the oldest first.
    """
    if not counts:
        return []
    # A time may occur in several parts.
    every, index = np.unique(np.concatenate([when for when, _ in counts]), return_inverse=True)
    until = np.cumsum(np.bincount(index, np.concatenate([rows for _, rows in counts])))
    if not len(every):
        return []
    wanted = np.cumsum(list(shares.values()))[:-1] / sum(shares.values()) * until[-1]
    place = np.searchsorted(until, wanted, side="left") + 1
    # Where equal times fill the last place, nothing is left for the splits after it.
    return [float(every[i]) if i < len(every) else float("inf") for i in place]


def _as_bytes(column: pa.Array) -> list[bytes | None]:
    as_text = column if pa.types.is_binary(column.type) else column.cast(pa.string())
    return as_text.cast(pa.binary()).to_pylist()


def _by_share(hashes: Sequence[int], shares: Mapping[str, int]) -> npt.NDArray[np.int64]:
    total = sum(shares.values())
    buckets = np.fromiter((h % total for h in hashes), np.int64, count=len(hashes))
    # In the order of their names, so that the order in the configuration does not matter.
    by_name = sorted(shares)
    ends = np.cumsum([shares[name] for name in by_name])
    given = list(shares)
    index = np.array([given.index(name) for name in by_name], np.int64)
    return index[np.searchsorted(ends, buckets, side="right")]


def _hash(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")
