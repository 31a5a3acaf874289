"""One file's rows into shards of tf.Example, one shard a split."""

import contextlib
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import tensorflow as tf

from components.errors import DataRefused, InputError
from components.example_gen.csv_rows import lines_of_rows, read_text
from components.example_gen.encoding import encode
from components.example_gen.report import Report
from components.example_gen.splits import split_of_rows
from components.example_gen.typed_columns import EXPECTED, Typed, typed
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


def write_shard(shard: Shard) -> Report:
    """Writes the file's rows and says what became of them.

    What is wrong with the rows is reported, not raised: Beam's runners wrap what a worker raises
    into errors of their own.
    """
    tally = _Tally(shard)
    with contextlib.ExitStack() as stack:
        writers = [stack.enter_context(_writer(shard, split)) for split in shard.shares]
        try:
            for text in read_text(shard.path):
                _write(text, shard, writers, tally)
        except (DataRefused, InputError) as error:
            return Report(
                str(shard.path), unreadable=str(error), is_refusal=isinstance(error, DataRefused)
            )
    report = tally.report()
    logging.info("%s: %d rows in, %s", report.path, report.rows_in, report.rows_out)
    return report


def shard_path(folder: Path, split: str, index: int, count: int) -> Path:
    """TFX's name for a shard."""
    return folder / f"Split-{split}" / f"data_tfrecord-{index:05d}-of-{count:05d}.gz"


class _Tally:
    """Counts what is read, what is written and what does not fit, batch by batch."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._rows = 0
        self._written = dict.fromkeys(shard.shares, 0)
        self._bad_rows = 0
        self._bad_cells: Counter[str] = Counter()
        self._shown: list[tuple[int, str, str]] = []

    @property
    def has_bad(self) -> bool:
        return self._bad_rows > 0

    def add_batch(self, text: pa.RecordBatch, result: Typed) -> None:
        if result.bad:
            self._bad_rows += len(np.unique(np.concatenate(list(result.bad.values()))))
            self._bad_cells.update({name: len(rows) for name, rows in result.bad.items()})
            first = sorted(
                (int(row), name) for name, rows in result.bad.items() for row in rows[:_SHOWN_CELLS]
            )
            self._shown += [
                (self._rows + row, name, text.column(name)[row].as_py())
                for row, name in first[: _SHOWN_CELLS - len(self._shown)]
            ]
        self._rows += text.num_rows

    def add_written(self, split: str, rows: int) -> None:
        self._written[split] += rows

    def report(self) -> Report:
        path = self._shard.path
        lines = lines_of_rows(path, {row for row, _, _ in self._shown}) if self._shown else {}
        return Report(
            path=str(path),
            rows_in=self._rows,
            rows_out=self._written,
            bad_rows=self._bad_rows,
            bad_cells=dict(self._bad_cells),
            shown=tuple(
                f"{path}: line {lines[row]}: column {name!r}: "
                f"expected {EXPECTED[self._shard.kinds[name]]}, found {text!r}"
                for row, name, text in self._shown
            ),
        )


def _writer(shard: Shard, split: str) -> tf.io.TFRecordWriter:
    path = shard_path(shard.folder, split, shard.index, shard.count)
    path.parent.mkdir(parents=True, exist_ok=True)
    return tf.io.TFRecordWriter(str(path), _GZIP)


def _write(
    text: pa.RecordBatch, shard: Shard, writers: list[tf.io.TFRecordWriter], tally: _Tally
) -> None:
    result = typed(text, shard.kinds)
    tally.add_batch(text, result)
    if tally.has_bad:
        # The artifact will not be used; the rest is read for the count.
        return
    examples = encode(result.batch)
    splits = split_of_rows(text, shard.shares)
    for index, (split, writer) in enumerate(zip(shard.shares, writers, strict=True)):
        chosen = examples.filter(pa.array(splits == index)).to_pylist()
        for example in chosen:
            writer.write(example)
        tally.add_written(split, len(chosen))
