"""Which task waits for which: what it names itself, and the producers of what it takes."""

import graphlib
from collections.abc import Iterator

from kfp.pipeline_spec import pipeline_spec_pb2 as pb

from tests.kubeflow.emulator.job import Job, JobRefused


def in_order(job: Job) -> list[str]:
    """The tasks of the root, each after all that it waits for."""
    tasks = job.spec.root.dag.tasks
    waits_for = {name: set(_upstream(task)) for name, task in sorted(tasks.items())}
    unknown = set().union(*waits_for.values()) - tasks.keys()
    if unknown:
        raise JobRefused(f"tasks that the pipeline does not have: {', '.join(sorted(unknown))}")
    return list(graphlib.TopologicalSorter(waits_for).static_order())


def _upstream(task: pb.PipelineTaskSpec) -> Iterator[str]:
    yield from task.dependent_tasks
    for parameter in task.inputs.parameters.values():
        if parameter.WhichOneof("kind") == "task_output_parameter":
            yield parameter.task_output_parameter.producer_task
    for artifact in task.inputs.artifacts.values():
        if artifact.WhichOneof("kind") == "task_output_artifact":
            yield artifact.task_output_artifact.producer_task
