"""Answers to rows of which the model refuses some: those are found and put aside."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from components.bulk_inferrer.job import Job
from components.bulk_inferrer.model import ExamplesModel, RowsRefused
from components.bulk_inferrer.predictions import as_rows
from components.bulk_inferrer.requests import Places, Request, typed_request
from components.errors import ModelRefused
from components.rows.batches import Fault, Reject
from components.rows.parts import Part

REFUSED = "the model refuses it"

# So many rows one after another, each refused alone, are the model's fault rather than theirs.
_TRIED = 16

Answered = tuple[list[pa.RecordBatch], tuple[Reject, ...]]
"""Rows of the output, and rows put aside."""


def answered(model: ExamplesModel, request: Request, job: Job) -> Answered:
    """Returns the answers to all rows of a request, and its rejects.

    Raises:
        RowsRefused: the model refuses one of the rows.
        ModelRefused: it fails in another way.
    """
    if not request.examples:
        return [], request.rejects
    answers = model.ask(request.examples)
    return [as_rows(request.keys, answers, model.predictions, job.version)], request.rejects


def answered_in_part(
    model: ExamplesModel, request: Request, part: Part, job: Job, places: Places
) -> Answered:
    """Returns the answers to the rows that the model takes; the others are rejects.

    Args:
        model: The model, which has refused the request as a whole.
        request: What was asked.
        part: Where the rows stand.
        job: What the model takes.
        places: For rejects.

    Raises:
        ModelRefused: it refuses many rows in turn.
    """
    aside = request.rejects
    if part.format == "tfrecord":
        request = typed_request(request, part, job, places)
        aside += request.rejects
        try:
            return answered(model, request, job)[0], aside
        except RowsRefused:
            pass
    _require_some(model, request, part)
    rows: list[pa.RecordBatch] = []
    refused: list[Fault] = []
    for answer in _halved(model, request, job):
        if isinstance(answer, pa.RecordBatch):
            rows.append(answer)
        else:
            refused.append(answer)
    return rows, aside + places.rejects(refused)


def _halved(model: ExamplesModel, request: Request, job: Job) -> Iterator[pa.RecordBatch | Fault]:
    """Asks about halves of halves; yields answers, and the rows that are refused."""
    try:
        yield from answered(model, request, job)[0]
    except RowsRefused as refusal:
        count = len(request.examples)
        if count == 1:
            yield Fault(int(request.numbers[0]), "", str(refusal), REFUSED)
            return
        for rows in (slice(count // 2), slice(count // 2, None)):
            yield from _halved(model, _taken(request, rows), job)


def _require_some(model: ExamplesModel, request: Request, part: Part) -> None:
    if len(request.examples) < _TRIED:
        return
    for example in request.examples[:_TRIED]:
        try:
            model.ask([example])
        except RowsRefused as refusal:
            last = refusal
        else:
            return
    msg = (
        f"{part.path}: the model refuses {_TRIED} rows one after another: {last}; "
        "are these the columns that it was trained on?"
    )
    raise ModelRefused(msg)


def _taken(request: Request, rows: slice) -> Request:
    places = pa.array(np.arange(len(request.examples))[rows])
    return Request(request.examples[rows], request.keys.take(places), request.numbers[rows])
