"""Where the splits begin when rows are split by time."""

from collections.abc import Sequence

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from components.errors import ComponentError, InputError
from components.example_gen.splits import cuts_by_share
from components.example_gen.tasks import Task
from components.example_gen.times import time_of, times
from components.example_gen.writing import Job
from components.rows.reading import read

Times = tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]
"""Times that occur, ascending, and in how many rows each does."""


def beginnings(
    tasks: beam.PCollection, pipeline: beam.Pipeline, job: Job
) -> Sequence[float] | beam.pvalue.AsSingleton:
    """Returns where each split but the first begins, or Beam's promise of it.

    Shares of the rows need all times first, so the files are read once more; given times do not.
    """
    split = job.options.split
    if split.by != "time":
        return ()
    if split.starts:
        is_number = job.kinds.get(split.column, "bytes") != "bytes"
        return _ascending([time_of(text, is_number) for text in split.starts.values()])
    cuts = (
        tasks
        | "Times" >> beam.Map(times_of_task, job)
        | "GatherTimes" >> beam.combiners.ToList()
        | "Cut" >> beam.Map(lambda counts: cuts_by_share(counts, split.shares))
    )
    return beam.pvalue.AsSingleton(cuts)


def _ascending(starts: list[float]) -> list[float]:
    if starts != sorted(set(starts)):
        msg = "data.split_starts: expected each split to begin later than the one before it"
        raise InputError(msg)
    return starts


def times_of_task(task: Task, job: Job) -> Times:
    """Reads the times of a task's rows.

    What cannot be read is passed over: it is reported when the rows are written.
    """
    column = job.options.split.column
    found = [np.empty(0, np.float64)]
    for part in task.parts:
        try:
            for batch in read(part, job.kinds, job.options.missing):
                if column in batch.rows.schema.names:
                    found.append(_known(batch.rows.column(column)))
        except ComponentError:
            continue
    when, rows = np.unique(np.concatenate(found), return_counts=True)
    return when, rows.astype(np.int64)


def _known(column: pa.Array) -> npt.NDArray[np.float64]:
    when = times(column)
    return when[~np.isnan(when)]
