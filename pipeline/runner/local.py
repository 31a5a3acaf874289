"""Runs the graph on this machine: the same steps as a cluster's, driven from one light process.

This process decides, records and shows; executors run in the executor host's children.
What is cached costs no TensorFlow import, because the host is started only when a node must run.
"""

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tfx.proto.orchestration import pipeline_pb2

from pipeline.runner import outputs
from pipeline.runner.artifact_dirs import ExecutionDirs
from pipeline.runner.executors import Ended, LazyHost
from pipeline.runner.interrupts import sigterm_as_interrupt
from pipeline.runner.nodes import Node
from pipeline.runner.plan import Decision, decide, resolve_inputs
from pipeline.runner.states import WAITING, Outcome, State, Status
from pipeline.runner.store import Finished, Store

_POLL_S = 0.1

Report = Callable[[str, State], None]


@dataclass(frozen=True)
class Place:
    """Where a run writes.

    Attributes:
        artifacts: The pipeline root.
        logs: The folder of all runs' logs.
        parallel_nodes: How many nodes may run at once.
    """

    artifacts: Path
    logs: Path
    parallel_nodes: int


@dataclass
class _Running:
    """An execution under way."""

    node: Node
    decision: Decision
    dirs: ExecutionDirs


@dataclass
class LocalRun:
    """One run of the graph.

    Attributes:
        run_id: Its name.
        nodes: The nodes to finish, in the order of the flow.
        pipeline_info: The pipeline's name, as the compiled graph has it.
        store: The metadata store; this process must hold its run lock.
        place: Where to write.
        host: The executor host, started by the first node that must run.
        report: Called with each change of a node's state.
        fresh: Whether to run everything again.
    """

    run_id: str
    nodes: dict[str, Node]
    pipeline_info: pipeline_pb2.PipelineInfo
    store: Store
    place: Place
    host: LazyHost
    report: Report
    fresh: bool = False
    _states: dict[str, State] = field(default_factory=dict)
    _results: dict[str, Finished] = field(default_factory=dict)
    _running: dict[str, _Running] = field(default_factory=dict)

    def run(self) -> Outcome:
        """Runs every node that needs it; returns how it ended, also when interrupted."""
        began = time.monotonic()
        for name in self.nodes:
            self._set(name, WAITING)
        interrupted = False
        try:
            with sigterm_as_interrupt():
                while self._start_ready() or self._running:
                    self._collect()
        except KeyboardInterrupt:
            interrupted = True
        finally:
            self._abandon_running()
        for name, state in self._states.items():
            if state.status is Status.WAITING:
                self._set(name, State(Status.NOT_RUN, detail=self._hindrance(name)))
        seconds = time.monotonic() - began
        log_dir = self.place.logs / self.run_id
        return Outcome(self.run_id, dict(self._states), seconds, log_dir, interrupted)

    def _start_ready(self) -> bool:
        """Starts or takes from the cache whatever can go on; returns whether anything did."""
        progressed = False
        for node in self.nodes.values():
            if len(self._running) >= self.place.parallel_nodes:
                break
            if self._states[node.id].status is Status.WAITING and all(
                self._states[upstream].status.is_good
                for upstream in node.upstream
                if upstream in self.nodes
            ):
                self._advance(node)
                progressed = True
        return progressed

    def _advance(self, node: Node) -> None:
        inputs = resolve_inputs(node, self._results)
        decision = decide(node, inputs, self.store, fresh=self.fresh)
        if decision.cached is not None:
            self.store.reuse(self.run_id, node, decision.ingredients, inputs, decision.cached)
            self._finish(node, decision.cached, Status.CACHED, None)
            return
        execution_id = self.store.start(self.run_id, node, decision.ingredients, inputs)
        dirs = ExecutionDirs(self.place.artifacts, node, execution_id, decision.key)
        dirs.make()
        self._running[node.id] = _Running(node, decision, dirs)
        types = {
            key: self.nodes[sources[0].producer].outputs[sources[0].output_key]
            for key, sources in node.inputs.items()
        }
        self._set(node.id, State(Status.RUNNING, started=time.monotonic()))
        invocation = dirs.invocation(self.run_id, self.pipeline_info, inputs, types)
        self.host.started().run(node, invocation)

    def _collect(self) -> None:
        if not self._running:
            return
        for ended in self.host.started().ended(_POLL_S):
            running = self._running.pop(ended.name)
            self._end(running, ended)
        for name in self._running:
            state, said = self._states[name], self.host.started().progress_of(name)
            if said != state.detail:
                self._set(name, dataclasses.replace(state, detail=said))

    def _end(self, running: _Running, ended: Ended) -> None:
        node, execution_id = running.node, running.dirs.execution_id
        started = self._states[node.id].started
        seconds = time.monotonic() - (started or 0.0)
        if ended.output is None:
            self.store.fail(execution_id, ended.error)
            if ended.refused:
                running.dirs.keep_evidence(self.place.logs / self.run_id / node.id)
            running.dirs.discard()
            status = Status.REFUSED if ended.refused else Status.FAILED
            self._set(node.id, State(status, seconds, ended.error))
            return
        artifacts = {
            key: tuple(value.artifacts) for key, value in ended.output.output_artifacts.items()
        }
        result = self.store.complete(
            self.run_id, node, execution_id, running.decision.key, artifacts
        )
        running.dirs.keep_outputs_only()
        self._finish(node, result, Status.DONE, seconds)

    def _finish(self, node: Node, result: Finished, status: Status, seconds: float | None) -> None:
        self._results[node.id] = result
        refusal = outputs.refusal(node, result.outputs)
        if refusal is not None:
            self._set(node.id, State(Status.REFUSED, seconds, refusal))
        else:
            self._set(node.id, State(status, seconds, outputs.summary(result.outputs)))

    def _abandon_running(self) -> None:
        """Stops and forgets what is still under way: an interrupt, or an error of our own."""
        if not self._running:
            return
        self.host.close()
        for name, running in self._running.items():
            self.store.fail(running.dirs.execution_id, "interrupted", canceled=True)
            running.dirs.discard()
            self._set(name, State(Status.NOT_RUN, detail="interrupted"))
        self._running.clear()

    def _hindrance(self, name: str) -> str:
        """The first node upstream that is why this one did not run."""
        for upstream in self.nodes[name].upstream:
            state = self._states.get(upstream, WAITING)
            if state.status in (Status.FAILED, Status.REFUSED):
                return f"{upstream} {state.status.value}"
            if state.status in (Status.WAITING, Status.NOT_RUN):
                return state.detail or self._hindrance(upstream)
        return ""

    def _set(self, name: str, state: State) -> None:
        self._states[name] = state
        self.report(name, state)
