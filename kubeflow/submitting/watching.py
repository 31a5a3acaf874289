"""A run followed at the terminal: the live table, then the summary."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import click
from rich.console import Console

from pipeline.runner.interrupts import sigterm_as_interrupt
from pipeline.terminal.progress import progress
from submitting.errors import ClusterError
from submitting.following import follow
from submitting.pipeline_file import Task
from submitting.requesting import Chosen
from submitting.server import Server
from submitting.showing import print_run


def every_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--every`."""
    option = click.option(
        "--every",
        "every_s",
        type=click.FloatRange(min=0.05),
        default=5.0,
        show_default=True,
        metavar="SECONDS",
        help="How often the cluster is asked.",
    )
    return option(command)


def watch(
    console: Console,
    server: Server,
    run_id: str,
    tasks: Mapping[str, Task],
    chosen: Chosen,
    every_s: float,
) -> int:
    """Follows a run to its end; returns the exit code.

    Args:
        console: The terminal.
        server: The cluster.
        run_id: The run.
        tasks: Its steps, in the order of the flow.
        chosen: For the commands that are told.
        every_s: Seconds between two questions.

    Raises:
        ClusterError: the cluster is out of reach for long, or takes the token no more.
    """
    view = functools.partial(progress, console)
    again = f"`{chosen.typed('status', run_id, '--follow')}`"
    try:
        with sigterm_as_interrupt():
            found = follow(server, run_id, tasks, view, every_s=every_s)
    except KeyboardInterrupt:
        told = f"no longer followed; the run goes on: {again} follows it again"
        console.print(told, markup=False, soft_wrap=True)
        return 130
    except ClusterError as error:
        # What happened to the following has not happened to the run.
        raise ClusterError(f"{error}\nthe run may go on: {again} follows it again") from error
    is_brief = not console.is_terminal
    print_run(console, server.address, run_id, found, chosen.typed, is_brief=is_brief)
    return found.exit_code
