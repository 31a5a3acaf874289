"""The compiled graph as the runner sees it: plain nodes, read from TFX's pipeline IR.

Nothing here imports TFX's Python packages (only its protocol messages), so that a run in which
everything is cached never pays for TensorFlow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ml_metadata.proto import metadata_store_pb2
from tfx.proto.orchestration import executable_spec_pb2, pipeline_pb2

from pipeline.errors import UnknownNode


@dataclass(frozen=True)
class Input:
    """One source of an input: the output `output_key` of the node `producer`."""

    producer: str
    output_key: str


@dataclass(frozen=True)
class Node:
    """One step of the graph.

    Attributes:
        id: The node's name, unique in the graph.
        executor: Dotted path of the executor class.
        inputs: Input key to its sources.
        outputs: Output key to the artifact type that the node writes there.
        parameters: Execution parameters, plain values.
        upstream: Ids of the nodes that must have finished well before.
        spec: The IR node that this was read from.
        executor_spec: The IR's description of the executor (class path, Beam arguments).
    """

    id: str
    executor: str
    inputs: dict[str, tuple[Input, ...]]
    outputs: dict[str, metadata_store_pb2.ArtifactType]
    parameters: dict[str, int | float | str]
    upstream: tuple[str, ...]
    spec: pipeline_pb2.PipelineNode = field(repr=False)
    executor_spec: Any = field(repr=False)


def read_nodes(ir: pipeline_pb2.Pipeline) -> dict[str, Node]:
    """Returns the graph's nodes by id, in an order in which each follows what it needs."""
    deployment = pipeline_pb2.IntermediateDeploymentConfig()
    ir.deployment_config.Unpack(deployment)
    return {
        node.pipeline_node.node_info.id: _node(
            node.pipeline_node,
            deployment.executor_specs[node.pipeline_node.node_info.id],
        )
        for node in ir.nodes
    }


def needed_for(nodes: dict[str, Node], until: str | None) -> dict[str, Node]:
    """Returns the nodes that must finish for `until` to finish; all of them for None.

    Raises:
        UnknownNode: `until` is not in the graph.
    """
    if until is None:
        return nodes
    by_folded_id = {name.casefold(): name for name in nodes}
    if until.casefold() not in by_folded_id:
        raise UnknownNode(f"--until {until}: no such node; the graph has {', '.join(nodes)}")
    needed: set[str] = set()
    waiting = [by_folded_id[until.casefold()]]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting.extend(nodes[name].upstream)
    return {name: node for name, node in nodes.items() if name in needed}


def downstream_of(nodes: dict[str, Node], roots: Iterable[str]) -> set[str]:
    """Returns the ids of all nodes that depend on one of `roots`, directly or not."""
    reached = set(roots)
    for node in nodes.values():
        if reached.intersection(node.upstream):
            reached.add(node.id)
    return reached.difference(roots)


def set_value(target: metadata_store_pb2.Value, plain: int | float | str) -> None:
    """Gives a message the plain value, in the field of its type."""
    if isinstance(plain, str):
        target.string_value = plain
    elif isinstance(plain, int):
        target.int_value = plain
    else:
        target.double_value = plain


def _node(spec: pipeline_pb2.PipelineNode, packed_executor: Any) -> Node:
    executor_spec = _unpack(packed_executor)
    python_spec = getattr(executor_spec, "python_executor_spec", executor_spec)
    return Node(
        id=spec.node_info.id,
        executor=python_spec.class_path,
        inputs={
            key: tuple(
                Input(channel.producer_node_query.id, channel.output_key)
                for channel in value.channels
            )
            for key, value in sorted(spec.inputs.inputs.items())
        },
        outputs={
            key: value.artifact_spec.type for key, value in sorted(spec.outputs.outputs.items())
        },
        parameters={
            key: _plain(value.field_value)
            for key, value in sorted(spec.parameters.parameters.items())
        },
        upstream=tuple(spec.upstream_nodes),
        spec=spec,
        executor_spec=executor_spec,
    )


def _unpack(packed: Any) -> Any:
    for kind in (
        executable_spec_pb2.BeamExecutableSpec(),
        executable_spec_pb2.PythonClassExecutableSpec(),
    ):
        if packed.Unpack(kind):
            return kind
    msg = f"executors of type {packed.type_url} are not run locally"
    raise NotImplementedError(msg)


def _plain(value: metadata_store_pb2.Value) -> int | float | str:
    kind = value.WhichOneof("value")
    plain: int | float | str = getattr(value, kind)
    return plain
