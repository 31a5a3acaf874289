"""Statistics of files as they are, and what became of the rows in them."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc
import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import statistics_pb2

from components.errors import ComponentError
from components.example_gen.quarantine import withheld
from components.example_gen.report import Report, of_rejects, of_unreadable, together
from components.example_gen.sources import Source
from components.example_gen.tasks import Task, Unreadable, tasks_of
from components.rows.batches import without
from components.rows.files import File, found
from components.rows.reading import read
from components.validation.split_statistics import first_of
from schema import Kind

_STATISTICS = "FeatureStats.pb"
_REPORT = "report.json"


def take_statistics(
    pipeline: beam.Pipeline,
    name: str,
    files: Sequence[Source],
    kinds: Mapping[str, Kind],
    identifiers: Collection[str],
    missing: Sequence[str],
    folder: Path,
) -> None:
    """Adds to a Beam pipeline what takes the statistics of files.

    Rows that do not fit, and files that make no sense, are in the report; neither ends the
    pipeline.

    Args:
        pipeline: To add to.
        name: One that no other step of it has.
        files: The files.
        kinds: Column to type.
        identifiers: Columns that are left out, and of which no value is shown.
        missing: Texts that in columns of numbers mean that nothing is there.
        folder: Where the statistics and the report are written, for `read_taken` and `read_report`.
    """
    tasks, unreadable = tasks_of([(_file(source), source.format) for source in files])
    known = of_unreadable(unreadable)

    def write(result: statistics_pb2.DatasetFeatureStatisticsList) -> None:
        (folder / _STATISTICS).write_bytes(result.SerializeToString())

    def note(reports: list[tuple[int, Report]]) -> None:
        ordered = [report for _, report in sorted(reports, key=lambda entry: entry[0])]
        plain = together([known, *ordered]).to_plain()
        (folder / _REPORT).write_text(json.dumps(plain), encoding="utf-8")

    taken = (
        pipeline
        | f"Tasks[{name}]" >> beam.Create(tasks, reshuffle=len(tasks) > 1)
        | f"Read[{name}]"
        >> beam.FlatMap(_read, kinds, identifiers, missing).with_outputs("reports", main="rows")
    )
    _ = (
        taken.rows
        | f"Statistics[{name}]" >> tfdv.GenerateStatistics(tfdv.StatsOptions())
        | f"Write[{name}]" >> beam.Map(write)
    )
    _ = (
        taken.reports
        | f"Gather[{name}]" >> beam.combiners.ToList()
        | f"Note[{name}]" >> beam.Map(note)
    )


def read_taken(folder: Path) -> statistics_pb2.DatasetFeatureStatistics:
    """Returns the statistics, once the pipeline has run."""
    content = (folder / _STATISTICS).read_bytes()
    return first_of(statistics_pb2.DatasetFeatureStatisticsList.FromString(content))


def read_report(folder: Path) -> Report:
    """Returns what became of the rows, once the pipeline has run."""
    return Report(**json.loads((folder / _REPORT).read_text(encoding="utf-8")))


def _file(source: Source) -> File:
    # Of a file that has gone, whoever opens it says so.
    return next(iter(found(source.path)), File(source.path, 0, 0.0))


def _read(
    task: Task, kinds: Mapping[str, Kind], identifiers: Collection[str], missing: Sequence[str]
) -> Iterator[Any]:
    """Yields rows as TFDV takes them, every cell a list of one value or null; then the report."""
    report = Report()
    for part in task.parts:
        try:
            for batch in read(part, kinds, missing):
                aside = of_rejects(withheld(batch.rejects, identifiers))
                report = together([report, Report(rows_in=batch.rows.num_rows), aside])
                rows = without(batch.rows, identifiers)
                lists = [_as_lists(column) for column in rows.columns]
                yield pa.record_batch(lists, names=rows.schema.names)
        except ComponentError as error:
            report = together([report, of_unreadable([Unreadable.because(error)])])
    yield beam.pvalue.TaggedOutput("reports", (task.index, report))


def _as_lists(column: pa.Array) -> pa.Array:
    is_there = column.is_valid()
    offsets = pa.array([0]).cast(pa.int32())
    counted = pc.cumulative_sum(is_there.cast(pa.int32()))
    offsets = pa.concat_arrays([offsets, counted])
    # Arrow takes a null offset for a null list.
    empty = pc.if_else(is_there, offsets[:-1], pa.scalar(None, pa.int32()))
    return pa.ListArray.from_arrays(pa.concat_arrays([empty, offsets[-1:]]), column.drop_null())
