"""A compiled pipeline, as far as whoever submits and follows it must know it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.config import ConfigError


@dataclass(frozen=True)
class Task:
    """A step of the pipeline.

    Attributes:
        upstream: The steps that it waits for.
        may_retry: Whether it has a retry policy, which shows in the names of its pods.
        pod_labels: How many labels and annotations its pods get, which shows there, too.
    """

    upstream: tuple[str, ...]
    may_retry: bool = False
    pod_labels: tuple[int, int] | None = None


@dataclass(frozen=True)
class Parameter:
    """An input of the whole pipeline.

    Attributes:
        kind: As the spec names it, such as `NUMBER_INTEGER`.
        default: What holds when nobody says otherwise.
        is_optional: Whether a run may leave it out.
    """

    kind: str
    default: Any = None
    is_optional: bool = False


@dataclass(frozen=True)
class CompiledPipeline:
    """What the spec says.

    Attributes:
        name: Of the pipeline.
        tasks: In an order in which they can run.
        parameters: The pipeline's inputs.
        root: Where its artifacts go; None for where the cluster puts them.
        fingerprint: SHA-256 of its meaning, in hex: the order of keys does not count.
    """

    name: str
    tasks: Mapping[str, Task]
    parameters: Mapping[str, Parameter]
    root: str | None
    fingerprint: str

    @property
    def version(self) -> str:
        """Its name as a version: the same for the same content."""
        return f"{self.name}-{self.fingerprint[:12]}"


def read_pipeline(path: Path) -> CompiledPipeline:
    """Reads a compiled pipeline.

    Raises:
        ConfigError: there is no such file, or it holds no pipeline.
    """
    try:
        documents = [d for d in yaml.safe_load_all(path.read_text(encoding="utf-8")) if d]
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "not a text"
        raise ConfigError(f"{path}: {what}; expected a pipeline of {_COMPILE}") from error
    except yaml.YAMLError as error:
        first = str(error).partition("\n")[0]
        raise ConfigError(f"{path}: not YAML: {first}; expected one of {_COMPILE}") from error
    try:
        return pipeline_of(documents)
    except (AttributeError, KeyError, TypeError) as error:
        msg = f"{path}: no compiled pipeline: {error!r}; expected the YAML file of {_COMPILE}"
        raise ConfigError(msg) from error


def pipeline_of(documents: Sequence[Mapping[str, Any]]) -> CompiledPipeline:
    """Reads the spec, and the platform spec if there is one."""
    spec = next(d for d in (*documents, {}) if "pipelineInfo" in d or not d)
    platform = next((d for d in documents if "platforms" in d), {})
    dag = spec["root"]["dag"]["tasks"]
    configs = (
        platform.get("platforms", {})
        .get("kubernetes", {})
        .get("deploymentSpec", {})
        .get("executors", {})
    )
    labels = {
        component: _pod_labels(configs.get(body.get("executorLabel"), {}))
        for component, body in spec.get("components", {}).items()
    }
    tasks = {
        name: Task(
            upstream=tuple(task.get("dependentTasks", ())),
            may_retry="retryPolicy" in task,
            pod_labels=labels.get(task["componentRef"]["name"]),
        )
        for name, task in dag.items()
    }
    parameters = {
        name: Parameter(
            kind=body.get("parameterType", "STRING"),
            default=body.get("defaultValue"),
            is_optional="defaultValue" in body or bool(body.get("isOptional")),
        )
        for name, body in spec["root"].get("inputDefinitions", {}).get("parameters", {}).items()
    }
    meaning = json.dumps(documents, sort_keys=True, default=str)
    return CompiledPipeline(
        name=spec["pipelineInfo"]["name"],
        tasks=_in_order(tasks),
        parameters=parameters,
        root=spec.get("defaultPipelineRoot"),
        fingerprint=hashlib.sha256(meaning.encode()).hexdigest(),
    )


_COMPILE = "`tfxp kubeflow compile`"


def _pod_labels(config: Mapping[str, Any]) -> tuple[int, int] | None:
    metadata = config.get("podMetadata")
    if not metadata:
        return None
    return len(metadata.get("annotations", {})), len(metadata.get("labels", {}))


def _in_order(tasks: Mapping[str, Task]) -> dict[str, Task]:
    """Each behind those that it waits for; as the spec has them where that leaves a choice."""
    ordered: dict[str, Task] = {}
    while len(ordered) < len(tasks):
        ready = [
            name
            for name, task in tasks.items()
            if name not in ordered and all(up in ordered for up in task.upstream if up in tasks)
        ]
        if not ready:
            raise KeyError("tasks that wait for each other")
        ordered[ready[0]] = tasks[ready[0]]
    return ordered
