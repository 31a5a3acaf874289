"""Parts of a file that can be read one without the other."""

from dataclasses import dataclass

from components.rows.csv_cutting import cut
from components.rows.csv_header import delimiter_of, read_header
from components.rows.files import Format
from components.rows.parquet_rows import row_groups
from components.rows.streams import compression_of


@dataclass(frozen=True)
class Part:
    """What is read in one go; plain values, so that it travels to any worker.

    Attributes:
        path: The file.
        format: What it holds.
        start: Its first byte (CSV), its first row group (Parquet).
        end: The first one that is not in it; None for all that there is.
        first_line: The line at which it begins, from 1 (CSV).
        first_row: The number of its first row in the file, from 0 (Parquet; CSV if counted).
        names: The columns (CSV).
        skip_lines: How many lines at its beginning are the header (CSV).
    """

    path: str
    format: Format
    start: int = 0
    end: int | None = None
    first_line: int = 1
    first_row: int = 0
    names: tuple[str, ...] = ()
    skip_lines: int = 0


def parts_of(path: str, format: Format, size: int, target_bytes: int) -> tuple[Part, ...]:
    """Cuts a file into parts of about a size.

    CSV that is not compressed is cut between rows, Parquet between row groups; anything else is
    one part. The cut depends on the file alone, and the parts' rows are the file's rows.

    Args:
        path: The file.
        format: What it holds.
        size: How many bytes it has.
        target_bytes: About how many a part is to have.

    Raises:
        InputError: the file is empty or unreadable, or its header is wrong.
    """
    match format:
        case "csv":
            return _csv_parts(path, size, target_bytes)
        case "parquet":
            groups = row_groups(path, target_bytes)
            return tuple(
                Part(path, format, start, end, first_row=first_row)
                for start, end, first_row in groups
            )
        case "tfrecord":
            return (Part(path, format),)


def _csv_parts(path: str, size: int, target_bytes: int) -> tuple[Part, ...]:
    header = read_header(path)
    if compression_of(path) or size <= target_bytes:
        cuts = []
    else:
        cuts = cut(path, target_bytes, header.lines, delimiter_of(path))
    starts = [(0, 1), *cuts]
    ends = [start for start, _ in cuts] + [None]
    return tuple(
        Part(
            path,
            "csv",
            start,
            end,
            first_line=line,
            names=header.names,
            skip_lines=0 if index else header.lines,
        )
        for index, ((start, line), end) in enumerate(zip(starts, ends, strict=True))
    )
