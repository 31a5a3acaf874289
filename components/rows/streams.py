"""The bytes of a file, decompressed, as Arrow and as Python's csv module want them."""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa

from components.errors import InputError
from components.rows.files import is_local, open_binary

_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}


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
    """
    # Its default makes an error of a long cell.
    csv.field_size_limit(2**31 - 1)
    text = io.TextIOWrapper(
        io.BufferedReader(stream), encoding="utf-8-sig", errors=errors, newline=""
    )
    taken: list[str] = []
    lines = _noted(itertools.chain(text, more_lines), taken)
    reader = csv.reader(lines, delimiter=delimiter)
    before = 0
    for cells in reader:
        if cells:
            yield Record(before + 1, reader.line_num, cells, "".join(taken).rstrip("\r\n"))
        before = reader.line_num
        taken.clear()


def _noted(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line
