"""The rows of a file, in its order, those that cannot be read in their places."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from components.errors import ComponentError
from components.rows.batches import Reject
from components.rows.formats import format_of
from components.rows.parts import Part, parts_of
from components.rows.reading import locate, read
from pipeline.errors import UserError
from schema import Kind


@dataclass(frozen=True)
class Piece:
    """Some rows of a file, one behind the other.

    Attributes:
        rows: Those that can be read, in the schema's types, null where missing.
        places: One entry a row of the file: the reason why it cannot be read, or None.
        numbers: Of the rows that can be read, as the file's part counts them.
        part: Of the file.
    """

    rows: pa.RecordBatch
    places: Sequence[Reject | None]
    numbers: Sequence[int]
    part: Part

    def lines(self, at: Collection[int]) -> dict[int, int]:
        """From the places of rows that can be read to their lines in the file, from 1."""
        numbers = {self.numbers[one]: one for one in at}
        return {numbers[number]: line for number, line in locate(self.part, numbers).items()}


def pieces(
    path: str, kinds: Mapping[str, Kind], missing: Collection[str], size: int
) -> Iterator[Piece]:
    """Reads a file in bounded memory.

    Args:
        path: Of a CSV file, compressed or not.
        kinds: Column to type.
        missing: Texts that in columns of numbers mean that nothing is there.
        size: Rows of a piece that can be read, at most.

    Raises:
        UserError: the file cannot be read, or from somewhere on makes no sense.
    """
    try:
        if format_of(path) != "csv":
            raise UserError(f"--csv {path}: expected a .csv or .tsv file, or one of them in .gz")
        (part,) = parts_of(path, "csv", 0, os.stat(path).st_size + 1)
        yield from _pieces(part, kinds, missing, size)
    except OSError as error:
        raise UserError(f"--csv {path}: {error.strerror}") from error
    except ComponentError as error:
        raise UserError(str(error)) from error


def _pieces(
    part: Part, kinds: Mapping[str, Kind], missing: Collection[str], size: int
) -> Iterator[Piece]:
    waiting: list[Reject] = []
    after = 0
    empty: pa.RecordBatch | None = None
    for batch in read(part, kinds, missing):
        waiting += batch.rejects
        empty = batch.rows.slice(0, 0)
        for start in range(0, batch.rows.num_rows, size):
            numbers = batch.numbers[start : start + size].tolist()
            # A number that is left out is that of a row that was put aside, in the same order.
            readable = set(numbers)
            places = [
                None if number in readable else waiting.pop(0)
                for number in range(after, numbers[-1] + 1)
            ]
            after = numbers[-1] + 1
            yield Piece(batch.rows.slice(start, size), places, numbers, part)
    if waiting and empty is not None:
        yield Piece(empty, waiting, [], part)
