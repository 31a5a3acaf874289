"""Where a CSV file can be cut: at line ends that are not inside quotes.

Whether a place is inside quotes is told by how many quotes stand before it, as long as quotes
stand only where RFC 4180 puts them: round a whole cell, doubled within. In a file where they
stand elsewhere the count means nothing, and it is not cut.
"""

import codecs
import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from components.rows.streams import open_bytes

_BLOCK_BYTES = 4 * 2**20
_QUOTE = ord('"')
_CR = ord("\r")
_LF = ord("\n")
_LINE_END = re.compile(rb"\r\n|\n|\r")


def cut(path: str, target_bytes: int, header_lines: int, delimiter: str) -> list[tuple[int, int]]:
    """Returns where the parts after the first begin: byte, and line counted from 1.

    Args:
        path: A file that is not compressed.
        target_bytes: About how long a part is to be.
        header_lines: No part begins before the line after these.
        delimiter: Between cells.
    """
    cuts: list[tuple[int, int]] = []
    offset, line, inside = 0, 1, False
    wanted = target_bytes
    for block in _blocks(path):
        quotes = _quotes(block)
        if not _are_regular(block, quotes, inside, delimiter, is_first=offset == 0):
            return []
        while wanted < offset + len(block):
            place = _line_start(block, max(wanted - offset, 0), quotes, inside)
            if place is None:
                break
            at = line + _line_ends(block[:place])
            if at > header_lines:
                cuts.append((offset + place, at))
            wanted = offset + place + target_bytes
        line += _line_ends(block)
        inside ^= len(quotes) % 2 == 1
        offset += len(block)
    # A quote that is never closed: nothing after it is known to be outside.
    return [] if inside else [c for c in cuts if c[0] < offset and not _is_marked(path, c[0])]


def _is_marked(path: str, start: int) -> bool:
    """Whether a byte order mark stands there: as a part's first bytes a reader would drop it."""
    with open_bytes(path, start, start + len(codecs.BOM_UTF8)) as stream:
        return bool(stream.read() == codecs.BOM_UTF8)


def _blocks(path: str) -> Iterator[bytes]:
    """Yields the file's bytes; no block begins or ends next to a quote, or within a line end."""
    with open_bytes(path) as stream:
        rest = b""
        while chunk := stream.read(_BLOCK_BYTES):
            block = rest + chunk
            # What follows the last byte is not known yet; it may be a quote.
            end = len(block) - 1
            while end and (block[end - 1] in b'\r"' or block[end] == _QUOTE):
                end -= 1
            rest = block[end:]
            if end:
                yield block[:end]
        if rest:
            yield rest


def _quotes(block: bytes) -> npt.NDArray[np.int64]:
    """The places of the quotes, ascending."""
    if block.find(b'"') < 0:
        return np.empty(0, np.int64)
    return np.flatnonzero(np.frombuffer(block, np.uint8) == _QUOTE)


def _are_regular(
    block: bytes, quotes: npt.NDArray[np.int64], inside: bool, delimiter: str, *, is_first: bool
) -> bool:
    """Whether each quote that opens follows a cell's end, and each that closes comes before one."""
    if not len(quotes):
        return True
    content = np.frombuffer(block, np.uint8)
    ends = np.array([ord(delimiter), _CR, _LF, _QUOTE], np.uint8)
    opens = quotes[int(inside) :: 2]
    closes = quotes[1 - int(inside) :: 2]
    before = content[opens[opens > 0] - 1]
    after = content[closes[closes < len(content) - 1] + 1]
    if not np.isin(before, ends).all() or not np.isin(after, ends).all():
        return False
    # A quote at the very beginning follows nothing; in a later block it follows what is not known.
    return is_first or not len(opens) or opens[0] > 0


def _line_start(
    block: bytes, start: int, quotes: npt.NDArray[np.int64], inside: bool
) -> int | None:
    """The first place at or after `start` at which a row begins; None if not in this block."""
    for match in _LINE_END.finditer(block, start):
        before = int(np.searchsorted(quotes, match.start()))
        if (before % 2 == 1) == inside:
            # What begins at the end of the block begins the next one.
            return match.end()
    return None


def _line_ends(block: bytes) -> int:
    returns = block.count(b"\r")
    return block.count(b"\n") + (returns - block.count(b"\r\n") if returns else 0)
