"""What KFP's API server takes from a file, and the parameters of a run, before anything runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from google.protobuf import json_format, struct_pb2
from kfp.kubernetes import kubernetes_executor_config_pb2 as kubernetes_pb
from kfp.pipeline_spec import pipeline_spec_pb2 as pb

Values = dict[str, struct_pb2.Value]

_KINDS = {
    pb.ParameterType.NUMBER_INTEGER: "number_value",
    pb.ParameterType.NUMBER_DOUBLE: "number_value",
    pb.ParameterType.STRING: "string_value",
    pb.ParameterType.BOOLEAN: "bool_value",
    pb.ParameterType.LIST: "list_value",
    pb.ParameterType.STRUCT: "struct_value",
}
DEFAULT_ROOT = "minio://mlpipeline/v2/artifacts"


class JobRefused(Exception):
    """The API server does not take the pipeline, or the parameters of a run."""


@dataclass(frozen=True)
class Job:
    """A compiled pipeline: what runs, and by executor what Kubernetes is told of it."""

    spec: pb.PipelineSpec
    executors: dict[str, pb.PipelineDeploymentConfig.ExecutorSpec]
    kubernetes: dict[str, kubernetes_pb.KubernetesExecutorConfig]

    @property
    def name(self) -> str:
        return self.spec.pipeline_info.name

    @property
    def root(self) -> str:
        return self.spec.default_pipeline_root or DEFAULT_ROOT

    def component(self, task: pb.PipelineTaskSpec) -> pb.ComponentSpec:
        return self.spec.components[task.component_ref.name]

    def container(self, task: pb.PipelineTaskSpec) -> Any:
        """The container of a task; whatever else KFP may run is not of interest here."""
        executor = self.executors[self.component(task).executor_label]
        if executor.WhichOneof("spec") != "container":
            raise JobRefused(f"{task.task_info.name}: {executor.WhichOneof('spec')} not supported")
        return executor.container

    def kubernetes_config(self, task: pb.PipelineTaskSpec) -> Any:
        empty = kubernetes_pb.KubernetesExecutorConfig()
        return self.kubernetes.get(self.component(task).executor_label, empty)


def read_job(path: Path) -> Job:
    """Reads the documents of a compiled pipeline, strictly.

    Raises:
        JobRefused: it is none, or has a field that KFP does not know.
    """
    try:
        return _job(path)
    except json_format.ParseError as error:
        raise JobRefused(f"{path}: {error}") from error


def _job(path: Path) -> Job:
    spec, platform = None, pb.PlatformSpec()
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        if document and "pipelineInfo" in document:
            spec = json_format.ParseDict(document, pb.PipelineSpec())
        elif document and "platforms" in document:
            platform = json_format.ParseDict(document, pb.PlatformSpec())
    if spec is None:
        raise JobRefused(f"{path}: no pipeline spec in it")
    if spec.schema_version != "2.1.0":
        raise JobRefused(f"{path}: schema version {spec.schema_version!r}, KFP takes 2.1.0 only")
    deployment = json_format.ParseDict(
        json_format.MessageToDict(spec.deployment_spec), pb.PipelineDeploymentConfig()
    )
    told = platform.platforms["kubernetes"].deployment_spec.executors
    return Job(
        spec,
        dict(deployment.executors),
        {
            label: json_format.ParseDict(
                json_format.MessageToDict(config), kubernetes_pb.KubernetesExecutorConfig()
            )
            for label, config in told.items()
        },
    )


def parameters_of_run(job: Job, given: dict[str, Any]) -> Values:
    """What the root has as inputs: what was given, checked, and defaults for the rest."""
    defined = job.spec.root.input_definitions.parameters
    unknown = sorted(given.keys() - defined.keys())
    if unknown:
        raise JobRefused(f"parameters that the pipeline does not have: {', '.join(unknown)}")
    values: Values = {}
    for name, parameter in defined.items():
        if name in given:
            values[name] = _checked(name, parameter, given[name])
        elif parameter.HasField("default_value"):
            values[name] = parameter.default_value
        elif parameter.is_optional:
            values[name] = struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        else:
            raise JobRefused(f"parameter {name!r} has neither a value nor a default")
    return values


def _checked(name: str, parameter: Any, value: Any) -> struct_pb2.Value:
    found = json_format.ParseDict(value, struct_pb2.Value())
    if found.WhichOneof("kind") != _KINDS.get(parameter.parameter_type):
        wanted = pb.ParameterType.ParameterTypeEnum.Name(parameter.parameter_type)
        raise JobRefused(f"parameter {name!r}: {value!r} is not of type {wanted}")
    return found
