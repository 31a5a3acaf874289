"""How large a pipeline becomes on its way: what a step is told, its pod, and Argo's workflow.

What only a run knows is assumed: the figures below are what one that is not small has.
"""

import base64
import gzip
import json
from collections.abc import Iterator
from typing import Any

from linting.spec import ROOT, Component, Json, Spec, Task

_URI = "u" * 256
_METADATA = {"m": "m" * 4096}
"""Of one input artifact: TFX's properties, and ours, twice over."""
_OUTPUT = "o" * 1024
"""An output parameter of another task."""
_TASK_OVERHEAD = "t" * 1536
"""Argo's own words about a task and its driver: names, templates, dependencies."""
_NODE_OVERHEAD = "n" * 1024
"""Argo's status of a node: names, times, the resources that it used."""
_SYSTEM_TEMPLATES = "s" * 24 * 1024
"""The templates of KFP's drivers and launchers, which every workflow has."""
_PATCHES_KEPT = 4
"""A pod's specification is an output of the driver and an input of three nodes below it."""


def compact(value: Any) -> str:
    """Writes JSON as the backend does, without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def size(text: str) -> int:
    """The bytes of a text."""
    return len(text.encode())


def executor_input(spec: Spec, task: Task) -> Json:
    """What KFP tells a step: values of parameters, artifacts, and where outputs go."""
    component = task.component or Component("", "", {})
    constants = {name: value for name, _, value in task.constants()}
    values = {
        name: constants[name] if name in constants else _value(spec, task, name)
        for name in {*component.inputs("parameters"), *task.inputs("parameters")}
    }
    inputs = {
        name: _artifact(name, definition, _METADATA)
        for name, definition in component.inputs("artifacts").items()
    }
    outputs = {
        name: _artifact(name, definition, definition.get("metadata", {}))
        for name, definition in component.outputs("artifacts").items()
    }
    files = {
        name: {"outputFile": f"/tmp/kfp/outputs/{name}"} for name in component.outputs("parameters")
    }
    return {
        "inputs": {"parameterValues": values, "artifacts": inputs},
        "outputs": {"parameters": files, "artifacts": outputs, "outputFile": _URI},
    }


def command_line(container: Json, told: str) -> list[str]:
    """The arguments of a step's process, with what it is told in the place of `{{$}}`."""
    words = [*container.get("command", []), *container.get("args", [])]
    return [word.replace("{{$}}", told) for word in words]


def driver_arguments(spec: Spec, task: Task) -> dict[str, str]:
    """The arguments of the driver's process that grow with a pipeline, by name."""
    executor = task.executor
    return {
        "component": compact(task.component.spec if task.component else {}),
        "task": compact(task.spec),
        "container": compact(executor.container if executor else {}),
        "kubernetes_config": compact(executor.kubernetes if executor else {}),
    }


def runtime_config(spec: Spec) -> str:
    """The argument of the root's driver: the values of all inputs of the pipeline."""
    inputs = spec.components[ROOT].inputs("parameters")
    values = {name: parameter.get("defaultValue") for name, parameter in inputs.items()}
    return compact({"parameterValues": values})


def pod(spec: Spec, task: Task) -> str:
    """The specification of a step's pod that the driver writes."""
    container = (task.executor.container if task.executor else None) or {}
    launcher = [compact(executor_input(spec, task)), driver_arguments(spec, task)["component"]]
    words = [*container.get("command", []), *container.get("args", [])]
    main = {
        "name": "main",
        "image": container.get("image"),
        "command": [*launcher, _NODE_OVERHEAD],
        "args": words,
        "env": container.get("env", []),
    }
    return compact({"containers": [main], "volumes": task.executor and task.executor.kubernetes})


def workflow(spec: Spec) -> str:
    """The Argo workflow as KFP creates it."""
    arguments = {
        compact(document)
        for component in spec.components.values()
        for document in _arguments(spec, component)
    }
    tasks = [[compact(task.spec), _TASK_OVERHEAD] for task in spec.tasks]
    return compact([sorted(arguments), tasks, runtime_config(spec), _SYSTEM_TEMPLATES])


def nodes(spec: Spec) -> str:
    """The status of all nodes of a run that is over."""
    found = [
        [*driver_arguments(spec, task).values(), *[pod(spec, task)] * _PATCHES_KEPT, _NODE_OVERHEAD]
        for task in spec.tasks
        if task.executor is not None
    ]
    return compact(found)


def packed(text: str) -> str:
    """A text compressed as Argo does with a status that is large."""
    return base64.b64encode(gzip.compress(text.encode())).decode()


def _arguments(spec: Spec, component: Component) -> Iterator[Json]:
    yield component.spec
    executor = spec.executors.get(component.spec.get("executorLabel", ""))
    if executor is not None:
        yield executor.container or executor.spec
        yield executor.kubernetes


def _value(spec: Spec, task: Task, name: str) -> Any:
    source = task.inputs("parameters").get(name, {})
    if "taskOutputParameter" in source:
        return _OUTPUT
    outer = task.parent.inputs("parameters").get(source.get("componentInputParameter", ""), {})
    own = task.component.inputs("parameters").get(name, {}) if task.component else {}
    return outer.get("defaultValue", own.get("defaultValue", ""))


def _artifact(name: str, definition: Json, metadata: Json) -> Json:
    kind = definition.get("artifactType", {})
    return {"artifacts": [{"name": name, "type": kind, "uri": _URI, "metadata": metadata}]}
