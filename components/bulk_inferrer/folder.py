"""The output folder: what it may hold, what of it is finished, and when it is whole.

    out/part-00000-of-00002.parquet     predictions, with their counts in the file's metadata
    out/_rejected.parquet               rows put aside, once all parts are there
    out/_SUCCESS.json                   the counts, once all parts are there
    out/_plan.json                      what is computed: the model and the rows

Readers of Parquet folders pass over names that begin with `_` or `.`. A file has its name from the
moment in which it is whole.
"""

import contextlib
import dataclasses
import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from components.errors import InputError
from components.example_gen.report import Report

PLAN, SUCCESS, REJECTED = "_plan.json", "_SUCCESS.json", "_rejected.parquet"
COUNTS = b"tfxp"
_PART = re.compile(r"part-(\d{5,})-of-(\d{5,})\.parquet")
_OURS = re.compile(
    rf"{PLAN}|{SUCCESS}|{REJECTED}|{_PART.pattern}|\.rejected-\d+-of-\d+\.parquet|\..+\.partial"
)
_SHOWN = 3


@dataclass(frozen=True)
class Plan:
    """What is computed: predictions of another plan are worth nothing to it.

    Attributes:
        model: The model's name.
        version: Its version.
        digest: Of its files.
        input: Fingerprint of the rows' files.
        key: The column of the rows' keys; empty for file and row number.
        parts: How many output files there are.
    """

    model: str
    version: int
    digest: str
    input: str
    key: str
    parts: int

    def difference(self, other: "Plan") -> str:
        """What differs, in words."""
        words = {
            "the model": ("model", "version", "digest"),
            "the input": ("input",),
            "the key column": ("key",),
            "the number of parts": ("parts",),
        }
        mine, others = dataclasses.asdict(self), dataclasses.asdict(other)
        return " and ".join(
            word for word, keys in words.items() if any(mine[key] != others[key] for key in keys)
        )


@dataclass(frozen=True)
class Begun:
    """The state in which a folder is found.

    Attributes:
        finished: The parts that are there, with their counts.
        anew: Why what was there is worth nothing now; empty where it is not so.
    """

    finished: Mapping[int, Report]
    anew: str = ""


def part_name(index: int, parts: int) -> str:
    """What an output file is called."""
    return f"part-{index:05d}-of-{parts:05d}.parquet"


def rejected_name(index: int, parts: int) -> str:
    """What the rejects of a part are called until all parts are there."""
    return f".rejected-{index:05d}-of-{parts:05d}.parquet"


@contextlib.contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Makes the folder if it is not there, and keeps it for this process as long as it lasts.

    Raises:
        InputError: it cannot be made, holds something else, or another process has it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        msg = f"{folder}: {error.strerror}; expected a folder to write to"
        raise InputError(msg) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = f"{folder}: another batch is writing there; wait for it, or choose another folder"
            raise InputError(msg) from error
        _require_ours(folder)
        yield
    finally:
        os.close(descriptor)


def begin(folder: Path, plan: Plan) -> Begun:
    """Prepares the folder for a plan; what is left of another one is deleted."""
    path = folder / PLAN
    anew = ""
    if path.exists():
        try:
            before = Plan(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            anew = "its plan cannot be read"
        else:
            difference = plan.difference(before)
            if not difference:
                return Begun(_finished(folder, plan))
            anew = f"{difference} changed"
        for leftover in folder.iterdir():
            leftover.unlink()
    write_whole(path, json.dumps(dataclasses.asdict(plan), indent=2) + "\n")
    return Begun({}, anew)


def write_whole(path: Path, text: str) -> None:
    """Writes a file that has its name only when it is whole."""
    partial = partial_of(path)
    partial.write_text(text, encoding="utf-8")
    name(partial, path)


def partial_of(path: Path) -> Path:
    """What a file is called until it is whole."""
    return path.with_name(f".{path.name.lstrip('.')}.partial")


def name(partial: Path, path: Path) -> None:
    """Gives a whole file its name, once it is on the disk."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.rename(path)


def parts_done(folder: Path) -> int:
    """How many parts are there."""
    return sum(bool(_PART.fullmatch(entry)) for entry in os.listdir(folder))


def _finished(folder: Path, plan: Plan) -> dict[int, Report]:
    found: dict[int, Report] = {}
    for path in folder.iterdir():
        match = _PART.fullmatch(path.name)
        if match and int(match[2]) == plan.parts:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, pa.ArrowException):
                found[int(match[1])] = _counts(path)
    return found


def _counts(path: Path) -> Report:
    plain: dict[str, Any] = json.loads(pq.read_metadata(path).metadata[COUNTS])
    return Report(**plain)


def _require_ours(folder: Path) -> None:
    names = sorted(path.name for path in folder.iterdir())
    if PLAN in names:
        names = [entry for entry in names if not _OURS.fullmatch(entry)]
    # All that there is may be a plan that was on its way.
    elif all(entry == partial_of(folder / PLAN).name for entry in names):
        return
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        msg = (
            f"{folder}: holds something else: {', '.join(names[:_SHOWN])}{more}; "
            "choose a folder that is empty or not there yet"
        )
        raise InputError(msg)
