"""What the API says of a run, as the states of its nodes that a local run has, too."""

import dataclasses
import datetime
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pipeline.runner.states import WAITING, State, Status
from submitting.causes import Cause
from submitting.pipeline_file import CompiledPipeline, Task
from submitting.pods import Pods

_SUCCEEDED, _FAILED = "SUCCEEDED", "FAILED"
_BAD = (Status.FAILED, Status.REFUSED)
FINAL = frozenset({_SUCCEEDED, _FAILED, "SKIPPED", "CANCELED"})
# A step whose pod was started takes longer; times are in whole seconds.
_LONGEST_CACHED_S = 1
# What was never begun or ended has the start of some calendar as its time.
_FIRST_TIME = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class RunStates:
    """A run as it stood when it was asked for.

    Attributes:
        state: Of the whole run, as the API names it.
        nodes: Every node's state, in the order of the flow.
        seconds: How long the run has taken.
        pods: By node that failed or refused, the pod whose log says why.
    """

    state: str
    nodes: dict[str, State]
    seconds: float
    pods: dict[str, str]

    @property
    def is_final(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in FINAL

    @property
    def exit_code(self) -> int:
        """0 all good, 1 something broke or was canceled, 3 a gate refused data or model."""
        if self.state == _SUCCEEDED:
            return 0
        statuses = {state.status for state in self.nodes.values()}
        return 3 if Status.REFUSED in statuses and Status.FAILED not in statuses else 1

    def first(self, *statuses: Status) -> str | None:
        """The first node in one of these states, if there is one."""
        return next((name for name, s in self.nodes.items() if s.status in statuses), None)


def run_states(
    run: Any,
    tasks: Mapping[str, Task],
    now: datetime.datetime,
    causes: Mapping[str, Cause] = MappingProxyType({}),
) -> RunStates:
    """Reads a run.

    Args:
        run: As the SDK has it.
        tasks: Of its pipeline, in the order of the flow.
        now: Of the clock, to tell how long things take that have not ended.
        causes: By node that did not end well, what its log says.
    """
    details = (run.run_details and run.run_details.task_details) or ()
    reading = _Reading(details, now, is_final=str(run.state) in FINAL)
    nodes = {name: reading.state(name) for name in tasks}
    for name, cause in causes.items():
        status = Status.REFUSED if cause.is_refusal else Status.FAILED
        nodes[name] = dataclasses.replace(nodes[name], status=status, detail=cause.text)
    if reading.is_final:
        for name in tasks:
            if nodes[name].status is Status.WAITING:
                nodes[name] = State(Status.NOT_RUN, detail=_hindrance(name, tasks, nodes))
    begun = _time(run.created_at) or now
    ended = _time(run.finished_at) or now
    return RunStates(
        state=str(run.state),
        nodes=nodes,
        seconds=max(0.0, (ended - begun).total_seconds()),
        pods={
            name: pod
            for name, task in tasks.items()
            if nodes[name].status in _BAD and (pod := reading.pod(name, task))
        },
    )


def tasks_of(run: Any, pipeline: CompiledPipeline | None) -> Mapping[str, Task]:
    """The run's steps: the pipeline's, or those that the run itself tells of."""
    if pipeline is not None:
        return pipeline.tasks
    details = (run.run_details and run.run_details.task_details) or ()
    names = {str(detail.display_name) for detail in details}
    steps = sorted(
        (d for d in details if f"{d.display_name}-driver" in names and d.display_name != "root"),
        key=lambda d: (_time(d.start_time) is None, _time(d.start_time), d.display_name),
    )
    return {str(step.display_name): Task(upstream=()) for step in steps}


class _Reading:
    """The tasks of one answer, by name."""

    def __init__(self, details: Sequence[Any], now: datetime.datetime, *, is_final: bool) -> None:
        self.is_final = is_final
        self._now = now
        self._by_name = {str(detail.display_name): detail for detail in details}
        self._ids = {
            str(child.pod_name) for d in details for child in d.child_tasks or () if child.pod_name
        }
        # Each is the workflow's name and a number.
        workflow = next(iter(self._ids), "").rpartition("-")[0]
        self._pods = Pods(workflow)
        self._has_cached = any(
            detail.state == "SKIPPED" and str(detail.display_name) == "executor"
            for detail in details
        )

    def state(self, name: str) -> State:
        body, driver = self._by_name.get(name), self._by_name.get(f"{name}-driver")
        if driver is not None and driver.state == _FAILED:
            return self._ended(Status.FAILED, driver, driver)
        match body.state if body is not None else None:
            case "SUCCEEDED" if self._is_cached(body):
                return State(Status.CACHED)
            case "SUCCEEDED":
                return self._ended(Status.DONE, driver, body)
            case "FAILED":
                return self._ended(Status.FAILED, driver, body)
            case "RUNNING" | "PENDING" if not self.is_final:
                attempts = self._attempts(name)
                detail = f"attempt {attempts}" if attempts > 1 else ""
                return self._running(driver, body, detail)
            case "RUNNING" | "PENDING" | "CANCELING" | "CANCELED":
                return State(Status.NOT_RUN, detail="canceled")
        if driver is not None and driver.state == "RUNNING" and not self.is_final:
            return self._running(driver, driver, "is prepared")
        return WAITING

    def pod(self, name: str, task: Task) -> str | None:
        """The pod whose log says why a step failed."""
        if not self._pods.workflow:
            return None
        driver = self._by_name.get(f"{name}-driver")
        if driver is not None and driver.state == _FAILED:
            return self._pods.driver(name)
        attempts = self._attempts(name)
        if attempts:
            # Also where the pipeline is not known.
            task = dataclasses.replace(task, may_retry=True)
        return self._pods.executor(name, task, max(0, attempts - 1))

    def _attempts(self, name: str) -> int:
        """How many there have been of a step with retries; 0 of one without."""
        count = 0
        while self._pods.executor_node(name, count) in self._ids:
            count += 1
        return count

    def _is_cached(self, body: Any) -> bool:
        begun, ended = _time(body.start_time), _time(body.end_time)
        if begun is None or ended is None or not self._has_cached:
            return False
        return (ended - begun).total_seconds() <= _LONGEST_CACHED_S

    def _running(self, driver: Any, body: Any, detail: str) -> State:
        begun = self._begun(driver, body) or self._now
        since_s = max(0.0, (self._now - begun).total_seconds())
        return State(Status.RUNNING, detail=detail, started=time.monotonic() - since_s)

    def _ended(self, status: Status, driver: Any, body: Any) -> State:
        begun, ended = self._begun(driver, body), _time(body.end_time)
        seconds = (ended - begun).total_seconds() if begun and ended else None
        return State(status, seconds=seconds)

    def _begun(self, driver: Any, body: Any) -> datetime.datetime | None:
        """The driver is part of what a step costs."""
        return (driver is not None and _time(driver.start_time)) or _time(body.start_time)


def _time(value: datetime.datetime | None) -> datetime.datetime | None:
    return value if value is not None and value >= _FIRST_TIME else None


def _hindrance(name: str, tasks: Mapping[str, Task], nodes: Mapping[str, State]) -> str:
    """The first step upstream that is why this one did not run."""
    for upstream in tasks[name].upstream:
        state = nodes.get(upstream, WAITING)
        if state.status in _BAD:
            return f"{upstream} {state.status.value}"
        is_behind = state.status in (Status.WAITING, Status.NOT_RUN)
        hindrance = (state.detail or _hindrance(upstream, tasks, nodes)) if is_behind else ""
        if hindrance:
            return hindrance
    return ""
