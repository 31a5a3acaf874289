"""One file into its shards, block by block."""

import pytest
import tensorflow as tf

from components.example_gen import csv_rows
from components.example_gen.writing import Shard, shard_path, write_shard


@pytest.fixture
def shard(tmp_path, monkeypatch):
    """A shard whose file is read in blocks of a few rows."""
    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", 100)
    return Shard(tmp_path / "rows.csv", tmp_path, 0, 1, {"fare": "float"}, {"train": 2, "eval": 1})


def write(shard, rows):
    shard.path.write_text("\n".join(["fare", *rows]), encoding="utf-8")
    return write_shard(shard)


def content(shard):
    return [shard_path(shard.folder, split, 0, 1).read_bytes() for split in shard.shares]


def test_the_rows_of_all_blocks_are_written_and_counted(shard):
    report = write(shard, [str(i) for i in range(1000)])

    assert report.rows_in == 1000
    for split, rows in report.rows_out.items():
        path = str(shard_path(shard.folder, split, 0, 1))
        assert sum(1 for _ in tf.data.TFRecordDataset(path, "GZIP")) == rows
    assert sum(report.rows_out.values()) == 1000


def test_the_files_are_the_same_whatever_the_block(shard, monkeypatch):
    rows = [str(i) for i in range(1000)]
    write(shard, rows)
    in_small_blocks = content(shard)

    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", 10_000)
    write(shard, rows)

    assert content(shard) == in_small_blocks


def test_bad_values_of_later_blocks_are_counted_and_shown_with_their_lines(shard):
    rows = [str(i) for i in range(1000)]
    rows[500] = rows[501] = rows[998] = "x"

    report = write(shard, rows)

    assert (report.rows_in, report.bad_rows, report.bad_cells) == (1000, 3, {"fare": 3})
    expected = "column 'fare': expected FLOAT (a number of 32 bits), found 'x'"
    assert report.shown == tuple(
        f"{shard.path}: line {line}: {expected}" for line in (502, 503, 1000)
    )
