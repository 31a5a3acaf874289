"""Whether a task must run: KFP takes the outputs of an equal one, in any run of the pipeline.

Equal are: the numbers of the input artifacts, input parameters, names of outputs, command line,
image, and claims of volumes. What lies in an artifact or on a volume is not looked at.
"""

from typing import Any

from kfp.pipeline_spec import pipeline_spec_pb2 as pb

from tests.kubeflow.emulator.values import as_json


def fingerprint(pipeline: str, told: pb.ExecutorInput, container: Any, config: Any) -> tuple:
    """Equal for two tasks of which the second need not run."""
    return (
        pipeline,
        tuple(sorted((k, v.artifacts[0].name) for k, v in told.inputs.artifacts.items())),
        tuple(sorted((k, as_json(v)) for k, v in told.inputs.parameter_values.items())),
        tuple(sorted(told.outputs.artifacts)),
        tuple(sorted(told.outputs.parameters)),
        container.image,
        (*container.command, *container.args),
        tuple(sorted(m.pvc_name_parameter.SerializeToString() for m in config.pvc_mount)),
    )
