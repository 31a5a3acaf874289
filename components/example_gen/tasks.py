"""The work of reading, cut so that several workers can share it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from components.errors import ComponentError, DataRefused
from components.rows.files import File, Format
from components.rows.parts import Part, parts_of

PART_BYTES = 32 * 2**20
"""A file above this size is read in parts of about it, where it can be cut."""


@dataclass(frozen=True)
class Task:
    """What one worker reads at a time.

    Attributes:
        index: From 0; the order of the rows in the artifact.
        parts: In the order of the files.
    """

    index: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Unreadable:
    """A file of which nothing can be read.

    Attributes:
        message: What is wrong, with the file and the line.
        is_refusal: Whether that is the rows' fault, rather than the file's or the header's.
    """

    message: str
    is_refusal: bool

    @classmethod
    def because(cls, error: ComponentError) -> "Unreadable":
        """From what the reader raised."""
        return cls(str(error), isinstance(error, DataRefused))


def tasks_of(
    files: Iterable[tuple[File, Format]], part_bytes: int = PART_BYTES
) -> tuple[list[Task], list[Unreadable]]:
    """Cuts large files and puts small ones together.

    The tasks follow from the files alone, never from how many workers there are: so does what is
    written.

    Args:
        files: In the order in which their rows are wanted.
        part_bytes: About how much of a file a task reads.

    Returns:
        The tasks, and what cannot be read.
    """
    unreadable: list[Unreadable] = []
    groups: list[list[Part]] = []
    room = 0
    for parts in _parts(files, part_bytes, unreadable):
        for part, size in parts:
            if size > room:
                groups.append([])
                room = part_bytes
            groups[-1].append(part)
            room -= size
    return [Task(index, tuple(group)) for index, group in enumerate(groups)], unreadable


def _parts(
    files: Iterable[tuple[File, Format]], part_bytes: int, unreadable: list[Unreadable]
) -> Iterator[list[tuple[Part, int]]]:
    """Yields the parts of each file, with about how many bytes each is."""
    for file, format in files:
        try:
            parts = parts_of(file.path, format, file.size, part_bytes)
        except ComponentError as error:
            unreadable.append(Unreadable.because(error))
            continue
        yield [(part, file.size // len(parts)) for part in parts]
