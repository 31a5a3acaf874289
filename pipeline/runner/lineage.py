"""What became of each node in a run, read from the record in ML Metadata."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2 as pb

Artifacts = Mapping[str, tuple[pb.Artifact, ...]]

_WORDS = {
    pb.Execution.COMPLETE: "done",
    pb.Execution.CACHED: "cached",
    pb.Execution.FAILED: "failed",
    pb.Execution.CANCELED: "interrupted",
    pb.Execution.RUNNING: "running",
}
_MS_PER_S = 1000


@dataclass(frozen=True)
class Step:
    """One execution of a node.

    Attributes:
        node_id: The node.
        execution_id: Its number in the store.
        state: `done`, `cached`, `failed`, `interrupted` or `running`.
        seconds: How long it took; None of what was not run to its end.
        error: Why it failed; empty otherwise.
        outputs: What it made, or took from the cache, by output key.
        code: Source file to fingerprint, of all that it could import.
        libraries: Name to version.
    """

    node_id: str
    execution_id: int
    state: str
    seconds: float | None
    error: str
    outputs: Artifacts
    code: Mapping[str, str] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)


def steps(store: mlmd.MetadataStore, pipeline: str, run_id: str) -> list[Step]:
    """Returns the executions of a run, in the order in which they began."""
    run = store.get_context_by_type_and_name("pipeline_run", run_id)
    executions = store.get_executions_by_context(run.id) if run else []
    return [
        _step(store, pipeline, execution)
        for execution in sorted(executions, key=lambda execution: execution.id)
    ]


def outputs_of(store: mlmd.MetadataStore, execution_id: int) -> Artifacts:
    """Returns the output artifacts of an execution, by output key."""
    events = [
        event
        for event in store.get_events_by_execution_ids([execution_id])
        if event.type == pb.Event.OUTPUT
    ]
    artifacts = {
        artifact.id: artifact
        for artifact in store.get_artifacts_by_id([event.artifact_id for event in events])
    }
    outputs: dict[str, dict[int, pb.Artifact]] = {}
    for event in events:
        key, index = event.path.steps[0].key, event.path.steps[1].index
        outputs.setdefault(key, {})[index] = artifacts[event.artifact_id]
    return {
        key: tuple(by_index[index] for index in sorted(by_index))
        for key, by_index in outputs.items()
    }


def _step(store: mlmd.MetadataStore, pipeline: str, execution: pb.Execution) -> Step:
    contexts = store.get_contexts_by_execution(execution.id)
    prefix = f"{pipeline}."
    names = [context.name for context in contexts if context.name.startswith(prefix)]
    is_done = execution.last_known_state == pb.Execution.COMPLETE
    took = execution.last_update_time_since_epoch - execution.create_time_since_epoch
    kept = execution.custom_properties
    ingredients = json.loads(kept["ingredients"].string_value if "ingredients" in kept else "{}")
    return Step(
        node_id=names[0].removeprefix(prefix) if names else "",
        execution_id=int(execution.id),
        state=_WORDS.get(execution.last_known_state, "unknown"),
        seconds=took / _MS_PER_S if is_done else None,
        error=str(kept["error"].string_value) if "error" in kept else "",
        outputs=outputs_of(store, execution.id),
        code=ingredients.get("code", {}),
        libraries=ingredients.get("libraries", {}),
    )
