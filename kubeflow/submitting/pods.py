"""How Argo, which runs the steps for Kubeflow Pipelines, names their pods.

The API says of a task which nodes of Argo are below it, and neither the pod's name nor its log.
Both follow from the workflow's name and the place of the node in it.
"""

import dataclasses

from submitting.pipeline_file import Task

_FNV_START, _FNV_PRIME = 0x811C9DC5, 0x01000193


@dataclasses.dataclass(frozen=True)
class Pods:
    """The names of a run's nodes and pods.

    Attributes:
        workflow: The name of the run's workflow.
    """

    workflow: str

    def executor_node(self, task: str, attempt: int | None = None) -> str:
        """The id of the node that runs a task, or of one of its attempts (from 0)."""
        return f"{self.workflow}-{_hash(self._executor(task, attempt))}"

    def executor(self, name: str, task: Task, attempt: int) -> str:
        """The pod that runs a task; `attempt` counts from 0."""
        template = "system-container-impl"
        if task.may_retry:
            template = f"retry-{template}"
        if task.pod_labels:
            annotations, labels = task.pod_labels
            template = f"metadata-{annotations}-{labels}-{template}"
        node = self._executor(name, attempt if task.may_retry else None)
        return f"{self.workflow}-{template}-{_hash(node)}"

    def driver(self, task: str) -> str:
        """The pod that decides what a task gets, and whether it must run at all."""
        return f"{self.workflow}-system-container-driver-{_hash(f'{self._task(task)}-driver')}"

    def _task(self, task: str) -> str:
        return f"{self.workflow}.root.{task}"

    def _executor(self, task: str, attempt: int | None) -> str:
        counted = "" if attempt is None else f"({attempt})"
        return f"{self._task(task)}.executor{counted}"


def _hash(node: str) -> int:
    """FNV-1a with 32 bits."""
    value = _FNV_START
    for byte in node.encode():
        value = ((value ^ byte) * _FNV_PRIME) % 2**32
    return value
