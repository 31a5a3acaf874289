"""The graph that `make run` runs, as TFX compiles it."""

from tfx.proto.orchestration import pipeline_pb2

from pipeline.config import ClusterConfig
from pipeline.runner.nodes import Node, read_nodes


class UnfitGraph(Exception):
    """The graph has what no cluster runs; a fault of ours, not of the user's."""


def graph_of(config: ClusterConfig) -> pipeline_pb2.Pipeline:
    """Returns the graph; this imports TFX, which takes ten seconds."""
    from tfx.dsl.compiler import compiler

    from pipeline.graph import create_pipeline

    graph: pipeline_pb2.Pipeline = compiler.Compiler().compile(
        create_pipeline(config.what, config.where)
    )
    return graph


def nodes_of(graph: pipeline_pb2.Pipeline) -> dict[str, Node]:
    """Returns the nodes by id, each after what it needs.

    Raises:
        UnfitGraph: an input comes from several nodes.
    """
    nodes = read_nodes(graph)
    for node in nodes.values():
        for key, sources in node.inputs.items():
            if len(sources) != 1:
                msg = f"{node.id}: input {key} has {len(sources)} sources; a task takes one"
                raise UnfitGraph(msg)
    return nodes
