"""The header of a CSV file."""

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from components.errors import InputError
from components.rows.streams import END_OF_FILE, RowTooLong, open_bytes, records


class EmptyFile(InputError):
    """A file without even a header."""


@dataclass(frozen=True)
class Header:
    """What stands before the rows.

    Attributes:
        names: Of the columns, blanks round them dropped; empty for a first column without one,
            which is an index that nothing reads.
        lines: How many lines it takes, with blank ones before it.
    """

    names: tuple[str, ...]
    lines: int


def delimiter_of(path: str) -> str:
    """A tab for `.tsv`, else a comma."""
    return "\t" if ".tsv" in path.rpartition("/")[2].lower() else ","


def read_header(path: str) -> Header:
    """Reads the first row that is not blank.

    Raises:
        InputError: the file is empty or unreadable, a quote is not closed, or a column has no
            name or one that occurs twice.
    """
    try:
        with open_bytes(path) as stream:
            header = next(records(stream, delimiter_of(path), (END_OF_FILE,)))
    except RowTooLong as error:
        msg = f"{path}: {error}"
        raise InputError(msg) from error
    except (OSError, pa.ArrowException) as error:
        msg = f"{path}: {getattr(error, 'strerror', None) or error}; expected a readable CSV file"
        raise InputError(msg) from error
    if header.text == END_OF_FILE:
        msg = f"{path}: empty; expected a header line with column names, then rows"
        raise EmptyFile(msg)
    names = tuple(name.strip() for name in header.cells)
    # The quote that ends it may be one that was to open a value, rows later.
    if names[-1].endswith(END_OF_FILE) or any('"' in n and "\n" in n for n in names):
        msg = (
            f"{path}: line {header.first_line}: a quote opens in the header and is not closed "
            "on its line; expected a header line with column names, then rows"
        )
        raise InputError(msg)
    if any("\ufffd" in name for name in names):
        msg = f"{path}: line {header.first_line}: not UTF-8; expected a header line in UTF-8"
        raise InputError(msg)
    # Without a name in front there is an index, unless nothing has a name.
    required = names[1:] if any(names) and not names[0] else names
    for name, count in Counter(required).items():
        if not name or count > 1:
            found = f"column name {name!r} stands {count} times" if name else "a column has no name"
            msg = f"{path}: line {header.first_line}: {found}; expected distinct names"
            raise InputError(msg)
    return Header(names, header.last_line)
