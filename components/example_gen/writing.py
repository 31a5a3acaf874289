"""One task's rows into shards of tf.Example, and what cannot be used into quarantine."""

import contextlib
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from components.errors import DataRefused, InputError
from components.example_gen import quarantine
from components.example_gen.balance import Balance, added, count, label_values
from components.example_gen.encoding import encode
from components.example_gen.options import ExampleGenOptions
from components.example_gen.report import Report, cause, place
from components.example_gen.shards import ShardWriter
from components.example_gen.splits import split_of_rows
from components.example_gen.tasks import Task, Unreadable
from components.rows.batches import without
from components.rows.parts import Part
from components.rows.reading import Batch, Reject, locate, read
from schema import Kind

_NO_TIME = "no time to split by"


@dataclass(frozen=True)
class Job:
    """What all tasks have in common.

    Attributes:
        examples: The folder of the examples artifact.
        quarantine: The folder of the quarantine artifact.
        kinds: Column to type, from the schema.
        options: What ExampleGen was told.
    """

    examples: Path
    quarantine: Path
    kinds: Mapping[str, Kind]
    options: ExampleGenOptions


def write_task(task: Task, job: Job, cuts: Sequence[float]) -> Report:
    """Writes a task's rows and says what became of them.

    What is wrong with rows and files is reported, not raised: Beam's runners wrap what a worker
    raises into errors of their own.

    Args:
        task: What to read.
        job: Where to, and how.
        cuts: By time, where each split but the first begins.
    """
    path = job.quarantine / f"rejects-{task.index:05d}.parquet"
    with contextlib.ExitStack() as stack:
        aside = stack.enter_context(quarantine.writer(path))
        shards = [
            stack.enter_context(ShardWriter(job.examples, split, task.index, job.options.shard_mb))
            for split in job.options.split.names
        ]
        tally = _Tally(job, tuple(cuts))
        for part in task.parts:
            try:
                for batch in read(part, job.kinds, job.options.missing):
                    rejects = [*batch.rejects, *_write(batch, part, job, shards, cuts, tally)]
                    if rejects:
                        rejects = quarantine.withheld(rejects, job.options.identifiers)
                        aside.write_table(quarantine.as_table(rejects))
                        tally.add_rejects(rejects)
            except (DataRefused, InputError) as error:
                tally.unreadable.append(Unreadable.because(error))
    report = tally.report()
    logging.info(
        "task %d: %d rows in, %s, %d put aside",
        task.index,
        report.rows_in,
        dict(report.rows_out),
        report.rows_rejected,
    )
    return report


@dataclass
class _Tally:
    """Counts what is read, written and put aside, batch by batch."""

    job: Job
    cuts: tuple[float, ...]
    rows: int = 0
    written: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    shown: dict[str, str] = field(default_factory=dict)
    balance: Balance = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)

    def add_rejects(self, rejects: Iterable[Reject]) -> None:
        for reject in rejects:
            self.rows += 1
            self.rejected[cause(reject)] += 1
            self.shown.setdefault(cause(reject), place(reject))

    def report(self) -> Report:
        return Report(
            rows_in=self.rows,
            rows_out=dict(self.written),
            rejected=dict(self.rejected),
            shown=self.shown,
            balance=self.balance,
            unreadable=tuple(entry.message for entry in self.unreadable),
            is_refusal=all(entry.is_refusal for entry in self.unreadable),
            cuts=self.cuts,
        )


def _write(
    batch: Batch,
    part: Part,
    job: Job,
    shards: Sequence[ShardWriter],
    cuts: Sequence[float],
    tally: _Tally,
) -> list[Reject]:
    """Writes a batch; returns the rows that no split takes."""
    options = job.options
    rows = batch.rows
    column = options.split.column
    if column and column not in rows.schema.names:
        msg = (
            f"{part.path}: data.split_column = {column!r}: no such column; "
            f"the file has: {', '.join(rows.schema.names)}"
        )
        raise InputError(msg)
    examples = encode(without(rows, options.identifiers)).to_pylist()
    splits = split_of_rows(rows, examples, options.split, cuts)
    for index, shard in enumerate(shards):
        chosen = [examples[row] for row in np.flatnonzero(splits == index)]
        shard.write(chosen)
        tally.written[shard.split] += len(chosen)
    tally.rows += int((splits >= 0).sum())
    labels = label_values(rows, options.label) if options.label else None
    if labels is not None:
        tally.balance = added(tally.balance, count(labels, splits, options.split.names))
    return _untimed(batch, part, column, np.flatnonzero(splits < 0))


def _untimed(batch: Batch, part: Part, column: str, rows: npt.NDArray[np.int64]) -> list[Reject]:
    if not len(rows):
        return []
    numbers = batch.numbers[rows]
    places = locate(part, set(numbers.tolist()))
    values = batch.rows.column(column).take(pa.array(rows)).to_pylist()
    is_csv = part.format == "csv"
    return [
        Reject(
            path=part.path,
            line=places[number] if is_csv else None,
            row=None if is_csv else places[number],
            column=column,
            text=value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or ""),
            reason=_NO_TIME,
        )
        for number, value in zip(numbers.tolist(), values, strict=True)
    ]
