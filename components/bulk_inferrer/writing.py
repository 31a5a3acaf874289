"""One output file, and the rejects beside it."""

import contextlib
import json
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from components.bulk_inferrer.folder import COUNTS, name, part_name, partial_of, rejected_name
from components.bulk_inferrer.job import Job
from components.example_gen import quarantine
from components.example_gen.report import Report
from components.rows.batches import Reject

_GROUP_ROWS = 131_072


class PartWriter:
    """Writes a part; as long as `finish` was not called there is nothing under its name."""

    def __init__(self, job: Job, index: int, schema: pa.Schema) -> None:
        """Opens the file.

        Raises:
            OSError: there is no room for it.
        """
        self._path = job.folder / part_name(index, job.parts)
        self._aside = job.folder / rejected_name(index, job.parts)
        self._schema = schema
        self._waiting: list[pa.RecordBatch] = []
        self._rejects: pq.ParquetWriter | None = None
        self._rows = pq.ParquetWriter(partial_of(self._path), schema, compression="zstd")

    def write(self, rows: Sequence[pa.RecordBatch], rejects: Sequence[Reject]) -> None:
        """Adds rows and rejects."""
        self._waiting += rows
        if sum(batch.num_rows for batch in self._waiting) >= _GROUP_ROWS:
            self._flush()
        if rejects:
            if self._rejects is None:
                self._rejects = quarantine.writer(partial_of(self._aside))
            self._rejects.write_table(quarantine.as_table(rejects))

    def finish(self, counts: Report) -> None:
        """Gives the files their names, that of the predictions last: it says that both are there.

        Args:
            counts: Are kept in the file.
        """
        self._flush()
        self._rows.add_key_value_metadata({COUNTS.decode(): json.dumps(counts.to_plain())})
        self._rows.close()
        self._aside.unlink(missing_ok=True)
        if self._rejects is not None:
            self._rejects.close()
            name(partial_of(self._aside), self._aside)
        name(partial_of(self._path), self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Removes what was not finished."""
        for file in filter(None, (self._rows, self._rejects)):
            # Of a file without room its end cannot be written, either.
            with contextlib.suppress(OSError):
                file.close()
        for path in (partial_of(self._path), partial_of(self._aside)):
            path.unlink(missing_ok=True)

    def _flush(self) -> None:
        if self._waiting:
            self._rows.write_table(pa.Table.from_batches(self._waiting, self._schema))
            self._waiting = []
