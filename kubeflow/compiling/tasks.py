"""A node as a component, which says what it takes and makes, and as a task, which says from where.

The artifacts' types here are for Kubeflow's user interface; the steps know TFX's own.
"""

import re
from collections.abc import Iterable
from typing import Any

from compiling.runtime import RuntimeParameter
from pipeline.config import ClusterWhere
from pipeline.config.resources import NodeSettings
from pipeline.runner.nodes import Node
from pipeline.runner.outside import LOOKING_NODES

_KINDS = {str: "STRING", int: "NUMBER_INTEGER", float: "NUMBER_DOUBLE"}
_TITLES = {"Examples": "system.Dataset", "Model": "system.Model", "PushedModel": "system.Model"}
_OTHER_TITLE = "system.Artifact"
_TITLE_VERSION = "0.0.1"

_FIRST_WAIT = "30s"
# Argo counts from the start of the first attempt: with an hour, as Kubeflow's SDK has it, a step
# that fails after two would not be tried again.
_LONGEST_WAIT = {"kubeflow": "604800s", "vertex": "3600s"}


def component_name(node: str) -> str:
    """Returns the name of a node's component, such as `comp-example-gen`."""
    return f"comp-{_dashed(node)}"


def executor_name(node: str) -> str:
    """Returns the name of a node's executor, such as `exec-example-gen`."""
    return f"exec-{_dashed(node)}"


def component(node: Node, parameters: Iterable[RuntimeParameter]) -> dict[str, Any]:
    """Returns what a node takes and makes."""
    inputs = {name: {"parameterType": _KINDS[type(v)]} for name, v in node.parameters.items()}
    for parameter in _of(node, parameters):
        inputs[parameter.name] = {"parameterType": _KINDS[type(parameter.default)]}
    definitions: dict[str, Any] = {}
    if node.inputs:
        definitions["artifacts"] = {
            key: _artifact(channel.artifact_query.type.name)
            for key, value in node.spec.inputs.inputs.items()
            for channel in value.channels
        }
    if inputs:
        definitions["parameters"] = inputs
    spec: dict[str, Any] = {"executorLabel": executor_name(node.id)}
    if definitions:
        spec["inputDefinitions"] = definitions
    if node.outputs:
        spec["outputDefinitions"] = {
            "artifacts": {key: _artifact(kind.name) for key, kind in node.outputs.items()}
        }
    return spec


def task(node: Node, where: ClusterWhere, parameters: Iterable[RuntimeParameter]) -> dict[str, Any]:
    """Returns from where a node has what it takes, and after whom it runs."""
    settings = where.kubeflow.settings(node.id)
    given: dict[str, Any] = {
        name: {"runtimeValue": {"constant": value}} for name, value in node.parameters.items()
    }
    # In the place of a property of the same name, which would be the default of this very input.
    for parameter in _of(node, parameters):
        given[parameter.name] = {"componentInputParameter": parameter.name}
    spec: dict[str, Any] = {
        "taskInfo": {"name": node.id},
        "componentRef": {"name": component_name(node.id)},
        "cachingOptions": {"enableCache": is_cached(node.id, settings)},
        "dependentTasks": sorted(node.upstream),
        "inputs": {
            "artifacts": {
                key: {
                    "taskOutputArtifact": {
                        "producerTask": source.producer,
                        "outputArtifactKey": source.output_key,
                    }
                }
                for key, (source,) in node.inputs.items()
            },
            "parameters": given,
        },
    }
    retries = where.kubeflow.retries if settings.retries is None else settings.retries
    if retries:
        spec["retryPolicy"] = {
            "maxRetryCount": retries,
            "backoffDuration": _FIRST_WAIT,
            "backoffFactor": 2.0,
            "backoffMaxDuration": _LONGEST_WAIT[where.kubeflow.target],
        }
    return spec


def is_cached(node: str, settings: NodeSettings) -> bool:
    """Whether a node's result may be that of an earlier run with the same inputs."""
    return node not in LOOKING_NODES if settings.cache is None else settings.cache


def root_inputs(parameters: Iterable[RuntimeParameter]) -> dict[str, Any]:
    """Returns the inputs of the pipeline."""
    return {
        parameter.name: {
            "parameterType": _KINDS[type(parameter.default)],
            "defaultValue": parameter.default,
            "description": parameter.description,
            "isOptional": True,
        }
        for parameter in parameters
    }


def _of(node: Node, parameters: Iterable[RuntimeParameter]) -> list[RuntimeParameter]:
    return [parameter for parameter in parameters if node.id in parameter.places]


def _artifact(tfx_type: str) -> dict[str, Any]:
    title = _TITLES.get(tfx_type, _OTHER_TITLE)
    return {"artifactType": {"schemaTitle": title, "schemaVersion": _TITLE_VERSION}}


def _dashed(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
