"""What ran, with which inputs, and what came out: the record in ML Metadata.

The records follow TFX's own conventions (context types `pipeline`, `pipeline_run`, `node` and
`execution_cache`; event paths of output key and index), so that every tool that reads the lineage
of a TFX pipeline reads ours. One process writes: the runner. Executors never see the store.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2 as pb

from pipeline.errors import StoreError
from pipeline.runner import lineage
from pipeline.runner.lineage import Artifacts
from pipeline.runner.nodes import Node, set_value

_Event = pb.Event
_RECORDED = frozenset({"pipeline", "outcome", "detail"})
_FINISHED = (pb.Execution.COMPLETE, pb.Execution.CACHED)


@dataclass(frozen=True)
class Finished:
    """An execution that ended well, and its output artifacts by output key."""

    execution_id: int
    outputs: Artifacts


@dataclass(frozen=True)
class RunRecord:
    """One run as `tfxp status` shows it; times in seconds since 1970.

    `facts` are those that were kept as it began, such as its configuration.
    """

    run_id: str
    started_at: int
    finished_at: int
    outcome: str
    detail: str
    facts: Mapping[str, str] = field(default_factory=dict)


class Store:
    """The metadata store of one pipeline, in one SQLite file."""

    def __init__(self, path: Path, pipeline_name: str) -> None:
        """Opens the store, and creates it when it is not there.

        Raises:
            StoreError: the file cannot be read or written, or is no metadata store.
        """
        self._pipeline = pipeline_name
        config = pb.ConnectionConfig()
        config.sqlite.filename_uri = str(path)
        config.sqlite.connection_mode = pb.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _check_is_sqlite(path)
            self._mlmd = mlmd.MetadataStore(config)
            self._context_types = {
                name: self._mlmd.put_context_type(pb.ContextType(name=name), can_add_fields=True)
                for name in ("pipeline", "pipeline_run", "node", "execution_cache")
            }
        except (OSError, RuntimeError, sqlite3.Error, mlmd.errors.StatusError) as error:
            msg = f"metadata store {path}: {error}; move it away to start afresh, or mend it"
            raise StoreError(msg) from error
        self._types: dict[str, int] = {}

    def begin_run(self, run_id: str, facts: Mapping[str, int | str]) -> None:
        """Records that a run has started; `facts` are kept with it."""
        begun: dict[str, int | str] = {"started_at": int(time.time()), "outcome": "running"}
        self._put_run(run_id, begun | dict(facts))

    def end_run(self, run_id: str, outcome: str, detail: str) -> None:
        """Records how a run ended."""
        ended: dict[str, int | str] = {"finished_at": int(time.time()), "outcome": outcome}
        self._put_run(run_id, ended | {"detail": detail})

    def runs(self) -> list[RunRecord]:
        """Returns the runs of this pipeline, newest first."""
        own = [
            context
            for context in self._mlmd.get_contexts_by_type("pipeline_run")
            if context.custom_properties["pipeline"].string_value == self._pipeline
        ]
        records = [
            RunRecord(
                run_id=context.name,
                started_at=context.custom_properties["started_at"].int_value,
                finished_at=context.custom_properties["finished_at"].int_value,
                outcome=context.custom_properties["outcome"].string_value,
                detail=context.custom_properties["detail"].string_value,
                facts={
                    name: value.string_value
                    for name, value in context.custom_properties.items()
                    if value.string_value and name not in _RECORDED
                },
            )
            for context in own
        ]
        return sorted(records, key=lambda record: (record.started_at, record.run_id), reverse=True)

    def cached(self, key: str) -> list[Finished]:
        """Returns the executions that ended well under this cache key, newest first."""
        context = self._mlmd.get_context_by_type_and_name("execution_cache", key)
        if context is None:
            return []
        executions = self._mlmd.get_executions_by_context(context.id)
        complete = [e for e in executions if e.last_known_state == pb.Execution.COMPLETE]
        newest_first = sorted(complete, key=lambda execution: execution.id, reverse=True)
        return [Finished(e.id, self._outputs(e.id)) for e in newest_first]

    def last_ingredients(self, node: Node) -> dict[str, Any] | None:
        """Returns what the node's newest good execution was made from; None if there is none."""
        newest = self._newest(node.id)
        if newest is None:
            return None
        ingredients: dict[str, Any] = json.loads(
            newest.custom_properties["ingredients"].string_value or "{}"
        )
        return ingredients

    def steps(self, run_id: str) -> list[lineage.Step]:
        """Returns what became of the nodes of a run, in the order in which they began."""
        return lineage.steps(self._mlmd, self._pipeline, run_id)

    def start(
        self, run_id: str, node: Node, ingredients: Mapping[str, Any], inputs: Artifacts
    ) -> int:
        """Records that a node is running; returns the execution's id."""
        execution = self._execution(node, ingredients, pb.Execution.RUNNING)
        events = _events(inputs, _Event.INPUT)
        return self._put(execution, events, self._contexts(run_id, node))

    def complete(
        self, run_id: str, node: Node, execution_id: int, key: str, outputs: Artifacts
    ) -> Finished:
        """Records a node's good end and its outputs, in one transaction."""
        for output_key, artifacts in outputs.items():
            for artifact in artifacts:
                artifact.type_id = self._artifact_type(node.outputs[output_key])
                artifact.state = pb.Artifact.LIVE
        execution = self._known(execution_id)
        execution.last_known_state = pb.Execution.COMPLETE
        contexts = [*self._contexts(run_id, node), self._context("execution_cache", key)]
        self._put(execution, _events(outputs, _Event.OUTPUT), contexts)
        return Finished(execution_id, self._outputs(execution_id))

    def reuse(
        self,
        run_id: str,
        node: Node,
        ingredients: Mapping[str, Any],
        inputs: Artifacts,
        result: Finished,
    ) -> None:
        """Records that a node's earlier result stands in this run."""
        execution = self._execution(node, ingredients, pb.Execution.CACHED)
        events = [*_events(inputs, _Event.INPUT), *_events(result.outputs, _Event.OUTPUT)]
        self._put(execution, events, self._contexts(run_id, node))

    def fail(self, execution_id: int, error: str, *, canceled: bool = False) -> None:
        """Records that an execution failed, or was interrupted."""
        execution = self._known(execution_id)
        execution.last_known_state = pb.Execution.CANCELED if canceled else pb.Execution.FAILED
        execution.custom_properties["error"].string_value = error
        self._mlmd.put_executions([execution])

    def abandoned(self, nodes: Iterable[Node]) -> list[tuple[Node, int]]:
        """Returns the executions still marked as running; with the run lock held, all are dead."""
        found = []
        for node in nodes:
            context = self._mlmd.get_context_by_type_and_name("node", self._node_context(node.id))
            if context is not None:
                found += [
                    (node, execution.id)
                    for execution in self._mlmd.get_executions_by_context(context.id)
                    if execution.last_known_state == pb.Execution.RUNNING
                ]
        return found

    def _outputs(self, execution_id: int) -> Artifacts:
        return lineage.outputs_of(self._mlmd, execution_id)

    def _execution(
        self, node: Node, ingredients: Mapping[str, Any], state: "pb.Execution.State"
    ) -> pb.Execution:
        execution = pb.Execution(
            type_id=self._execution_type(node.spec.node_info.type.name), last_known_state=state
        )
        execution.custom_properties["ingredients"].string_value = json.dumps(ingredients)
        for name, value in node.parameters.items():
            set_value(execution.custom_properties[name], value)
        return execution

    def _known(self, execution_id: int) -> pb.Execution:
        (execution,) = self._mlmd.get_executions_by_id([execution_id])
        return execution

    def _put(
        self,
        execution: pb.Execution,
        events: list[tuple[pb.Artifact, pb.Event]],
        contexts: list[pb.Context],
    ) -> int:
        execution_id, _, _ = self._mlmd.put_execution(
            execution, events, contexts, reuse_context_if_already_exist=True
        )
        return int(execution_id)

    def _contexts(self, run_id: str, node: Node) -> list[pb.Context]:
        return [
            self._context("pipeline", self._pipeline),
            self._context("pipeline_run", run_id),
            self._context("node", self._node_context(node.id)),
        ]

    def _newest(self, node_id: str) -> pb.Execution | None:
        """The node's newest good execution."""
        return max(self._finished(node_id), key=lambda execution: execution.id, default=None)

    def _finished(self, node_id: str) -> list[pb.Execution]:
        context = self._mlmd.get_context_by_type_and_name("node", self._node_context(node_id))
        if context is None:
            return []
        return [
            execution
            for execution in self._mlmd.get_executions_by_context(context.id)
            if execution.last_known_state in _FINISHED
        ]

    def _node_context(self, node_id: str) -> str:
        return f"{self._pipeline}.{node_id}"

    def _context(self, kind: str, name: str) -> pb.Context:
        known = self._mlmd.get_context_by_type_and_name(kind, name)
        return known or pb.Context(type_id=self._context_types[kind], name=name)

    def _put_run(self, run_id: str, properties: Mapping[str, int | str]) -> None:
        context = self._context("pipeline_run", run_id)
        context.custom_properties["pipeline"].string_value = self._pipeline
        for name, value in properties.items():
            set_value(context.custom_properties[name], value)
        self._mlmd.put_contexts([context])

    def _execution_type(self, name: str) -> int:
        if name not in self._types:
            self._types[name] = self._mlmd.put_execution_type(pb.ExecutionType(name=name))
        return self._types[name]

    def _artifact_type(self, artifact_type: pb.ArtifactType) -> int:
        name = artifact_type.name
        if name not in self._types:
            self._types[name] = self._mlmd.put_artifact_type(
                artifact_type, can_add_fields=True, can_omit_fields=True
            )
        return self._types[name]


def _events(artifacts: Artifacts, kind: "pb.Event.Type") -> list[tuple[pb.Artifact, pb.Event]]:
    pairs = []
    for key, values in artifacts.items():
        for index, artifact in enumerate(values):
            event = _Event(type=kind)
            event.path.steps.add(key=key)
            event.path.steps.add(index=index)
            pairs.append((artifact, event))
    return pairs


def _check_is_sqlite(path: Path) -> None:
    """ML Metadata reports a damaged file in words that help nobody; SQLite's own are clear."""
    if path.exists():
        with sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
        connection.close()
