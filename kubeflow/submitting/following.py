"""A run on the cluster, asked about until it has ended."""

import datetime
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from pipeline.runner.states import State
from submitting.causes import Cause, cause
from submitting.errors import Unreachable
from submitting.pipeline_file import Task
from submitting.run_states import RunStates, run_states
from submitting.server import Server

# A cluster that is upgraded, or a network that is gone, comes back.
PATIENCE_S = 300.0

Report = Callable[[str, State], None]
View = Callable[[list[str]], AbstractContextManager[Report]]


def follow(
    server: Server,
    run_id: str,
    tasks: Mapping[str, Task],
    view: View,
    *,
    every_s: float,
) -> RunStates:
    """Shows the states of a run's nodes until it has ended; returns how it did.

    Args:
        server: The cluster.
        run_id: The run.
        tasks: Its steps, in the order of the flow.
        view: Given the names of the steps, shows their states.
        every_s: Seconds between two questions.

    Raises:
        ClusterError: it is out of reach for long, or the token is no longer accepted.
    """
    causes: dict[str, Cause] = {}
    with view(list(tasks)) as report:
        answered = time.monotonic()
        while True:
            try:
                run = server.run(run_id)
                answered = time.monotonic()
            except Unreachable:
                if time.monotonic() - answered > PATIENCE_S:
                    raise
            else:
                found = with_causes(server, run, tasks, causes)
                for name, state in found.nodes.items():
                    report(name, state)
                if found.is_final:
                    return found
            time.sleep(every_s)


def with_causes(
    server: Server, run: Any, tasks: Mapping[str, Task], known: dict[str, Cause]
) -> RunStates:
    """Reads a run, and the logs of the steps that did not end well.

    Args:
        server: The cluster.
        run: As the SDK has it.
        tasks: Its steps.
        known: By step, what was read before; what is read now is added.
    """
    found = run_states(run, tasks, _now(), known)
    new = {name: pod for name, pod in found.pods.items() if name not in known}
    for name, pod in new.items():
        known[name] = cause(server, str(run.run_id), pod)
    return run_states(run, tasks, _now(), known) if new else found


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
