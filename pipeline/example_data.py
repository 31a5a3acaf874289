"""Packaged tables as dated spans: the rows of each period in a folder of its own."""

import csv
import datetime
import io
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from components.errors import InputError
from components.locations import resolve
from pipeline.errors import UserError

_MARKER = "_SUCCESS"
_ROWS = "rows.csv"

Spans = Mapping[str, str]
"""First day of each span to the text of its file."""


@dataclass(frozen=True)
class ExampleTable:
    """A table that an installed package brings.

    Attributes:
        location: Of its CSV file.
        time: The column that says when, in seconds since 1970.
    """

    location: str
    time: str


TABLES = {
    "taxi": ExampleTable(
        "package://tfx/examples/chicago_taxi_pipeline/data/simple/data.csv",
        "trip_start_timestamp",
    )
}

PERIODS: dict[str, Callable[[datetime.date], datetime.date]] = {
    "week": lambda day: day - datetime.timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "year": lambda day: day.replace(month=1, day=1),
}


def lay_out(table: str, period: str, folder: Path) -> dict[str, int]:
    """Writes the table's rows to `<folder>/<first day>/rows.csv`, unchanged and in their order.

    The spans are written aside and renamed. They replace what stood in the folder, if that was
    nothing but what this function can write again.

    Args:
        table: A name in `TABLES`.
        period: A name in `PERIODS`.
        folder: Where to.

    Returns:
        First day of each span to its rows.

    Raises:
        UserError: the table is not installed, or the folder holds something else or cannot be
            written.
    """
    source, place = TABLES[table], folder.resolve()
    try:
        text = Path(resolve(source.location)).read_text(encoding="utf-8")
        layouts = {name: _by_period(text, source.time, first) for name, first in PERIODS.items()}
        _require_ours(folder, list(layouts.values()))
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{place.name}.", dir=place.parent) as aside:
            _write(layouts[period], Path(aside))
            for old in place.iterdir():
                shutil.rmtree(old)
            for new in Path(aside).iterdir():
                new.rename(place / new.name)
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror}; choose another folder") from error
    except InputError as error:
        raise UserError(str(error)) from error
    return {span: content.count("\n") - 1 for span, content in layouts[period].items()}


def _by_period(text: str, time: str, first_day: Callable[[datetime.date], datetime.date]) -> Spans:
    lines = text.splitlines(keepends=True)
    column = next(csv.reader(io.StringIO(lines[0]))).index(time)
    parts: dict[str, list[str]] = {}
    for line, cells in zip(lines[1:], csv.reader(lines[1:]), strict=True):
        moment = datetime.datetime.fromtimestamp(int(float(cells[column])), datetime.UTC)
        span = first_day(moment.date()).isoformat()
        parts.setdefault(span, [lines[0]]).append(line)
    return {span: "".join(parts[span]) for span in sorted(parts)}


def _write(spans: Spans, folder: Path) -> None:
    for span, content in spans.items():
        (folder / span).mkdir(parents=True)
        (folder / span / _ROWS).write_text(content, encoding="utf-8")
        (folder / span / _MARKER).touch()


def _require_ours(folder: Path, layouts: list[Spans]) -> None:
    """Nothing is replaced that could not be written again: an edited span is somebody's work."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file; choose another folder")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not _is_ours(path, name, layouts):
            msg = (
                f"{folder}: holds {name}, which this command did not write; "
                "choose another folder, or move it away"
            )
            raise UserError(msg)


def _is_ours(path: Path, name: Path, layouts: list[Spans]) -> bool:
    if path.is_symlink():
        return False
    if path.is_dir():
        return any(str(name) in layout for layout in layouts)
    written = [layout[span] for layout in layouts if (span := str(name.parent)) in layout]
    if name.name == _MARKER:
        return bool(written) and not path.stat().st_size
    return name.name == _ROWS and path.read_bytes() in [text.encode() for text in written]
