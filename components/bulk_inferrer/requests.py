"""Parts of files as rows that a model can be asked about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.bulk_inferrer.job import Job
from components.bulk_inferrer.keys import keys_of_column, keys_of_places
from components.example_gen.encoding import encode
from components.rows.batches import Batch, Fault, Reject, shown
from components.rows.csv_lines import Lines
from components.rows.parts import Part
from components.rows.reading import read, typed
from components.rows.tfrecord_rows import decoded, serialized

LACKING = "missing, and the model needs it"

# A call costs as much as some hundred rows; many more at once do not fit the processor's cache.
_ASKED_AT_ONCE = 2048


@dataclass(frozen=True)
class Request:
    """Some rows of a part.

    Attributes:
        examples: Serialized tf.Examples.
        keys: [rows] string.
        numbers: [rows] each row's number in the part.
        rejects: Rows put aside, of these or a little ahead of them.
    """

    examples: Sequence[bytes]
    keys: pa.Array
    numbers: npt.NDArray[np.int64]
    rejects: tuple[Reject, ...] = ()


class Places:
    """Tells where rows stand, for rejects; a CSV file is read for it once at most."""

    def __init__(self, part: Part) -> None:
        """Makes one; nothing is read until it is asked."""
        self._part = part
        self._lines = Lines(part) if part.format == "csv" else None

    def rejects(self, faults: Sequence[Fault]) -> tuple[Reject, ...]:
        """Returns the faults with their places.

        Args:
            faults: In the order of the rows, none before one that was asked for before.
        """
        lines = self._lines.of([fault.number for fault in faults]) if self._lines else {}
        return tuple(
            Reject(
                path=self._part.path,
                line=lines.get(fault.number),
                row=None if self._lines else self._part.first_row + fault.number,
                column=fault.column,
                text=shown(fault.text),
                reason=fault.reason,
            )
            for fault in faults
        )


def requests_of(part: Part, job: Job) -> Iterator[Request]:
    """Yields all rows of a part: each is in a request, or among the rejects of one.

    The records of a TFRecord are what a model takes, so they are not looked into.

    Raises:
        InputError: the file cannot be read.
        DataRefused: from somewhere on, it makes no sense.
    """
    requests = _of_records(part, job) if part.format == "tfrecord" else _of_table(part, job)
    for request in requests:
        yield from _in_chunks(request)


def typed_request(request: Request, part: Part, job: Job, places: Places) -> Request:
    """Returns the rows of a TFRecord as those of a table: in the types that the model takes.

    Args:
        request: Rows that stand in the file one after another.
        part: Where they stand.
        job: What the model takes.
        places: For rejects.
    """
    first = int(request.numbers[0])
    records = decoded(list(request.examples), job.kinds)
    rows, numbers, rejects = _whole(
        typed(part, records, first, job.kinds, job.missing), job, places
    )
    keys = request.keys.take(pa.array(numbers - first))
    return Request(_encoded(rows, job), keys, numbers, rejects)


def _of_table(part: Part, job: Job) -> Iterator[Request]:
    places = Places(part)
    for batch in read(part, job.kinds, job.missing, {*job.kinds, job.key}):
        rows, numbers, rejects = _whole(batch, job, places)
        if job.key:
            keys = keys_of_column(rows.column(job.key))
        else:
            keys = keys_of_places(job.called[part.path], part.first_row + numbers)
        yield Request(_encoded(rows, job), keys, numbers, rejects)


def _of_records(part: Part, job: Job) -> Iterator[Request]:
    number = 0
    for records in serialized(part.path):
        numbers = np.arange(number, number + len(records))
        number += len(records)
        if job.key:
            keys = keys_of_column(decoded(records, (job.key,)).columns[job.key])
        else:
            keys = keys_of_places(job.called[part.path], numbers)
        yield Request(records, keys, numbers)


def _in_chunks(request: Request) -> Iterator[Request]:
    """The rejects are with the first."""
    rejects = request.rejects
    for start in range(0, max(len(request.examples), 1), _ASKED_AT_ONCE):
        rows = slice(start, start + _ASKED_AT_ONCE)
        keys = request.keys.slice(start, _ASKED_AT_ONCE)
        yield Request(request.examples[rows], keys, request.numbers[rows], rejects)
        rejects = ()


def _encoded(rows: pa.RecordBatch, job: Job) -> list[bytes]:
    asked = rows.select([name for name in rows.schema.names if name in job.kinds])
    return encode(asked).to_pylist()


def _whole(
    batch: Batch, job: Job, places: Places
) -> tuple[pa.RecordBatch, npt.NDArray[np.int64], tuple[Reject, ...]]:
    """The rows with all that the model needs, their numbers, and all that are put aside."""
    lacking: dict[int, str] = {}
    for name in sorted(job.required):
        for row in _missing(batch.rows, name):
            lacking.setdefault(row, name)
    if not lacking:
        return batch.rows, batch.numbers, batch.rejects
    at = sorted(lacking)
    is_whole = np.ones(batch.rows.num_rows, bool)
    is_whole[at] = False
    rejects = places.rejects(
        [Fault(int(batch.numbers[row]), lacking[row], "", LACKING) for row in at]
    )
    rows = batch.rows.filter(pa.array(is_whole))
    return rows, batch.numbers[is_whole], (*batch.rejects, *rejects)


def _missing(rows: pa.RecordBatch, column: str) -> list[int]:
    if column not in rows.schema.names:
        return list(range(rows.num_rows))
    values = rows.column(column)
    return pc.indices_nonzero(pc.is_null(values)).to_pylist() if values.null_count else []
