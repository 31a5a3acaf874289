"""What a step's container runs, and what it asks of its machine."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from tfx.proto.orchestration import executable_spec_pb2

from compiling.runtime import RuntimeParameter
from linting.steps import ENTRYPOINT
from pipeline.config import ClusterWhere
from pipeline.config.quantities import cores, gigabytes
from pipeline.config.resources import Resources
from pipeline.runner import code_version
from pipeline.runner.nodes import Node

COMMAND = ("python", ENTRYPOINT)
"""In the image, whose folder of the project is /app."""

# The launcher puts the whole executor input in its place.
_EXECUTOR_INPUT = "{{$}}"


def container(
    node: Node, where: ClusterWhere, parameters: Iterable[RuntimeParameter]
) -> dict[str, Any]:
    """Returns the container of a node's executor, as a pipeline spec has it."""
    told = json.dumps(described(node, parameters), ensure_ascii=False, separators=(",", ":"))
    spec: dict[str, Any] = {
        "image": where.kubeflow.image,
        "command": list(COMMAND),
        "args": ["--node", told, "--executor_input", _EXECUTOR_INPUT],
        "resources": _resources(resources_of(node.id, where), where.kubeflow.target == "vertex"),
    }
    if where.kubeflow.env:
        spec["env"] = [{"name": name, "value": value} for name, value in where.kubeflow.env.items()]
    return spec


def described(node: Node, parameters: Iterable[RuntimeParameter]) -> dict[str, Any]:
    """Returns what a step is told of the node that it runs."""
    is_beam = isinstance(node.executor_spec, executable_spec_pb2.BeamExecutableSpec)
    return {
        "id": node.id,
        "executor": node.executor,
        "beam": list(node.executor_spec.beam_pipeline_args) if is_beam else None,
        "inputs": _input_types(node),
        "outputs": {key: kind.name for key, kind in node.outputs.items()},
        "parameters": {name: kind_of(value) for name, value in node.parameters.items()},
        "runtime": {
            parameter.name: [list(place) for place in parameter.places[node.id]]
            for parameter in parameters
            if node.id in parameter.places
        },
        # Nobody reads it: changed code is another command, which has no cached result.
        "code": _code(node),
    }


def kind_of(value: int | float | str) -> str:
    """Returns the name of a value's type in what a step is told."""
    return {str: "STRING", int: "INT", float: "DOUBLE"}[type(value)]


def resources_of(node: str, where: ClusterWhere) -> Resources:
    """Returns what a node asks for."""
    return where.kubeflow.settings(node).over(where.kubeflow.resources)


def _input_types(node: Node) -> dict[str, str]:
    return {
        key: channel.artifact_query.type.name
        for key, value in sorted(node.spec.inputs.inputs.items())
        for channel in value.channels
    }


def _code(node: Node) -> str:
    sources = code_version.of_step(node.executor, node.parameters)
    return hashlib.sha256(json.dumps(sources, sort_keys=True).encode()).hexdigest()[:16]


def _resources(asked: Resources, limits_are_requests: bool) -> dict[str, Any]:
    """Each amount twice: as a text for newer backends, as a number for older ones and Vertex AI."""
    cpu_limit, memory_limit = asked.cpu_limit, asked.memory_limit
    if limits_are_requests:
        cpu_limit, memory_limit = cpu_limit or asked.cpu, memory_limit or asked.memory
    spec: dict[str, Any] = {}
    for key, cpu in (("CpuRequest", asked.cpu), ("CpuLimit", cpu_limit)):
        if cpu:
            spec |= {f"resource{key}": cpu, f"c{key[1:]}": cores(cpu)}
    for key, memory in (("MemoryRequest", asked.memory), ("MemoryLimit", memory_limit)):
        if memory:
            spec |= {f"resource{key}": memory, f"m{key[1:]}": gigabytes(memory)}
    if asked.accelerator:
        count = asked.accelerator_count or 1
        spec["accelerator"] = {
            "type": asked.accelerator,
            "count": count,
            "resourceType": asked.accelerator,
            "resourceCount": str(count),
        }
    return spec
