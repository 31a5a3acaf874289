"""A task's rows into shards, and what cannot be used into quarantine."""

import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from components.example_gen import quarantine
from components.example_gen.options import ExampleGenOptions, SplitOptions
from components.example_gen.shards import name_shards
from components.example_gen.tasks import tasks_of
from components.example_gen.writing import Job, write_task
from components.rows import csv_rows
from components.rows.files import found

SPLIT = SplitOptions(shares={"train": 2, "eval": 1}, starts={})


@pytest.fixture
def job(tmp_path):
    for folder in ("examples", "quarantine"):
        (tmp_path / folder).mkdir()
    return Job(
        tmp_path / "examples",
        tmp_path / "quarantine",
        {"fare": "float"},
        ExampleGenOptions(split=SPLIT),
    )


def tasks(folder, rows, name="rows.csv", part_bytes=2**30):
    (folder / name).write_text("\n".join(["fare", *rows]), encoding="utf-8")
    return tasks_of([(file, "csv") for file in found(f"{folder}/*.csv")], part_bytes)[0]


def examples(job, split):
    paths = sorted(map(str, (job.examples / f"Split-{split}").iterdir()))
    return list(tf.data.TFRecordDataset(paths, "GZIP").as_numpy_iterator())


def test_the_rows_of_all_blocks_are_written_and_counted(tmp_path, job, monkeypatch):
    monkeypatch.setattr(csv_rows, "LONGEST_ROW", 100)
    (task,) = tasks(tmp_path, [str(i) for i in range(1000)])

    report = write_task(task, job, ())

    assert report.rows_in == 1000
    assert report.rows_out == {split: len(examples(job, split)) for split in ("train", "eval")}
    assert sum(report.rows_out.values()) == 1000


def test_what_is_put_aside_is_in_the_quarantine_file_and_counted_by_its_cause(tmp_path, job):
    rows = [str(i) for i in range(1000)]
    rows[500] = rows[501] = "x"
    rows[998] = "1,2"
    (task,) = tasks(tmp_path, rows)

    report = write_task(task, job, ())
    path = quarantine.gather(sorted(job.quarantine.iterdir()), job.quarantine)

    cause = "column 'fare': no number of 32 bits"
    assert (report.rows_in, sum(report.rows_out.values())) == (1000, 997)
    assert report.rejected == {cause: 2, "too many cells": 1}
    assert report.shown[cause] == f"{tmp_path}/rows.csv: line 502: 'x'"
    assert [(r["line"], r["column"], r["text"]) for r in pq.read_table(path).to_pylist()] == [
        (502, "fare", "x"),
        (503, "fare", "x"),
        (1000, "", "1,2"),
    ]
    assert [path.name for path in job.quarantine.iterdir()] == ["quarantine.parquet"]


def test_a_shard_is_closed_when_it_has_its_size(tmp_path, job):
    long = [f"{i}.{'0' * 3000}" for i in range(1000)]
    (tmp_path / "rows.csv").write_text("\n".join(["text", *long]), encoding="utf-8")
    small = ExampleGenOptions(split=SPLIT, shard_mb=1)
    (task,) = tasks_of([(file, "csv") for file in found(f"{tmp_path}/*.csv")])[0]

    write_task(task, Job(job.examples, job.quarantine, {}, small), ())
    name_shards(job.examples, "train")

    names = sorted(path.name for path in (job.examples / "Split-train").iterdir())
    assert names == [f"data_tfrecord-0000{i}-of-00002.gz" for i in range(2)]


def test_a_file_that_makes_no_sense_from_somewhere_on_is_reported_not_raised(tmp_path, job):
    (task,) = tasks(tmp_path, ["1", '"2', "3"])

    report = write_task(task, job, ())

    message = "line 3: a quote opens in this row and is never closed"
    assert report.unreadable == (f"{tmp_path}/rows.csv: {message}",)
    assert report.is_refusal


def test_small_files_are_put_together_and_large_ones_cut(tmp_path):
    for name in "abcde":
        tasks(tmp_path, ["1"] * 10, f"{name}.csv")
    found_tasks = tasks(tmp_path, ["1"] * 100, "large.csv", part_bytes=60)

    parts = [[part.path[len(str(tmp_path)) + 1 :] for part in task.parts] for task in found_tasks]
    assert parts[:3] == [["a.csv", "b.csv"], ["c.csv", "d.csv"], ["e.csv"]]
    assert all(task == ["large.csv"] for task in parts[3:])
    assert [task.index for task in found_tasks] == list(range(len(found_tasks)))
