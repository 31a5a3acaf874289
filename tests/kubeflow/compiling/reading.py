"""What stands in a compiled pipeline, found by the names of its nodes."""

import json
from typing import Any

from compiling import Compiled


def tasks(compiled: Compiled) -> dict[str, Any]:
    """The tasks by node."""
    found: dict[str, Any] = compiled.pipeline_spec["root"]["dag"]["tasks"]
    return found


def component(compiled: Compiled, node: str) -> dict[str, Any]:
    """The component of a node's task."""
    name = tasks(compiled)[node]["componentRef"]["name"]
    found: dict[str, Any] = compiled.pipeline_spec["components"][name]
    return found


def container(compiled: Compiled, node: str) -> dict[str, Any]:
    """The container of a node's executor."""
    label = component(compiled, node)["executorLabel"]
    executors = compiled.pipeline_spec["deploymentSpec"]["executors"]
    found: dict[str, Any] = executors[label]["container"]
    return found


def told(compiled: Compiled, node: str) -> dict[str, Any]:
    """What a step is told of its node."""
    arguments = container(compiled, node)["args"]
    found: dict[str, Any] = json.loads(arguments[arguments.index("--node") + 1])
    return found


def parameters(compiled: Compiled, node: str) -> dict[str, Any]:
    """The parameters that a node's task is given."""
    found: dict[str, Any] = tasks(compiled)[node]["inputs"].get("parameters", {})
    return found


def kubernetes(compiled: Compiled, node: str) -> dict[str, Any]:
    """What of a node is Kubernetes' alone."""
    label = component(compiled, node)["executorLabel"]
    assert compiled.platform_spec is not None
    platform = compiled.platform_spec["platforms"]["kubernetes"]
    found: dict[str, Any] = platform["deploymentSpec"]["executors"].get(label, {})
    return found
