"""What the terminal and the exit code are made of: each node's state, and the run's outcome."""

import enum
from dataclasses import dataclass
from pathlib import Path


class Status(enum.Enum):
    """Where a node stands; the value is the word that is shown."""

    WAITING = "waiting"
    RUNNING = "running"
    CACHED = "cached"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_RUN = "not run"

    @property
    def is_good(self) -> bool:
        """Whether the nodes behind this one may go on."""
        return self in (Status.CACHED, Status.DONE)


@dataclass(frozen=True)
class State:
    """A node's state.

    Attributes:
        status: Where it stands.
        seconds: How long it ran; None when it has not run.
        detail: How far it is while it runs; then what it says of its result, or why it failed,
            which may have several lines.
        started: Clock reading (seconds) at its start, while it runs.
    """

    status: Status
    seconds: float | None = None
    detail: str = ""
    started: float | None = None


WAITING = State(Status.WAITING)


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        run_id: The run's name, also the name of its log folder.
        states: Every node's last state, in the order of the flow.
        seconds: The whole run's wall time.
        log_dir: One log file a node.
        interrupted: Whether it was stopped from outside.
    """

    run_id: str
    states: dict[str, State]
    seconds: float
    log_dir: Path
    interrupted: bool = False

    @property
    def word(self) -> str:
        """One word for `tfxp status`."""
        if self.interrupted:
            return "interrupted"
        return {0: "succeeded", 1: "failed", 3: "refused"}[self.exit_code]

    @property
    def exit_code(self) -> int:
        """0 all good, 1 something broke, 3 a gate refused data or model, 130 interrupted."""
        if self.interrupted:
            return 130
        statuses = {state.status for state in self.states.values()}
        if Status.FAILED in statuses:
            return 1
        return 3 if Status.REFUSED in statuses else 0

    @property
    def cause(self) -> str:
        """Node and first line of what went wrong first; empty when nothing did."""
        name = self.first(Status.FAILED, Status.REFUSED)
        if name is None:
            return ""
        lines = self.states[name].detail.splitlines() or [""]
        return f"{name}: {lines[0]}"

    def first(self, *statuses: Status) -> str | None:
        """The first node in one of these states, if there is one."""
        return next((name for name, s in self.states.items() if s.status in statuses), None)
