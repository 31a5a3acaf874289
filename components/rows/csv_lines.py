"""CSV row by row, with the lines: slow, and asked only where something is wrong."""

import itertools
from collections.abc import Collection, Iterator

import pyarrow as pa

from components.errors import DataRefused
from components.rows.csv_header import delimiter_of
from components.rows.parts import Part
from components.rows.streams import END_OF_FILE, Record, RowTooLong, open_bytes, records


class Lines:
    """Finds the lines of rows, from the beginning of a part to its end, reading it once at most."""

    def __init__(self, part: Part) -> None:
        """Makes a finder; nothing is read until it is asked."""
        self._part = part
        self._rows: Iterator[tuple[int, Record]] | None = None

    def of(self, numbers: Collection[int]) -> dict[int, int]:
        """Returns the line on which each of these rows of the part begins, counted from 1.

        Args:
            numbers: None of them smaller than one that was asked for before.
        """
        wanted = set(numbers)
        last = max(wanted, default=-1)
        found: dict[int, int] = {}
        while len(found) < len(wanted) and (row := next(self._opened(), None)):
            number, record = row
            if number in wanted:
                found[number] = record.first_line + self._part.first_line - 1
            if number >= last:
                break
        return found

    def _opened(self) -> Iterator[tuple[int, Record]]:
        if self._rows is None:
            stream = open_bytes(self._part.path, self._part.start, self._part.end)
            self._rows = enumerate(rows_of(self._part, stream))
        return self._rows


def rows_of(
    part: Part, stream: pa.NativeFile, *more_lines: str, errors: str = "replace"
) -> Iterator[Record]:
    """Yields the rows of the part, without the header; their lines are counted in the part.

    Args:
        part: The part.
        stream: Its bytes.
        more_lines: Added behind the last one.
        errors: What becomes of bytes that are not UTF-8, as in Python's codecs.

    Raises:
        DataRefused: a row is too long; the message names its line.
    """
    rows = records(stream, delimiter_of(part.path), more_lines, errors)
    try:
        yield from itertools.islice(rows, 1 if part.skip_lines else 0, None)
    except RowTooLong as error:
        msg = f"{part.path}: {RowTooLong(error.line + part.first_line - 1)}"
        raise DataRefused(msg) from None


def require_sense(part: Part) -> None:
    """Reads the whole part.

    Raises:
        DataRefused: from a row on it makes no sense; the message names its line.
    """
    with open_bytes(part.path, part.start, part.end) as stream:
        for record in rows_of(part, stream, END_OF_FILE):
            # Inside an open quote, the line that was added has become a part of the last cell.
            if record.cells[-1].endswith(END_OF_FILE) and record.text != END_OF_FILE:
                line = record.first_line + part.first_line - 1
                msg = f"{part.path}: line {line}: a quote opens in this row and is never closed"
                raise DataRefused(msg)
