"""The lines that a batch ends with, and the one that is there while it lasts."""

import contextlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from components.bulk_inferrer.finishing import Summary
from components.bulk_inferrer.folder import REJECTED, SUCCESS
from components.bulk_inferrer.inputs import Fit
from components.example_gen.report import Report, commonest
from components.progress import LOGGER
from pipeline.terminal.summary import shown

_MOST_NAMES = 8


@contextlib.contextmanager
def live_progress(console: Console) -> Iterator[None]:
    """Shows what the work says of itself in one line; nothing where the output is no terminal."""
    if not console.is_terminal:
        yield
        return
    logger = logging.getLogger(LOGGER)
    with console.status("reading the rows") as status:

        class Line(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                status.update(record.getMessage())

        handler, level = Line(), logger.level
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        try:
            yield
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)


def fit_lines(fit: Fit) -> list[str]:
    """What is said of columns before the work begins."""
    lines = []
    if fit.ignored:
        lines.append(f"ignored  columns that the model does not look at: {_names(fit.ignored)}")
    if fit.absent:
        lines.append(f"absent   columns that are taken as missing: {_names(fit.absent)}")
    return lines


def summary_lines(summary: Summary, folder: Path, seconds: float | None) -> list[str]:
    """What became of the rows, where it is, and how long it took; None if nothing was done."""
    plan = summary.plan
    took = f" in {seconds:.1f} s" if seconds else ""
    lines = [
        f"{summary.rows_in:,} rows in = {summary.predictions:,} predictions + "
        f"{summary.rejected:,} rejected{took}",
        f"model    {plan.model} version {plan.version}",
        f"written  {shown(folder)}: {plan.parts} {'file' if plan.parts == 1 else 'files'} "
        f"part-*.parquet; counts in {SUCCESS}",
    ]
    if summary.duplicate_keys:
        rows = f"{summary.duplicate_keys:,} {_rows(summary.duplicate_keys)}"
        lines.append(f"keys     {rows} with a key that an earlier row has, too; all are kept")
    if summary.missing_keys:
        rows = f"{summary.missing_keys:,} {_rows(summary.missing_keys)}"
        lines.append(f"keys     {rows} without a key; all are kept")
    if summary.rejected:
        lines.append(f"rejected {shown(folder / REJECTED)}")
        lines += [f"         {line}" for line in _reasons(summary)]
    return lines


def _reasons(summary: Summary) -> list[str]:
    return commonest(Report(rows_in=summary.rows_in, rejected=summary.reasons, shown=summary.shown))


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"


def _names(names: Sequence[str]) -> str:
    rest = len(names) - _MOST_NAMES
    more = f" and {rest} more" if rest > 0 else ""
    return ", ".join(names[:_MOST_NAMES]) + more
