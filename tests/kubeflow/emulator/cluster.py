"""Runs of compiled pipelines: each task after what it waits for, retried, until one fails."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2 as pb

from tests.kubeflow.emulator.buckets import Buckets
from tests.kubeflow.emulator.caching import fingerprint
from tests.kubeflow.emulator.image import Image
from tests.kubeflow.emulator.inputs import CannotResolve, Known, resolve
from tests.kubeflow.emulator.job import Job, parameters_of_run
from tests.kubeflow.emulator.launcher import Attempt, Launcher
from tests.kubeflow.emulator.order import in_order
from tests.kubeflow.emulator.outputs import provide
from tests.kubeflow.emulator.pod import CannotStart, Claims, Secrets, started
from tests.kubeflow.emulator.records import Outputs, Records


@dataclass(frozen=True)
class TaskRun:
    """What became of a task in a run.

    Attributes:
        state: `skipped` is a task that never began, because another one failed.
        cause: The last line that it printed, when it failed.
        exit_code: Of its last attempt.
        logs: What each attempt printed.
        told: Its inputs, and where its outputs were to go.
        outputs: What it published.
    """

    state: Literal["succeeded", "cached", "failed", "skipped"]
    cause: str = ""
    exit_code: int = 0
    logs: tuple[Path, ...] = ()
    told: pb.ExecutorInput = field(default_factory=pb.ExecutorInput)
    outputs: Outputs = field(default_factory=Outputs)

    def metadata(self, key: str) -> dict[str, Any]:
        """What the tasks that take an output are told of it."""
        return json_format.MessageToDict(self.outputs.artifacts[key].metadata)


@dataclass(frozen=True)
class Run:
    """A run that has ended."""

    run_id: str
    tasks: dict[str, TaskRun]

    def states(self) -> dict[str, str]:
        return {name: task.state for name, task in self.tasks.items()}

    @property
    def failure(self) -> str:
        """The task that failed and its cause; empty if the run succeeded."""
        failed = [f"{name}: {t.cause}" for name, t in self.tasks.items() if t.state == "failed"]
        return "".join(failed)


@dataclass
class Cluster:
    """A cluster with Kubeflow Pipelines.

    Attributes:
        folder: For logs, by run and task.
        buckets: The stores, by the scheme of a URI.
        image: What every step's image holds.
        claims: The volumes, by persistent volume claim.
        secrets: The secrets.
    """

    folder: Path
    buckets: Mapping[str, Buckets]
    image: Image
    claims: Claims = field(default_factory=dict)
    secrets: Secrets = field(default_factory=dict)
    _records: Records = field(default_factory=Records)
    _cache: dict[tuple, Outputs] = field(default_factory=dict)

    def run(
        self, job: Job, parameters: Mapping[str, Any] | None = None, *, root: str | None = None
    ) -> Run:
        """Runs a pipeline to its end.

        Args:
            job: The compiled pipeline.
            parameters: Values of the pipeline's inputs; the others have their defaults.
            root: The pipeline root, if it is not the pipeline's own.

        Raises:
            JobRefused: the API server would not take the pipeline or the parameters.
        """
        values = parameters_of_run(job, dict(parameters or {}))
        known = Known(str(uuid.uuid4()), values, {})
        run_root = f"{(root or job.root).rstrip('/')}/{job.name}/{known.run_id}"
        tasks: dict[str, TaskRun] = {}
        for name in in_order(job):
            # Argo begins nothing more once a task has failed.
            is_over = any(task.state == "failed" for task in tasks.values())
            tasks[name] = TaskRun("skipped") if is_over else self._task(job, name, run_root, known)
            known.published[name] = tasks[name].outputs
        return Run(known.run_id, tasks)

    def _task(self, job: Job, name: str, run_root: str, known: Known) -> TaskRun:
        task = job.spec.root.dag.tasks[name]
        component, container = job.component(task), job.container(task)
        try:
            inputs = resolve(name, task, component, known)
        except CannotResolve as error:
            return TaskRun("failed", f"driver: {error}")
        told = pb.ExecutorInput(inputs=inputs, outputs=provide(run_root, name, component))
        key = fingerprint(job.name, told, container, job.kubernetes_config(task))
        if task.caching_options.enable_cache and key in self._cache:
            return TaskRun("cached", told=told, outputs=self._cache[key])
        ended = self._attempts(job, task, told, self.folder / known.run_id / name)
        if ended.state == "succeeded" and task.caching_options.enable_cache:
            self._cache[key] = ended.outputs
        return ended

    def _attempts(self, job: Job, task: Any, told: pb.ExecutorInput, logs: Path) -> TaskRun:
        """A step is tried again in a new pod, with the very same URIs of its outputs."""
        logs.mkdir(parents=True)
        tries = []
        for number in range(1 + task.retry_policy.max_retry_count):
            tries.append(logs / f"{number}.log")
            ended = self._attempt(job, task, told, tries[-1])
            if ended.outputs is not None:
                return TaskRun("succeeded", logs=tuple(tries), told=told, outputs=ended.outputs)
        return TaskRun("failed", ended.cause, ended.exit_code, tuple(tries), told)

    def _attempt(self, job: Job, task: Any, told: pb.ExecutorInput, log: Path) -> Attempt:
        container, config = job.container(task), job.kubernetes_config(task)
        launcher = Launcher(self.buckets, self._records)
        try:
            with started(self.image, container, config, self.claims, self.secrets) as pod:
                return launcher.attempt(told, job.component(task), container, pod, log)
        except CannotStart as error:
            return Attempt(cause=f"cannot start: {error}", exit_code=128)
