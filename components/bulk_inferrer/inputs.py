"""The files of a batch: found, cut into parts, and held against what the model needs."""

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from components.bulk_inferrer.needs import Needs
from components.errors import DataRefused, InputError
from components.example_gen.inputs import fingerprint, plain_files
from components.example_gen.tasks import Task, tasks_of
from components.rows.csv_counting import count_rows
from components.rows.files import File, Format, found
from components.rows.parquet_rows import open_parquet
from components.rows.parts import Part

PART_BYTES = 16 * 2**20
"""About how much of the files one worker reads for one output file, which is what is lost when a
batch is killed."""


@dataclass(frozen=True)
class Inputs:
    """What is read.

    Attributes:
        files: With their formats, sorted by path.
        fingerprint: Changes when one of them does.
    """

    files: tuple[tuple[File, Format], ...]
    fingerprint: str


@dataclass(frozen=True)
class Fit:
    """What the files have beside what the model needs.

    Attributes:
        ignored: Columns that it does not look at.
        absent: Columns that it takes as missing, since a file has none of them.
    """

    ignored: tuple[str, ...]
    absent: tuple[str, ...]


def find_inputs(location: str, format: str) -> Inputs:
    """Returns the files of a location.

    Args:
        location: A file, a folder or a glob; see `components.locations`.
        format: Of files whose names do not say it; `auto` for none.

    Raises:
        InputError: there are none, or one of a kind that is not known.
    """
    try:
        sources = plain_files(location)
    except InputError:
        if format == "auto":
            raise
        sources = plain_files(location, format)
    if not sources:
        msg = f"{location}: nothing found; expected a file, a folder of files, or a glob"
        raise InputError(msg)
    files = [(found(source.path)[0], source.format) for source in sources]
    return Inputs(tuple(files), fingerprint([(format, file) for file, format in files]))


def cut(inputs: Inputs, part_bytes: int = PART_BYTES) -> list[Task]:
    """Returns what is read for each output file.

    Args:
        inputs: The files.
        part_bytes: About how much.

    Raises:
        InputError: a file is unreadable, or its header is wrong.
        DataRefused: a file makes no sense.
    """
    tasks, unreadable = tasks_of(inputs.files, part_bytes)
    if unreadable:
        msg = "\n".join(entry.message for entry in unreadable)
        raise DataRefused(msg) if all(e.is_refusal for e in unreadable) else InputError(msg)
    return tasks


def numbered(tasks: Sequence[Task]) -> list[Task]:
    """Returns the tasks with the number of each part's first row in its file.

    Where CSV files were cut, the rows before a cut are counted, which reads the files.
    """
    made: list[Task] = []
    before, first_row = None, 0
    for task in tasks:
        parts: list[Part] = []
        for part in task.parts:
            if part.format == "csv":
                continues = before is not None and before.path == part.path
                first_row = first_row + count_rows(before) if before and continues else 0
                part = dataclasses.replace(part, first_row=first_row)
            parts.append(part)
            before = part
        made.append(dataclasses.replace(task, parts=tuple(parts)))
    return made


def require_columns(tasks: Sequence[Task], needs: Needs, key: str) -> Fit:
    """Compares the columns of each file with those of the model.

    Args:
        tasks: What is read.
        needs: What the model takes.
        key: The column of the keys; empty for none.

    Raises:
        InputError: a file lacks the column of the keys, one that the model cannot do without, or
            all.
    """
    ignored: dict[str, None] = {}
    absent: dict[str, None] = {}
    for part in {part.path: part for task in tasks for part in task.parts}.values():
        if part.format == "tfrecord":
            # What is in its records is seen when they are read.
            continue
        names = _columns(part)
        _require(part.path, names, needs, key)
        ignored |= dict.fromkeys(n for n in names if n not in needs.kinds and n != key)
        absent |= dict.fromkeys(n for n in needs.kinds if n not in names)
    return Fit(tuple(ignored), tuple(absent))


def _require(path: str, names: Collection[str], needs: Needs, key: str) -> None:
    has = f"the file has: {', '.join(names)}"
    if key and key not in names:
        raise InputError(f"{path}: no column {key!r} to take the keys from; {has}")
    lacking = sorted(needs.required - set(names))
    if lacking:
        word = "column" if len(lacking) == 1 else "columns"
        wanted = ", ".join(map(repr, lacking))
        raise InputError(f"{path}: no {word} {wanted}, which the model needs; {has}")
    if not any(name in names for name in needs.kinds):
        wanted = ", ".join(needs.kinds)
        raise InputError(f"{path}: none of the columns that the model looks at: {wanted}; {has}")


def _columns(part: Part) -> list[str]:
    if part.format == "csv":
        return [name for name in part.names if name]
    with open_parquet(part.path) as file:
        return list(file.schema_arrow.names)
