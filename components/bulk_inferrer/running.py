"""A batch on Beam's workers: what is not finished yet is done, then the counts are written."""

import datetime
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import apache_beam as beam
from apache_beam.utils.shared import Shared

from components.bulk_inferrer.finishing import Summary, count_keys, gather_rejects, write_summary
from components.bulk_inferrer.folder import partial_of
from components.bulk_inferrer.inputs import Fit, numbered, require_columns
from components.bulk_inferrer.job import Job
from components.bulk_inferrer.keys import called
from components.bulk_inferrer.model import loaded
from components.bulk_inferrer.preparing import Prepared
from components.bulk_inferrer.scoring import PREDICTED, score_task
from components.errors import DataRefused, InputError
from components.example_gen.report import Report, commonest, together
from components.example_gen.tasks import Task


def run(
    prepared: Prepared,
    finished: Mapping[int, Report],
    pipeline: Callable[[], beam.Pipeline],
    tell_fit: Callable[[Fit], None] = lambda _: None,
) -> Summary:
    """Does what is not finished, and returns what became of all rows.

    The caller has the output folder to itself, and has begun it.

    Args:
        prepared: The batch.
        finished: The parts that are there, with their counts.
        pipeline: Makes a pipeline that runs at the end of a `with` block.
        tell_fit: Is told how the files' columns fit the model's.

    Raises:
        InputError: a file, the model's columns or the disk are not as they must be.
        DataRefused: a file makes no sense, or no row at all has a prediction.
        ModelRefused: the model cannot be loaded or does not answer.
    """
    request, plan = prepared.request, prepared.plan
    shared = Shared()
    needs = loaded(shared, request.model).needs or request.expected
    tell_fit(require_columns(prepared.tasks, needs, request.key))
    tasks = [task for task in prepared.tasks if task.index not in finished]
    if not request.key and tasks:
        every = {task.index: task for task in numbered(prepared.tasks)}
        tasks = [every[task.index] for task in tasks]
    job = Job(
        folder=request.folder,
        parts=plan.parts,
        model=request.model,
        version=request.version,
        kinds=dict(needs.kinds),
        required=needs.required,
        key=request.key,
        called=called([file.path for file, _ in prepared.inputs.files]),
        missing=request.missing,
        identifiers=request.identifiers,
        started=time.time(),
        parts_before=len(finished),
    )
    made = dict(finished) | _score_all(tasks, job, shared, pipeline)
    report = together(made[index] for index in sorted(made))
    _require_read(report)
    gather_rejects(request.folder, plan.parts)
    _require_predictions(report)
    duplicates, missing = count_keys(request.folder, plan.parts) if request.key else (0, 0)
    summary = Summary(
        plan=plan,
        rows_in=report.rows_in,
        predictions=report.rows_out[PREDICTED],
        rejected=report.rows_rejected,
        reasons=report.rejected,
        shown=report.shown,
        duplicate_keys=duplicates,
        missing_keys=missing,
        files=[file.path for file, _ in prepared.inputs.files],
        finished_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )
    write_summary(request.folder, summary)
    return summary


def _score_all(
    tasks: Sequence[Task], job: Job, shared: Shared, pipeline: Callable[[], beam.Pipeline]
) -> dict[int, Report]:
    """Does the tasks; their reports come back through a file."""
    if not tasks:
        return {}
    notes = partial_of(job.folder / "reports.json")
    try:
        with pipeline() as begun:
            _ = (
                begun
                | "Parts" >> beam.Create(tasks, reshuffle=len(tasks) > 1)
                | "Score" >> beam.Map(_score_one, job, shared)
                | "Gather" >> beam.combiners.ToList()
                | "Note" >> beam.Map(_note, notes)
            )
    except RuntimeError as error:
        # In process, Beam makes an error of its own even of Ctrl-C.
        if KeyboardInterrupt.__name__ in str(error):
            raise KeyboardInterrupt from error
        raise
    plain = json.loads(notes.read_text(encoding="utf-8"))
    notes.unlink()
    return {int(index): Report(**values) for index, values in plain.items()}


def _score_one(task: Task, job: Job, shared: Shared) -> tuple[int, Report]:
    return task.index, score_task(task, job, shared)


def _note(reports: Sequence[tuple[int, Report]], path: Path) -> None:
    plain = {index: report.to_plain() for index, report in reports}
    path.write_text(json.dumps(plain), encoding="utf-8")


def _require_read(report: Report) -> None:
    if report.unreadable:
        msg = "\n".join(dict.fromkeys(report.unreadable))
        raise DataRefused(msg) if report.is_refusal else InputError(msg)


def _require_predictions(report: Report) -> None:
    if not report.rows_in:
        msg = "no rows, only headers, in the files; expected rows below them"
        raise DataRefused(msg)
    if not report.rows_out.get(PREDICTED):
        msg = "\n".join([f"none of {report.rows_in:,} rows has a prediction", *commonest(report)])
        raise DataRefused(msg)
