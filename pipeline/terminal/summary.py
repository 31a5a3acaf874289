"""The few lines at the end of a run: what happened, what it means, what to type next."""

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

import registry
from pipeline.runner.session import Request
from pipeline.runner.states import Outcome, State, Status
from pipeline.terminal.command_line import command_line
from pipeline.terminal.progress import state_table

_HEADLINES = {
    0: ("done", "bold green"),
    1: ("failed", "bold red"),
    3: ("refused", "bold yellow"),
    130: ("interrupted", "bold yellow"),
}

_MODEL_GATES = ("Evaluator", "InfraValidator", "ParityValidator")


def print_summary(console: Console, outcome: Outcome, request: Request) -> None:
    """Prints the table of nodes, the verdict, the log folder and the next command."""
    states = outcome.states if console.is_terminal else _in_brief(outcome.states)
    console.print(state_table(states, now=0.0))
    word, style = _HEADLINES[outcome.exit_code]
    console.print()
    headline = Text(f"{word} in {outcome.seconds:.1f} s: ", style=style)
    console.print(headline + Text(_meaning(outcome, request.until)))
    culprit = outcome.first(Status.FAILED, Status.REFUSED)
    logs = outcome.log_dir / f"{culprit}.log" if culprit else outcome.log_dir
    if logs.exists():
        _line(console, "logs", shown(logs))
    kept = sorted((outcome.log_dir / culprit).glob("*/*")) if culprit else []
    for file in kept:
        _line(console, "rows", shown(file))
    for label, line in zip(("next", ""), _next(outcome, request), strict=False):
        _line(console, label, line)


def continuing(request: Request) -> str:
    """The command that goes on with a run that has not ended well."""
    until = ("--until", request.until) if request.until else ()
    return command_line("run", request.config, request.where, request.overrides, *until)


def shown(path: registry.Base) -> str:
    """The path as short as it can be typed from here; a URI as it is."""
    if not isinstance(path, Path):
        return str(path)
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _in_brief(states: dict[str, State]) -> dict[str, State]:
    """Without what stands in the plain progress lines above already."""
    return {
        name: dataclasses.replace(state, detail=state.detail.partition("\n")[0])
        for name, state in states.items()
    }


def _meaning(outcome: Outcome, until: str | None) -> str:
    counts = [
        f"{sum(state.status is status for state in outcome.states.values())} {status.value}"
        for status in (Status.DONE, Status.CACHED, Status.REFUSED, Status.FAILED, Status.NOT_RUN)
        if any(state.status is status for state in outcome.states.values())
    ]
    nodes = ", ".join(counts)
    match outcome.exit_code:
        case 0 if until is None:
            return f"{nodes}; {outcome.states['Pusher'].detail}"
        case 1 | 3:
            # The Pusher says itself what it did before it stopped.
            is_last = outcome.first(Status.FAILED, Status.REFUSED) == "Pusher"
            return f"{nodes}; {'no label was moved' if is_last else 'nothing was pushed'}"
    return nodes


def _next(outcome: Outcome, request: Request) -> Sequence[str]:
    """What to do, and below it the command, in a line of its own."""
    match outcome.exit_code:
        case 130:
            return "go on from the last finished node:", continuing(request)
        case 1:
            return "read the log, then go on from the node that failed:", continuing(request)
        case 3 if outcome.first(Status.REFUSED) in _MODEL_GATES:
            report = command_line("report", request.config, request.where, request.overrides)
            what = f"see why with `{report}`, change the training or the gates, then:"
            return what, continuing(request)
        case 3 if outcome.first(Status.REFUSED) == "Pusher":
            return "when that is mended, compare with what is stable then:", continuing(request)
        case 3:
            what = "mend the data or the schema, or change its severity, then:"
            return what, continuing(request)
    command = "run" if request.until else "report"
    return (command_line(command, request.config, request.where, request.overrides),)


def _line(console: Console, label: str, text: str) -> None:
    console.print(f"{label:>5}  {text}", markup=False, highlight=False, soft_wrap=True)
