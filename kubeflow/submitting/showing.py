"""What a person at a terminal sees of a cluster's runs."""

import dataclasses
import datetime
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.runner.states import State, Status
from pipeline.terminal.progress import state_table
from submitting.address import Address
from submitting.run_states import RunStates

_HEADLINES = {
    0: ("done", "bold green"),
    1: ("failed", "bold red"),
    3: ("refused", "bold yellow"),
}
_CANCELED, _UNDER_WAY = ("canceled", "bold yellow"), ("under way", "bold cyan")
_WORDS = {
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
    "CANCELED": "canceled",
    "CANCELING": "is canceled",
    "SKIPPED": "skipped",
    "PENDING": "waiting",
    "RUNNING": "running",
    "PAUSED": "paused",
}


Typed = Callable[..., str]


def print_run(
    console: Console,
    address: Address,
    run_id: str,
    found: RunStates,
    typed: Typed,
    *,
    is_brief: bool = False,
) -> None:
    """Prints the table of nodes, the verdict, where to look closer, and the next command.

    Args:
        console: The terminal.
        address: The cluster's.
        run_id: The run.
        found: How it stands.
        typed: Given the name of a `tfxp kubeflow` command and its words, how it is typed.
        is_brief: Whether the causes have been printed already, whole.
    """
    nodes = _in_brief(found.nodes) if is_brief else found.nodes
    console.print(state_table(nodes, now=time.monotonic()))
    word, style = _headline(found)
    console.print()
    headline = Text(f"{word} {'for' if not found.is_final else 'in'} ", style=style)
    console.print(headline + Text(f"{duration(found.seconds)}: ", style=style) + _counts(found))
    line(console, "run", link(address, run_id))
    culprit = found.first(Status.FAILED, Status.REFUSED)
    for name, pod in found.pods.items():
        line(console, "log" if name == culprit else "", log_command(address, pod))
    if found.is_final and found.exit_code == 1 and not found.pods and found.state == "FAILED":
        workflow = f"kubectl -n {address.pods_in} get workflows -l pipeline/runid={run_id} -o yaml"
        line(console, "why", f"no step failed; the workflow says why: {workflow}")
    for label, text in zip(("next", ""), _next(found, run_id, typed), strict=False):
        line(console, label, text)


def print_runs(console: Console, runs: Sequence[Any], title: str) -> None:
    """Prints a row a run, newest first."""
    console.print(title, style="italic", markup=False, soft_wrap=True)
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("run", "state", "started (UTC)", "took", "name"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "name")
    for run in runs:
        state = str(run.state)
        is_over = run.finished_at is not None and run.finished_at.year > 1970
        took_s = (run.finished_at - run.created_at).total_seconds() if is_over else None
        table.add_row(
            str(run.run_id),
            _WORDS.get(state, state.lower()),
            utc(run.created_at),
            "" if took_s is None else duration(took_s),
            str(run.display_name),
        )
    console.print(table)


def link(address: Address, run_id: str) -> str:
    """Where the user interface shows a run."""
    return f"{address.host}/#/runs/details/{run_id}"


def log_command(address: Address, pod: str) -> str:
    """How the whole log of a step is read."""
    return f"kubectl -n {address.pods_in} logs {pod} -c main"


def line(console: Console, label: str, text: str) -> None:
    """Prints a line with a label before it."""
    console.print(f"{label:>5}  {text}", markup=False, highlight=False, soft_wrap=True)


def duration(seconds: float) -> str:
    """Such as `12.3 s` or `1 h 2 min`."""
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def utc(moment: datetime.datetime | None) -> str:
    """Without the seconds."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M") if moment else ""


def _in_brief(nodes: Mapping[str, State]) -> dict[str, State]:
    return {
        name: dataclasses.replace(state, detail=state.detail.partition("\n")[0])
        for name, state in nodes.items()
    }


def _headline(found: RunStates) -> tuple[str, str]:
    if not found.is_final:
        return _UNDER_WAY
    return _CANCELED if found.state == "CANCELED" else _HEADLINES[found.exit_code]


def _counts(found: RunStates) -> Text:
    statuses = [state.status for state in found.nodes.values()]
    counted: Mapping[str, int] = {
        status.value: statuses.count(status) for status in Status if status in statuses
    }
    return Text(", ".join(f"{count} {word}" for word, count in counted.items()))


def _next(found: RunStates, run_id: str, typed: Typed) -> Sequence[str]:
    """What to do, and below it the command, in a line of its own."""
    if not found.is_final:
        return (typed("status", run_id, "--follow"),)
    match found.exit_code:
        case 0:
            return "have the cluster run it by the clock:", typed("recurring", "--apply")
        case 3:
            return "change the data, the training or the gates, then:", typed("submit")
    return "mend it, then (what was done comes from the cache):", typed("submit")
