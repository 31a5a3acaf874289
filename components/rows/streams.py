"""The bytes of a file, decompressed, as Arrow and as Python's csv module want them."""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa

from components.errors import InputError
from components.rows.files import is_local, open_binary

LONGEST_ROW = 4 * 2**20
"""Characters of a row as it stands in the file, without its line end; a longer one has most likely
lost a quote."""

_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}

END_OF_FILE = "\x00end of file"
"""A line to add behind the last one: within an open quote it becomes a part of a cell."""


class RowTooLong(InputError):
    """A row of more than `LONGEST_ROW`.

    Attributes:
        line: On which it begins, from 1.
    """

    def __init__(self, line: int) -> None:
        """Makes the error."""
        super().__init__(
            f"line {line}: a row of more than {LONGEST_ROW:,} characters; is a quote missing?"
        )
        self.line = line


def compression_of(path: str) -> str | None:
    """`gzip` or `zstd`, by the end of the name; None for a file that is not compressed."""
    return next((kind for end, kind in _COMPRESSIONS.items() if path.lower().endswith(end)), None)


def open_bytes(path: str, start: int = 0, end: int | None = None) -> pa.NativeFile:
    """Opens a file, decompressed.

    Args:
        path: A path of this machine or a URI.
        start: The first byte wanted.
        end: The first byte that is not; None for all. Only for files that are not compressed.

    Raises:
        InputError: it is not there, or may not be read.
    """
    kind = compression_of(path)
    file = _local(path) if is_local(path) else pa.PythonFile(open_binary(path), mode="r")
    if kind:
        return pa.CompressedInputStream(file, kind)
    if start == 0 and end is None:
        return file
    return file.get_stream(start, (file.size() if end is None else end) - start)


def _local(path: str) -> pa.NativeFile:
    try:
        return pa.OSFile(path, "rb")
    except OSError as error:
        msg = f"{path}: {error.strerror or error}; expected a readable file"
        raise InputError(msg) from error


class Record(NamedTuple):
    """A row as Python's csv module sees it, and as it stands there; lines are counted from 1."""

    first_line: int
    last_line: int
    cells: list[str]
    text: str


def records(
    stream: pa.NativeFile,
    delimiter: str,
    more_lines: Iterable[str] = (),
    errors: str = "replace",
) -> Iterator[Record]:
    """Yields the rows of a CSV stream, without blank lines.

    Args:
        stream: Bytes.
        delimiter: Between cells.
        more_lines: Added behind the last one.
        errors: What becomes of bytes that are not UTF-8, as in Python's codecs.

    Raises:
        RowTooLong: there is one; no more of it is read than makes it too long.
    """
    # Its default makes an error of a long cell.
    csv.field_size_limit(2**31 - 1)
    text = io.TextIOWrapper(
        io.BufferedReader(stream), encoding="utf-8-sig", errors=errors, newline=""
    )
    # A line may be all that is left of the file; two more are those of its end.
    lines = iter(lambda: text.readline(LONGEST_ROW + 2), "")
    taken: list[str] = []
    reader = csv.reader(_noted(itertools.chain(lines, more_lines), taken), delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            if cells:
                yield Record(before + 1, reader.line_num, cells, "".join(taken).rstrip("\r\n"))
            before = reader.line_num
            taken.clear()
    except _TooLong:
        raise RowTooLong(before + 1) from None


class _TooLong(Exception):
    pass


def _noted(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    size = 0
    for line in lines:
        size = size if taken else 0
        if size + len(line.rstrip("\r\n")) > LONGEST_ROW:
            raise _TooLong
        size += len(line)
        taken.append(line)
        yield line


class WholeLineEnds(io.RawIOBase):
    """A stream of which no read ends between a carriage return and a line feed.

    Arrow's CSV reader drops a line feed at the beginning of a block, also one within quotes.

    Attributes:
        quotes: How many quotes have been read.
    """

    def __init__(self, stream: pa.NativeFile) -> None:
        """Makes it; what is read from it is read from `stream`."""
        super().__init__()
        self._stream = stream
        self._held = b""
        self.quotes = 0

    def readable(self) -> bool:
        """True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Returns at most `size` bytes; none at the end only."""
        chunk = self._held + self._stream.read(size - len(self._held) if size > 0 else None)
        self._held = b""
        # Alone, it is either the last byte or the read was of one.
        if len(chunk) > 1 and chunk.endswith(b"\r"):
            chunk, self._held = chunk[:-1], chunk[-1:]
        self.quotes += chunk.count(b'"')
        return chunk
