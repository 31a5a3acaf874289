"""The run as it goes: one live line a node, or plain lines when the output is no terminal."""

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pipeline.runner.states import WAITING, State, Status

_STYLES = {
    Status.WAITING: "dim",
    Status.RUNNING: "bold cyan",
    Status.CACHED: "green",
    Status.DONE: "green",
    Status.REFUSED: "bold yellow",
    Status.FAILED: "bold red",
    Status.NOT_RUN: "dim",
}
_MARKS = {
    Status.WAITING: "·",
    Status.RUNNING: "▶",
    Status.CACHED: "=",
    Status.DONE: "✓",
    Status.REFUSED: "✗",
    Status.FAILED: "✗",
    Status.NOT_RUN: "-",
}


@contextlib.contextmanager
def progress(
    console: Console, nodes: list[str], clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[str, State], None]]:
    """Shows the nodes' states while the `with` block lasts; yields what to report them to."""
    states = dict.fromkeys(nodes, WAITING)
    if not console.is_terminal:

        def print_change(name: str, state: State) -> None:
            # How far a node is would be a line each time, which nobody reads.
            if state.status is not states[name].status:
                _print_line(console, name, state)
            states[name] = state

        yield print_change
        return
    with Live(
        get_renderable=lambda: state_table(states, clock()),
        console=console,
        refresh_per_second=8,
        transient=True,
    ):
        yield states.__setitem__


def state_table(states: dict[str, State], now: float) -> Table:
    """Returns the table of nodes; `now` is the clock's reading that `State.started` refers to."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    for name, state in states.items():
        style = _STYLES[state.status]
        seconds = now - state.started if state.started is not None else state.seconds
        table.add_row(
            Text(f"{_MARKS[state.status]} {name}", style=style),
            Text(state.status.value, style=style),
            Text("" if seconds is None else f"{seconds:.1f} s"),
            Text(state.detail),
        )
    return table


def _print_line(console: Console, name: str, state: State) -> None:
    if state.status is Status.WAITING:
        return
    seconds = "" if state.seconds is None else f" in {state.seconds:.1f} s"
    detail = f": {state.detail}" if state.detail else ""
    console.print(
        f"{name} {state.status.value}{seconds}{detail}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
