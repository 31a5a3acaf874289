"""Rows that were put aside, as one Parquet file."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from components.rows.reading import Reject

NAME = "quarantine.parquet"
WITHHELD = "(withheld: the file has columns with personal data)"

_SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("line", pa.int64()),
        ("row", pa.int64()),
        ("column", pa.string()),
        ("text", pa.string()),
        ("reason", pa.string()),
    ]
)


def withheld(rejects: Iterable[Reject], identifiers: Collection[str]) -> list[Reject]:
    """Without the texts that may hold personal data: a whole row is as private as its columns."""
    if not identifiers:
        return list(rejects)
    return [
        replace(reject, text=WITHHELD)
        if not reject.column or reject.column in identifiers
        else reject
        for reject in rejects
    ]


def writer(path: Path) -> pq.ParquetWriter:
    """Opens a file of rejects: where each stood, what of it was wrong, and why."""
    return pq.ParquetWriter(path, _SCHEMA, compression="zstd")


def as_table(rejects: Iterable[Reject]) -> pa.Table:
    """Returns the rejects as such a file holds them."""
    rows = [{name: getattr(reject, name) for name in _SCHEMA.names} for reject in rejects]
    return pa.Table.from_pylist(rows, _SCHEMA)


def gather(parts: Sequence[Path], folder: Path) -> Path:
    """Moves the rejects of the parts into one file, in their order; none is a file without rows."""
    path = folder / NAME
    with writer(path) as whole:
        for part in parts:
            with pq.ParquetFile(part) as file:
                # Arrow makes an error of a file without row groups.
                for group in range(file.num_row_groups):
                    whole.write_table(file.read_row_group(group))
            part.unlink()
    return path
