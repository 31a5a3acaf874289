"""Where a task's outputs go: URIs below the pipeline root, and files of the pod for the rest."""

import uuid

from kfp.pipeline_spec import pipeline_spec_pb2 as pb

from tests.kubeflow.emulator.local_paths import LocalPaths


def provide(run_root: str, task_name: str, component: pb.ComponentSpec) -> pb.ExecutorInput.Outputs:
    """Names every output of one execution, by URIs and by the paths of a pod.

    Args:
        run_root: `<pipeline root>/<pipeline>/<run>`.
        task_name: Whose outputs.
        component: It defines them.
    """
    task_root = f"{run_root}/{task_name}/{uuid.uuid4()}"
    outputs = pb.ExecutorInput.Outputs()
    for key, artifact in component.output_definitions.artifacts.items():
        outputs.artifacts[key].artifacts.add(
            name=key,
            uri=f"{task_root}/{key}",
            type=artifact.artifact_type,
            metadata=artifact.metadata if artifact.HasField("metadata") else None,
        )
    for key in component.output_definitions.parameters:
        outputs.parameters[key].output_file = f"/tmp/kfp/outputs/{key}"
    outputs.output_file = f"{LocalPaths().of_uri(task_root)}/output_metadata.json"
    return outputs


def in_pod(outputs: pb.ExecutorInput.Outputs, paths: LocalPaths) -> pb.ExecutorInput.Outputs:
    """The same outputs, with the files where a pod has them on this machine."""
    moved = pb.ExecutorInput.Outputs()
    moved.CopyFrom(outputs)
    moved.output_file = str(paths.below(outputs.output_file))
    for parameter in moved.parameters.values():
        parameter.output_file = str(paths.below(parameter.output_file))
    return moved
