r"""CSV as Arrow batches of text: structure is judged here, types are not.

| in the file                                        | becomes                                |
| -------------------------------------------------- | -------------------------------------- |
| blanks round a value, in quotes or not             | dropped                                |
| nothing between two commas, `""`, or only blanks   | missing                                |
| a blank line                                       | no row, also where there is one column |
| `\n`, `\r\n`, `\r`; the last one may be absent     | the end of a row                       |
| a line break, comma or doubled quote in quotes     | a part of the value                    |
| a quote within a value that does not begin with one | a part of the value                   |
| a byte order mark                                  | nothing                                |
| columns in another order than in another file      | the same columns                       |
| a row with too few or too many cells               | put aside                              |
| a cell that is not UTF-8                           | its row is put aside                   |
| a quote that is never closed                       | `DataRefused`, with its line           |
| a row longer than 4 MiB                            | `DataRefused`, with its line           |
| no header; a quote in it that is not closed        | `InputError`                           |
| a first column without a name                      | nothing: tools write an index there    |
| another one without a name; a name that is twice   | `InputError`                           |
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from components.errors import DataRefused
from components.rows.batches import Fault, Text
from components.rows.csv_careful import named, read_carefully
from components.rows.csv_header import delimiter_of
from components.rows.csv_lines import require_sense, rows_of
from components.rows.parts import Part
from components.rows.streams import LONGEST_ROW, WholeLineEnds, open_bytes


def read_csv(part: Part) -> Iterator[Text]:
    """Yields the part's rows; every row is either among the rows or among the faults.

    Raises:
        DataRefused: as in the table above; the message names the line.
    """
    if _is_only_header(part):
        return
    ragged = _Ragged(part)
    number = 0
    last: pa.RecordBatch | None = None
    is_sound = False
    try:
        with open_bytes(part.path, part.start, part.end) as stream:
            whole = WholeLineEnds(stream)
            for raw in _batches(part, whole, ragged):
                if not is_sound and _may_be_too_long(raw):
                    require_sense(part)
                    is_sound = True
                numbers = ragged.numbers(number, raw.num_rows)
                number = int(numbers[-1]) + 1
                last = raw
                yield _decoded(raw, numbers, ragged.taken(number))
    except pa.ArrowInvalid:
        require_sense(part)
        # Arrow gives up at a row that is both ragged and not UTF-8.
        yield from read_carefully(part, number)
        return
    except OSError as error:
        msg = f"{part.path}: {error}; expected a whole file; write it again"
        raise DataRefused(msg) from error
    # A quote that is never closed takes the rest of the file into one cell, without a complaint.
    is_suspect = last is not None and _has_line_break(last.slice(last.num_rows - 1))
    if not is_sound and (is_suspect or ragged.is_suspect or whole.quotes % 2):
        require_sense(part)
    if faults := ragged.taken(None):
        names = named(part)
        empty = pa.record_batch([pa.array([], pa.string())] * len(names), names)
        yield Text(empty, np.empty(0, np.int64), faults)


class _Ragged:
    """Collects the rows with too few or too many cells, which Arrow hands out as it meets them."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._numbers: list[int] = []
        self._waiting: list[Fault] = []
        # Whether one of them may have come from a quote that is never closed.
        self.is_suspect = False

    def __call__(self, row: pa_csv.InvalidRow) -> str:
        # Arrow counts from 1, with the lines that it was told to skip.
        number = row.number - self._part.skip_lines - 1
        few = row.actual_columns < row.expected_columns
        self._numbers.append(number)
        self._waiting.append(
            Fault(number, "", row.text, "too few cells" if few else "too many cells")
        )
        self.is_suspect |= '"' in row.text
        return "skip"

    def numbers(self, start: int, count: int) -> npt.NDArray[np.int64]:
        """The numbers of the next rows that are not ragged."""
        self._numbers = [number for number in self._numbers if number >= start]
        skipped = np.array(self._numbers, np.int64)
        # Among this many there are enough that are left.
        candidates = np.arange(start, start + count + len(skipped))
        return candidates[~np.isin(candidates, skipped)][:count]

    def taken(self, end: int | None) -> tuple[Fault, ...]:
        """Those before a row, or all, that were not taken before: Arrow is a little ahead."""
        taken = tuple(f for f in self._waiting if end is None or f.number < end)
        self._waiting = self._waiting[len(taken) :]
        return taken


def _batches(part: Part, stream: WholeLineEnds, ragged: _Ragged) -> Iterator[pa.RecordBatch]:
    names = list(part.names)
    reader = pa_csv.open_csv(
        pa.PythonFile(stream, mode="r"),
        read_options=pa_csv.ReadOptions(
            column_names=names,
            skip_rows=part.skip_lines,
            # Arrow reads every row that is not longer than a block, and some that are.
            block_size=LONGEST_ROW,
            use_threads=False,
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter_of(part.path),
            newlines_in_values=True,
            invalid_row_handler=ragged,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()),
            include_columns=named(part),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    # A block of blank lines is a batch without rows.
    yield from (batch for batch in reader if batch.num_rows)


def _may_be_too_long(raw: pa.RecordBatch) -> bool:
    """Whether a row may be longer in the file than allowed, where quotes are doubled."""
    longest = sum(pc.max(pc.binary_length(column)).as_py() or 0 for column in raw.columns)
    return longest > LONGEST_ROW // 2 - 3 * raw.num_columns


def _is_only_header(part: Part) -> bool:
    with open_bytes(part.path, part.start, part.end) as stream:
        return next(rows_of(part, stream), None) is None


def _decoded(
    raw: pa.RecordBatch, numbers: npt.NDArray[np.int64], faults: tuple[Fault, ...]
) -> Text:
    """Bytes to text; rows with a cell that is not UTF-8 become faults."""
    try:
        columns = [column.cast(pa.string()) for column in raw.columns]
    except pa.ArrowInvalid:
        broken = _not_utf8(raw, numbers)
        is_fine = pa.array(~np.isin(numbers, [fault.number for fault in broken]))
        raw, faults = raw.filter(is_fine), (*faults, *broken)
        numbers = numbers[is_fine.to_numpy(zero_copy_only=False)]
        columns = [column.cast(pa.string()) for column in raw.columns]
    trimmed = pa.record_batch([_trimmed(column) for column in columns], names=raw.schema.names)
    return Text(trimmed, numbers, faults)


def _not_utf8(raw: pa.RecordBatch, numbers: npt.NDArray[np.int64]) -> list[Fault]:
    faults: dict[int, Fault] = {}
    for name, column in zip(raw.schema.names, raw.columns, strict=True):
        try:
            column.cast(pa.string())
        except pa.ArrowInvalid:
            for number, cell in zip(numbers.tolist(), column.to_pylist(), strict=True):
                if number not in faults and not _is_utf8(cell):
                    text = cell.decode("utf-8", "replace")
                    faults[number] = Fault(number, name, text, "not UTF-8")
    return list(faults.values())


def _is_utf8(cell: bytes | None) -> bool:
    try:
        return cell is None or cell.decode() is not None
    except UnicodeDecodeError:
        return False


def _trimmed(column: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _has_line_break(row: pa.RecordBatch) -> bool:
    return any(b"\n" in cell or b"\r" in cell for cell in row.to_pylist()[0].values() if cell)
