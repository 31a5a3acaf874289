"""The whole: a graph and a cluster in, what the cluster reads out."""

from dataclasses import dataclass
from importlib import metadata
from typing import Any

from kfp.pipeline_spec import pipeline_spec_pb2
from tfx.proto.orchestration import pipeline_pb2

from compiling import tasks
from compiling.containers import container
from compiling.graph import nodes_of
from compiling.platform import platform_spec
from compiling.runtime import RuntimeParameter, runtime_parameters
from compiling.writing import Form, as_json, as_yaml, checked, whole
from pipeline.config import ClusterConfig
from pipeline.runner.nodes import Node

SCHEMA_VERSION = "2.1.0"


@dataclass(frozen=True)
class Compiled:
    """A pipeline for a cluster.

    Attributes:
        pipeline_spec: What Kubeflow Pipelines and Vertex AI both read.
        platform_spec: What is Kubernetes' alone; None without any of it, and for Vertex AI.
        job: Vertex AI's job with the pipeline spec in it; None for Kubeflow Pipelines.
        parameters: The inputs of the pipeline.
        nodes: The graph that it was made from.
    """

    pipeline_spec: dict[str, Any]
    platform_spec: dict[str, Any] | None
    job: dict[str, Any] | None
    parameters: tuple[RuntimeParameter, ...]
    nodes: dict[str, Node]

    def text(self, form: Form) -> str:
        """Returns the file's text; the same for the same pipeline, always."""
        documents = [self.job or self.pipeline_spec]
        if form == "json":
            return as_json(documents[0])
        documents += [self.platform_spec] if self.platform_spec else []
        return as_yaml(documents, self._comment())

    def _comment(self) -> list[str]:
        info = self.pipeline_spec["pipelineInfo"]
        inputs = [f"  {parameter.name}: {parameter.default}" for parameter in self.parameters]
        return [
            f"{info['name']}: {info['description']}",
            "Inputs, with what they are unless a run says otherwise:",
            *inputs,
        ]


def compile_pipeline(config: ClusterConfig, graph: pipeline_pb2.Pipeline) -> Compiled:
    """Compiles a graph for a cluster.

    Args:
        config: What the graph was made from.
        graph: As TFX compiles it.
    """
    nodes = nodes_of(graph)
    parameters = runtime_parameters(config.what, nodes)
    spec = _pipeline_spec(config, nodes, parameters)
    kubeflow = config.where.kubeflow
    if kubeflow.target == "vertex":
        return Compiled(spec, None, _vertex_job(config, spec, parameters), parameters, nodes)
    return Compiled(spec, platform_spec(nodes, kubeflow), None, parameters, nodes)


def _pipeline_spec(
    config: ClusterConfig, nodes: dict[str, Node], parameters: tuple[RuntimeParameter, ...]
) -> dict[str, Any]:
    what, where = config.what, config.where
    executors = {
        "executors": {
            tasks.executor_name(node.id): {"container": container(node, where, parameters)}
            for node in nodes.values()
        }
    }
    # In the spec it is a free structure: read as what it is meant to be, a wrong key is noticed.
    deployment = whole(checked(executors, pipeline_spec_pb2.PipelineDeploymentConfig()))
    plain = {
        "schemaVersion": SCHEMA_VERSION,
        "sdkVersion": f"tfxp-{metadata.version('tfxp')}",
        "pipelineInfo": {"name": what.name, "description": _description(config)},
        "defaultPipelineRoot": where.roots.artifacts,
        "root": {
            "inputDefinitions": {"parameters": tasks.root_inputs(parameters)},
            "dag": {
                "tasks": {node.id: tasks.task(node, where, parameters) for node in nodes.values()}
            },
        },
        "components": {
            tasks.component_name(node.id): tasks.component(node, parameters)
            for node in nodes.values()
        },
        "deploymentSpec": deployment,
    }
    spec: dict[str, Any] = whole(checked(plain, pipeline_spec_pb2.PipelineSpec()))
    return spec


def _description(config: ClusterConfig) -> str:
    what = config.what
    return f"From the rows of {what.data.input} to a pushed model for {what.label.column}"


def _vertex_job(
    config: ClusterConfig, spec: dict[str, Any], parameters: tuple[RuntimeParameter, ...]
) -> dict[str, Any]:
    return {
        "displayName": config.what.name,
        "pipelineSpec": spec,
        "runtimeConfig": {
            "gcsOutputDirectory": config.where.roots.artifacts,
            "parameterValues": {parameter.name: parameter.default for parameter in parameters},
        },
    }
