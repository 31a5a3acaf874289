"""One part of a batch: its rows read, asked about, and written."""

import collections
import itertools
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from apache_beam.utils.shared import Shared

from components.bulk_inferrer.folder import part_name
from components.bulk_inferrer.job import Job
from components.bulk_inferrer.model import ExamplesModel, RowsRefused, loaded
from components.bulk_inferrer.pace import Pace
from components.bulk_inferrer.predictions import table_schema
from components.bulk_inferrer.refusals import Answered, answered, answered_in_part
from components.bulk_inferrer.requests import Places, Request, requests_of
from components.bulk_inferrer.writing import PartWriter
from components.errors import ComponentError, InputError
from components.example_gen import quarantine
from components.example_gen.report import Report, cause, place
from components.example_gen.tasks import Task, Unreadable
from components.rows.batches import Reject
from components.rows.parts import Part

PREDICTED = "predictions"
"""Where rows go that are not rejected."""

# While two requests are with the model, whose steps are not all of them parallel, others are read.
_ASKERS = 2
_AHEAD = 4


def score_task(task: Task, job: Job, shared: Shared) -> Report:
    """Writes a part of the output and says what became of its rows.

    What is wrong with files, the model or the disk is reported, not raised: Beam's runners wrap
    what a worker raises into errors of their own.

    Args:
        task: What to read; its number is that of the part.
        job: What is done with it.
        shared: Where the process keeps the model.
    """
    tally = _Tally(job, Pace(job))
    try:
        model = loaded(shared, job.model)
        with PartWriter(job, task.index, table_schema(model.predictions)) as writer:
            for part in task.parts:
                for request, (rows, rejects) in _answers(model, part, job):
                    told = quarantine.withheld(rejects, job.identifiers)
                    writer.write(rows, told)
                    tally.add(request, sum(batch.num_rows for batch in rows), told)
            writer.finish(tally.whole_report())
    except ComponentError as error:
        tally.unreadable.append(Unreadable.because(error))
    except OSError as error:
        cannot = f"{job.folder}: {error.strerror or error}; what is finished stays there"
        tally.unreadable.append(Unreadable.because(InputError(cannot)))
    report = tally.report()
    logging.info(
        "%s: %d rows in, %s, %d rejected",
        part_name(task.index, job.parts),
        report.rows_in,
        dict(report.rows_out),
        report.rows_rejected,
    )
    return report


def _answers(model: ExamplesModel, part: Part, job: Job) -> Iterator[tuple[Request, Answered]]:
    """Yields what was asked with its answer, in the order of the rows."""
    places = Places(part)
    waiting: collections.deque[tuple[Request, Future[Answered]]] = collections.deque()
    with ThreadPoolExecutor(_ASKERS) as askers:
        for request in itertools.chain(requests_of(part, job), itertools.repeat(None)):
            if request is not None:
                waiting.append((request, askers.submit(answered, model, request, job)))
                if len(waiting) < _AHEAD:
                    continue
            if not waiting:
                return
            asked, answer = waiting.popleft()
            try:
                yield asked, answer.result()
            except RowsRefused:
                yield asked, answered_in_part(model, asked, part, job, places)


@dataclass
class _Tally:
    """Counts what is read, predicted and rejected, and says how far the work is."""

    job: Job
    pace: Pace
    rows_in: int = 0
    predicted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    shown: dict[str, str] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)

    def add(self, request: Request, predicted: int, rejects: Sequence[Reject]) -> None:
        self.rows_in += len(request.examples) + len(request.rejects)
        self.predicted += predicted
        for reject in rejects:
            self.rejected[cause(reject)] += 1
            self.shown.setdefault(cause(reject), place(reject))
        self.pace.tell(self.rows_in)

    def whole_report(self) -> Report:
        """The report of a part that was read to its end."""
        report = self.report()
        if report.rows_in != self.predicted + report.rows_rejected:
            msg = (
                f"{report.rows_in:,} rows were read, but there are {self.predicted:,} predictions "
                f"and {report.rows_rejected:,} rejected rows"
            )
            raise RuntimeError(msg)
        return report

    def report(self) -> Report:
        return Report(
            rows_in=self.rows_in,
            rows_out={PREDICTED: self.predicted},
            rejected=dict(self.rejected),
            shown=self.shown,
            unreadable=tuple(entry.message for entry in self.unreadable),
            is_refusal=all(entry.is_refusal for entry in self.unreadable),
        )
