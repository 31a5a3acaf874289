"""What the figures of the load test have to show, and whether they do."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from rich.console import Console
from rich.table import Table
from serving_load import Load

BATCHED, UNBATCHED = "gRPC, tf.Examples", "gRPC, not batched"
ROWS, REST = "gRPC, columns", "REST, columns"
FASTAPI, IN_PROCESS = "FastAPI, columns", "in process"
"""The contenders; the first four are the embedded server."""

BATCHES = (1, 32, 512)
"""Rows of a request."""

IN_PROCESS_BATCH = 32

Figures = Mapping[tuple[str, int], Load]
"""By contender and rows of a request."""


@dataclass(frozen=True)
class Verdict:
    """One thing that the figures have to show.

    Attributes:
        name: What is measured.
        measured: The figure.
        limit: What it is held against.
        is_met: Whether it is on the right side.
    """

    name: str
    measured: float
    limit: float
    is_met: bool


def at_least(name: str, measured: float, limit: float) -> Verdict:
    """More is better; the limit itself will do."""
    return Verdict(f"{name}, at least", measured, limit, measured >= limit)


def at_most(name: str, measured: float, limit: float) -> Verdict:
    """Less is better; the limit itself will do."""
    return Verdict(f"{name}, at most", measured, limit, measured <= limit)


def bars(figures: Figures) -> list[Verdict]:
    """What the project promises of its server, whatever the machine."""

    def ratio(ours: str, theirs: str, size: int) -> float:
        return figures[ours, size].rows_per_s / figures[theirs, size].rows_per_s

    size = IN_PROCESS_BATCH
    return [
        at_least("1 row: batched / not batched", ratio(BATCHED, UNBATCHED, 1), 2.0),
        at_least(f"{size} rows: server / in process", ratio(BATCHED, IN_PROCESS, size), 0.8),
        # Both take columns, and ask the same signature.
        *(
            at_least(f"{size} rows: server / FastAPI", ratio(ROWS, FASTAPI, size), 3.0)
            for size in BATCHES
        ),
    ]


def objectives(
    figures: Figures, size: int, p99_ms: float | None, rows_per_s: float | None
) -> list[Verdict]:
    """What the user stated of requests of so many rows over gRPC; None is not stated."""
    load = figures[BATCHED, size]
    stated = []
    if p99_ms is not None:
        stated.append(at_most(f"objective: p99 (ms) at {size} rows", load.p99_ms, p99_ms))
    if rows_per_s is not None:
        stated.append(at_least(f"objective: rows/s at {size} rows", load.rows_per_s, rows_per_s))
    if load.errors:
        stated.append(at_most(f"objective: failed requests at {size} rows", load.errors, 0))
    return stated


def median(loads: Sequence[Load]) -> Load:
    """Of each figure by itself; errors are added up."""
    figures = {
        field.name: statistics.median(getattr(load, field.name) for load in loads)
        for field in fields(Load)
    }
    return Load(**figures | {"errors": sum(load.errors for load in loads)})


def print_figures(console: Console, figures: Figures) -> None:
    """One line a contender and number of rows."""
    columns = ("", "rows", "rows/s", "p50 ms", "p95 ms", "p99 ms", "failed", "client cores")
    table = Table(*columns, box=None, padding=(0, 1, 0, 0))
    for column in table.columns[1:]:
        column.justify = "right"
    for (name, size), load in sorted(figures.items(), key=lambda item: item[0][1]):
        times = (f"{value:.1f}" for value in (load.p50_ms, load.p95_ms, load.p99_ms))
        table.add_row(
            name,
            str(size),
            f"{load.rows_per_s:,.0f}",
            *times,
            str(load.errors),
            f"{load.client_cores:.2f}",
        )
    console.print(table)


def print_verdicts(console: Console, verdicts: Sequence[Verdict]) -> None:
    """One line each, with the figure beside what it is held against."""
    table = Table("", "measured", "limit", "", box=None, padding=(0, 2, 0, 0))
    for column in table.columns[1:3]:
        column.justify = "right"
    for verdict in verdicts:
        word = "[green]met[/]" if verdict.is_met else "[red]missed[/]"
        table.add_row(verdict.name, f"{verdict.measured:,.2f}", f"{verdict.limit:,g}", word)
    console.print(table)
