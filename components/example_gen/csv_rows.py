"""CSV files as Arrow batches of text: structure is judged here, types are not."""

import csv
import itertools
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from components.errors import DataRefused, InputError

_BLOCK_BYTES = 4 * 2**20
# Added behind the last line of a file.
_SENTINEL = "\x00end of file"


def read_text(path: Path) -> Iterator[pa.RecordBatch]:
    r"""Yields the file's rows, every column a string, null where the cell is empty.

    | in the file                                        | becomes                            |
    | -------------------------------------------------- | ---------------------------------- |
    | blanks round a value, in quotes or not             | dropped                            |
    | nothing between two commas, or `""`                | missing                            |
    | a blank line                                       | no row                             |
    | `\n`, `\r\n`, `\r`; the last one may be absent     | the end of a row                   |
    | a line break, comma or doubled quote in quotes     | a part of the value                |
    | a byte order mark                                  | nothing                            |
    | a row with too few or too many cells               | `DataRefused`                      |
    | a quote that is never closed                       | `DataRefused`                      |
    | bytes that are not UTF-8                           | `DataRefused`                      |

    Raises:
        InputError: the file is empty or unreadable, or its header has a nameless column or a name
            twice.
        DataRefused: as in the table; the message names the line.
    """
    names, header_lines = _header(path)
    last = None
    try:
        for batch in _batches(path, names, header_lines):
            last = batch
            yield pa.record_batch([_trimmed(column) for column in batch.columns], names=names)
    except pa.ArrowInvalid as error:
        fault = _first_fault(path, len(names)) or f"not readable as CSV: {error}"
        msg = f"{path}: {fault}"
        raise DataRefused(msg) from error
    # A quote that is never closed takes the rest of the file into one cell, without a complaint.
    if last is not None and _has_line_break(last.slice(last.num_rows - 1)):
        unclosed = _first_fault(path, len(names))
        if unclosed:
            msg = f"{path}: {unclosed}"
            raise DataRefused(msg)


def lines_of_rows(path: Path, rows: Collection[int]) -> dict[int, int]:
    """Returns the line on which each row begins.

    Args:
        path: The CSV file.
        rows: Numbers of rows, counted from 0 without the header and without blank lines.

    Returns:
        Row to line, lines counted from 1.
    """
    last = max(rows, default=-1)
    # The header is the record before row 0.
    records = itertools.islice(_records(path), 1, last + 2)
    return {row: record.first_line for row, record in enumerate(records) if row in rows}


def _batches(path: Path, names: list[str], header_lines: int) -> Iterator[pa.RecordBatch]:
    if _is_only_header(path, header_lines):
        return
    reader = pa_csv.open_csv(
        path,
        read_options=pa_csv.ReadOptions(
            column_names=names,
            skip_rows=header_lines,
            block_size=_BLOCK_BYTES,
            use_threads=False,
        ),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    # A block of blank lines is a batch without rows.
    yield from (batch for batch in reader if batch.num_rows)


def _header(path: Path) -> tuple[list[str], int]:
    """Returns the names of the columns, and how many lines they take with blank ones before."""
    try:
        header = next(_records(path), None)
    except OSError as error:
        msg = f"{path}: {error.strerror}; expected a readable CSV file"
        raise InputError(msg) from error
    if header is None:
        msg = f"{path}: empty; expected a header line with column names, then rows"
        raise InputError(msg)
    names = [name.strip() for name in header.cells]
    if any("\ufffd" in name for name in names):
        msg = f"{path}: line {header.first_line}: not UTF-8; expected a header line in UTF-8"
        raise InputError(msg)
    for name, count in Counter(names).items():
        if not name or count > 1:
            found = f"column name {name!r} stands {count} times" if name else "a column has no name"
            msg = f"{path}: line {header.first_line}: {found}; expected distinct names"
            raise InputError(msg)
    return names, header.last_line


def _is_only_header(path: Path, header_lines: int) -> bool:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return not any(line.strip("\r\n") for line in itertools.islice(file, header_lines, None))


class _Record(NamedTuple):
    """A row as Python's csv module sees it; lines are counted from 1."""

    first_line: int
    last_line: int
    cells: list[str]


def _records(path: Path, *more_lines: str) -> Iterator[_Record]:
    """Yields the header and the rows; undecodable bytes are replaced."""
    # Its default makes an error of a long cell.
    csv.field_size_limit(2**31 - 1)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(itertools.chain(file, more_lines))
        before = 0
        for cells in reader:
            if cells:
                yield _Record(before + 1, reader.line_num, cells)
            before = reader.line_num


def _first_fault(path: Path, width: int) -> str | None:
    """Reads the file again, line by line, for what Arrow cannot say: where it is broken."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return f"line {number}: byte {error.start + 1} is not UTF-8; save the file as UTF-8"
    for record in _records(path, _SENTINEL):
        if record.cells == [_SENTINEL]:
            break
        # Inside an open quote, the line that was added has become a part of the last cell.
        if record.cells[-1].endswith(_SENTINEL):
            return f"line {record.first_line}: a quote opens in this row and is never closed"
        if len(record.cells) != width:
            return (
                f"line {record.first_line}: {len(record.cells)} cells, expected {width} as in the "
                "header; is a comma or a quote in a value not quoted?"
            )
    return None


def _has_line_break(row: pa.RecordBatch) -> bool:
    return any("\n" in cell or "\r" in cell for cell in row.to_pylist()[0].values() if cell)


def _trimmed(column: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
