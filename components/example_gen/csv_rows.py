"""CSV files as Arrow batches of text: structure is judged here, types are not."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from components.errors import DataRefused, InputError

_BLOCK_BYTES = 8 * 2**20


def read_text(path: Path) -> Iterator[pa.RecordBatch]:
    """Yields the file's rows, every column a string, null where the cell is empty.

    Blanks round a value are dropped: a space after a comma would otherwise make a second value of
    it. Columns are named by the header; quotes, CRLF, a byte order mark and newlines in quotes are
    read as RFC 4180 and everyone's spreadsheet have them; blank lines are skipped.

    Raises:
        InputError: the file is empty, or has a header without names or with a name twice.
        DataRefused: a row has another number of cells than the header, or is not UTF-8.
    """
    names = _header(path)
    try:
        reader = pa_csv.open_csv(
            path,
            read_options=pa_csv.ReadOptions(
                column_names=names, skip_rows=1, block_size=_BLOCK_BYTES, use_threads=False
            ),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
        for batch in reader:
            yield pa.record_batch([_trimmed(column) for column in batch.columns], names=names)
    except pa.ArrowInvalid as error:
        if "Empty CSV file" in str(error):
            return
        raise DataRefused(_structure_message(path, error)) from error


def line_of_row(path: Path, row: int) -> int:
    """Returns the line on which a row begins, both counted from 1, the header not being a row."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        before, seen = reader.line_num, 0
        for cells in reader:
            if cells:
                seen += 1
                if seen == row:
                    return before + 1
            before = reader.line_num
    msg = f"{path} has {seen} rows, not {row}"
    raise IndexError(msg)


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = [name.strip() for name in next(csv.reader(file), [])]
    except UnicodeDecodeError as error:
        msg = f"{path}: line 1: not UTF-8 ({error.reason}); expected a header line in UTF-8"
        raise InputError(msg) from error
    except OSError as error:
        msg = f"{path}: {error.strerror}; expected a readable CSV file"
        raise InputError(msg) from error
    if not names:
        msg = f"{path}: empty; expected a header line with column names, then rows"
        raise InputError(msg)
    for name, count in Counter(names).items():
        if not name or count > 1:
            found = f"column name {name!r} stands {count} times" if name else "a column has no name"
            msg = f"{path}: line 1: {found}; expected a header line with distinct names"
            raise InputError(msg)
    return names


def _trimmed(column: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _structure_message(path: Path, error: pa.ArrowInvalid) -> str:
    """Arrow says what is wrong, but counts rows of a block; the line is found by reading again."""
    expected = len(_header(path))
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as cause:
                return (
                    f"{path}: line {number}: byte {cause.start} is not UTF-8; "
                    "convert the file to UTF-8"
                )
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        before = 0
        for cells in reader:
            if cells and len(cells) != expected:
                return (
                    f"{path}: line {before + 1}: {len(cells)} cells, expected {expected} "
                    "as in the header; mend the row (an unquoted comma or quote?)"
                )
            before = reader.line_num
    return f"{path}: {error}"
