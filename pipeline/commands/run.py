"""`tfxp run`: the pipeline on this machine."""

import datetime
import functools
import sys

import click
from rich.console import Console
from rich.table import Table

from pipeline.commands.options import configuration_options
from pipeline.runner import session
from pipeline.runner.interrupts import sigterm_as_interrupt
from pipeline.runner.plan import Planned
from pipeline.terminal.progress import progress
from pipeline.terminal.summary import continuing, print_summary


@click.command(name="run")
@configuration_options
@click.option("--until", metavar="NODE", help="Run NODE and what it needs, and no more.")
@click.option("--plan", "only_plan", is_flag=True, help="Say what would run and why; run nothing.")
@click.option("--fresh", is_flag=True, help="Run every node, whatever is cached.")
def command(
    config: str,
    where: str,
    overrides: tuple[str, ...],
    until: str | None,
    only_plan: bool,
    fresh: bool,
) -> None:
    """Run the pipeline: from rows to a pushed model.

    Exit code: 0 done, 1 a node failed, 2 wrong configuration, 3 a gate refused the data or the
    model, 130 interrupted. What was finished is never run again.
    """
    console = Console(highlight=False)
    request = session.Request(config, where, overrides, until, fresh)
    try:
        with sigterm_as_interrupt():
            sys.exit(_plan(console, request) if only_plan else _run(console, request))
    except KeyboardInterrupt:
        # Before the first node, or between the last one and the summary.
        console.print(
            f"interrupted; `{continuing(request)}` goes on from the last finished node",
            markup=False,
            soft_wrap=True,
        )
        sys.exit(130)


def _plan(console: Console, request: session.Request) -> int:
    _print_plan(console, session.planned(request, console.print, now=_now()))
    return 0


def _run(console: Console, request: session.Request) -> int:
    view = functools.partial(progress, console)
    outcome = session.run(request, view, console.print, now=_now())
    print_summary(console, outcome, request)
    return outcome.exit_code


def _now() -> datetime.datetime:
    return datetime.datetime.now()


def _print_plan(console: Console, planned: dict[str, Planned]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for name, node in planned.items():
        style = "green" if node.is_cached else "bold cyan"
        table.add_row(name, "cached" if node.is_cached else "would run", node.reason, style=style)
    console.print(table)
