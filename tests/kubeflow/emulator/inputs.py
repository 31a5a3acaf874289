"""What a task is given: constants, the run's parameters, and what upstream tasks published."""

from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2
from kfp.pipeline_spec import pipeline_spec_pb2 as pb

from tests.kubeflow.emulator.job import Values
from tests.kubeflow.emulator.records import Outputs
from tests.kubeflow.emulator.values import as_text

_KINDS = {
    "number_value": {pb.ParameterType.NUMBER_INTEGER, pb.ParameterType.NUMBER_DOUBLE},
    "bool_value": {pb.ParameterType.BOOLEAN},
    "list_value": {pb.ParameterType.LIST},
    "struct_value": {pb.ParameterType.STRUCT},
}


class CannotResolve(Exception):
    """An input that is not there, or is of another type: the task's driver fails."""


@dataclass(frozen=True)
class Known:
    """What inputs are resolved from."""

    run_id: str
    parameters: Values
    published: dict[str, Outputs]


def resolve(name: str, task: pb.PipelineTaskSpec, component: pb.ComponentSpec, known: Known) -> Any:
    """The inputs of a task, as in its ExecutorInput.

    Raises:
        CannotResolve: KFP's driver would fail here.
    """
    defined = component.input_definitions.parameters
    inputs = pb.ExecutorInput.Inputs()
    for key, source in task.inputs.parameters.items():
        value = _parameter(name, source, known)
        if value.WhichOneof("kind") == "null_value":
            if key not in defined or not defined[key].is_optional:
                raise CannotResolve(f"parameter {key} is null, and not optional")
            continue
        # The SDK passes on what a text is put together from; no component defines that.
        typed = _typed(key, value, defined[key].parameter_type) if key in defined else value
        inputs.parameter_values[key].CopyFrom(typed)
    for key, parameter in defined.items():
        has_value = key in inputs.parameter_values or parameter.HasField("default_value")
        if not has_value and not parameter.is_optional:
            raise CannotResolve(f"parameter {key} has neither a value nor a default")
    for key, source in task.inputs.artifacts.items():
        inputs.artifacts[key].artifacts.append(_artifact(key, source, known))
    return inputs


def with_defaults(inputs: Any, component: pb.ComponentSpec) -> Any:
    """The inputs and the component's defaults, which the launcher adds, not the driver."""
    full = pb.ExecutorInput.Inputs()
    full.CopyFrom(inputs)
    for key, parameter in component.input_definitions.parameters.items():
        if key not in full.parameter_values and parameter.HasField("default_value"):
            full.parameter_values[key].CopyFrom(parameter.default_value)
    return full


def _parameter(task_name: str, source: Any, known: Known) -> struct_pb2.Value:
    match source.WhichOneof("kind"):
        case "runtime_value":
            return _constant(task_name, source.runtime_value.constant, known)
        case "component_input_parameter":
            return _found(known.parameters, source.component_input_parameter, "the pipeline")
        case "task_output_parameter":
            told = source.task_output_parameter
            made = known.published[told.producer_task].parameters
            return _found(made, told.output_parameter_key, told.producer_task)
        case kind:
            raise CannotResolve(f"a parameter from {kind} is not emulated")


def _constant(task_name: str, value: struct_pb2.Value, known: Known) -> struct_pb2.Value:
    told = {
        "{{$.pipeline_job_uuid}}": known.run_id,
        "{{$.pipeline_job_name}}": known.run_id,
        "{{$.pipeline_job_resource_name}}": known.run_id,
        "{{$.pipeline_task_name}}": task_name,
    }.get(value.string_value)
    return struct_pb2.Value(string_value=told) if told else value


def _artifact(key: str, source: Any, known: Known) -> pb.RuntimeArtifact:
    if source.WhichOneof("kind") != "task_output_artifact":
        raise CannotResolve(f"artifact {key}: {source.WhichOneof('kind')} is not emulated")
    told = source.task_output_artifact
    return _found(
        known.published[told.producer_task].artifacts, told.output_artifact_key, told.producer_task
    )


def _found(values: Any, key: str, owner: str) -> Any:
    if key not in values:
        raise CannotResolve(f"{owner} has no {key!r}; it has {', '.join(sorted(values)) or '-'}")
    return values[key]


def _typed(key: str, value: struct_pb2.Value, wanted: int) -> struct_pb2.Value:
    """Anything may become a string; nothing else becomes another type."""
    kind = value.WhichOneof("kind")
    if wanted == pb.ParameterType.STRING:
        return struct_pb2.Value(string_value=as_text(value))
    if wanted not in _KINDS.get(kind, ()):
        expected = pb.ParameterType.ParameterTypeEnum.Name(wanted)
        raise CannotResolve(f"parameter {key}: expected {expected}, got {kind}")
    return value
