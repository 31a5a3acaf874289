"""Packaged tables as dated spans: the rows of each period in a folder of its own."""

import csv
import datetime
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from components.errors import InputError
from components.locations import resolve
from pipeline.errors import UserError

_MARKER = "_SUCCESS"
_ROWS = "rows.csv"


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

    A span is written aside and renamed, and gets its marker last; what stood in the folder before
    is replaced as a whole.

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
    source = TABLES[table]
    try:
        text = Path(resolve(source.location)).read_text(encoding="utf-8")
        spans = _by_period(text, source.time, PERIODS[period])
        _require_ours(folder)
        aside = folder.with_name(f".{folder.name}.incoming")
        shutil.rmtree(aside, ignore_errors=True)
        for span, content in spans.items():
            (aside / span).mkdir(parents=True)
            (aside / span / _ROWS).write_text(content, encoding="utf-8")
            (aside / span / _MARKER).touch()
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    except (OSError, InputError) as error:
        raise UserError(f"{folder}: {error}") from error
    return {span: content.count("\n") - 1 for span, content in spans.items()}


def _by_period(
    text: str, time: str, first_day: Callable[[datetime.date], datetime.date]
) -> dict[str, str]:
    lines = text.splitlines(keepends=True)
    column = next(csv.reader(io.StringIO(lines[0]))).index(time)
    parts: dict[str, list[str]] = {}
    for line, cells in zip(lines[1:], csv.reader(lines[1:]), strict=True):
        moment = datetime.datetime.fromtimestamp(int(float(cells[column])), datetime.UTC)
        span = first_day(moment.date()).isoformat()
        parts.setdefault(span, [lines[0]]).append(line)
    return {span: "".join(parts[span]) for span in sorted(parts)}


def _require_ours(folder: Path) -> None:
    """Nothing but spans that were laid out before may be replaced."""
    for path in folder.iterdir() if folder.exists() else ():
        names = {inner.name for inner in path.iterdir()} if path.is_dir() else set()
        if names - {_ROWS, _MARKER} or not path.is_dir():
            raise UserError(f"{folder}: holds {path.name}, which is no span; choose another folder")
