"""One file's rows into shards of tf.Example, one shard a split."""

import contextlib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from tfx_bsl.coders import example_coder

from components.errors import DataRefused
from components.example_gen.csv_rows import line_of_row, read_text
from components.example_gen.splits import split_of_rows
from components.example_gen.typed_columns import BadCell, as_lists, typed
from schema import Kind

# Level 1 is three times as fast as the default, for a tenth more bytes.
_GZIP = tf.io.TFRecordOptions(compression_type="GZIP", compression_level=1)
_SHOWN_CELLS = 5


@dataclass(frozen=True)
class Shard:
    """Where one input file's rows go, and how they are read.

    Attributes:
        path: The CSV file.
        folder: The examples artifact's folder.
        index: The shard's number, from 0.
        count: How many shards there are.
        kinds: Column to type, from the schema.
        shares: Split name to share.
    """

    path: Path
    folder: Path
    index: int
    count: int
    kinds: Mapping[str, Kind]
    shares: Mapping[str, int]


def write_shard(shard: Shard) -> Counter[str]:
    """Writes the file's rows; returns the number of rows a split.

    Raises:
        DataRefused: a value does not fit its column; names the first few.
        InputError: the file cannot be read as CSV.
    """
    encoder = example_coder.RecordBatchToExamplesEncoder()
    names = list(shard.shares)
    counts = Counter(dict.fromkeys(names, 0))
    rows = 0
    bad: list[BadCell] = []
    with contextlib.ExitStack() as stack:
        writers = [stack.enter_context(_writer(shard, name)) for name in names]
        for text in read_text(shard.path):
            batch, bad_here = typed(text, shard.kinds)
            bad += [
                BadCell(cell.row + rows, cell.column, cell.text, cell.expected)
                for cell in bad_here
            ]
            rows += text.num_rows
            if not bad:
                splits = split_of_rows(text, shard.shares)
                _write(encoder.encode(as_lists(batch)), splits, writers)
                counts.update({names[i]: int(n) for i, n in _occurrences(splits)})
    if bad:
        raise DataRefused(_bad_cells_message(shard.path, bad, rows))
    if sum(counts.values()) != rows:
        msg = f"{shard.path}: {rows} rows in, {sum(counts.values())} written"
        raise AssertionError(msg)
    return counts


def shard_path(folder: Path, split: str, index: int, count: int) -> Path:
    """TFX's name for a shard."""
    return folder / f"Split-{split}" / f"data_tfrecord-{index:05d}-of-{count:05d}.gz"


def _writer(shard: Shard, split: str) -> tf.io.TFRecordWriter:
    path = shard_path(shard.folder, split, shard.index, shard.count)
    os.makedirs(path.parent, exist_ok=True)
    return tf.io.TFRecordWriter(str(path), _GZIP)


def _write(
    examples: list[bytes], splits: np.ndarray, writers: list[tf.io.TFRecordWriter]
) -> None:
    for example, split in zip(examples, splits.tolist(), strict=True):
        writers[split].write(example)


def _occurrences(splits: np.ndarray) -> list[tuple[int, int]]:
    values, counts = np.unique(splits, return_counts=True)
    return list(zip(values.tolist(), counts.tolist(), strict=True))


def _bad_cells_message(path: Path, bad: list[BadCell], rows: int) -> str:
    bad_rows = len({cell.row for cell in bad})
    lines = [
        f"{path}: line {line_of_row(path, cell.row + 1)}: column {cell.column!r}: "
        f"expected {cell.expected}, found {cell.text!r}"
        for cell in bad[:_SHOWN_CELLS]
    ]
    columns = Counter(cell.column for cell in bad)
    by_column = ", ".join(f"{name!r} in {count}" for name, count in columns.most_common())
    return "\n".join(
        [
            f"{bad_rows} of {rows} rows do not fit the schema ({by_column}); "
            "mend the rows, or the column's type in the schema",
            *lines,
            *(["…"] if len(bad) > _SHOWN_CELLS else []),
        ]
    )

