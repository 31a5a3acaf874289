"""Whether KFP can tell the type of each parameter, and whether its value is of it."""

from collections.abc import Iterator
from typing import Any

from linting.finding import Fault
from linting.places import at
from linting.spec import ROOT, Component, Json, Spec, Task

_NUMBERS = ("NUMBER_INTEGER", "NUMBER_DOUBLE")
_OBJECTS = ("STRUCT", "TASK_FINAL_STATUS", "TASK_CONFIG")


def parameter_type(spec: Spec) -> Iterator[Fault]:
    """The backend knows `parameterType` only; without it no value is of the right type."""
    for component in spec.components.values():
        for side in ("inputDefinitions", "outputDefinitions"):
            parameters = component.spec.get(side, {}).get("parameters", {})
            place = at(component.place, side, "parameters")
            old = [name for name, one in parameters.items() if _is_old(one)]
            none = [name for name, one in parameters.items() if _is_untyped(one)]
            if old:
                yield Fault(
                    place,
                    f"{_listed(old)} with the old `type`; KFP reads `parameterType` and refuses "
                    "each value as one of an unspecified type",
                    "write parameterType: STRING, NUMBER_INTEGER, NUMBER_DOUBLE, BOOLEAN, LIST or "
                    "STRUCT (TFX: use_pipeline_spec_2_1=True)",
                )
            if none:
                yield Fault(
                    place,
                    f"{_listed(none)} without a type; KFP refuses each value",
                    "write parameterType: STRING, NUMBER_INTEGER, NUMBER_DOUBLE, BOOLEAN, LIST or "
                    "STRUCT",
                )
    for name, parameter in spec.components[ROOT].inputs("parameters").items():
        if parameter.get("parameterType") == "TASK_FINAL_STATUS":
            yield Fault(
                at(spec.place, ROOT, "inputDefinitions", "parameters", name),
                "the status of a task as an input of the pipeline, which KFP refuses",
                "give it to a task alone, from `taskFinalStatus`",
            )


def parameter_default(spec: Spec) -> Iterator[Fault]:
    """A default is checked when it is used: at the start of a run, or in a driver."""
    for component in spec.components.values():
        for name, parameter in component.inputs("parameters").items():
            default, kind = parameter.get("defaultValue"), parameter.get("parameterType", "")
            if kind and default is not None and not _is_of(kind, default):
                yield Fault(
                    at(component.place, "inputDefinitions", "parameters", name, "defaultValue"),
                    f"{default!r} is no {kind}, which the parameter is",
                    "let the default be of the parameter's type",
                )


def constant(spec: Spec) -> Iterator[Fault]:
    """The driver reads `constant`, and compares its type with the component's."""
    for task in spec.tasks:
        for old in ("constantValue", "runtimeParameter"):
            found = [
                name
                for name, source in task.inputs("parameters").items()
                if old in source.get("runtimeValue", {})
            ]
            if found:
                yield Fault(
                    at(task.place, "inputs", "parameters"),
                    f"{_listed(found)} with the old `{old}`, which KFP's driver does not know "
                    "(`param runtime value spec … not implemented`)",
                    "write the value as `constant` (TFX: use_pipeline_spec_2_1=True)",
                )
        yield from _constants_of_another_type(task)


def connection(spec: Spec) -> Iterator[Fault]:
    """The driver makes text of anything, and nothing of text."""
    for task in spec.tasks:
        if task.component is None:
            continue
        siblings = {one.name: one.component for one in spec.tasks_of(task.parent)}
        for name, source in task.inputs("parameters").items():
            given = _type_of_source(source, task.parent, siblings)
            wanted = task.component.inputs("parameters").get(name, {}).get("parameterType", "")
            both_numbers = given in _NUMBERS and wanted in _NUMBERS
            is_selected = "parameterExpressionSelector" in source
            if not (given and wanted) or is_selected or wanted in ("STRING", given) or both_numbers:
                continue
            yield Fault(
                at(task.place, "inputs", "parameters", name),
                f"a {given} is given to a parameter that is {wanted}; KFP's driver refuses it "
                "(`type mismatch`)",
                "let both be of one type, or the parameter a STRING",
            )


def _constants_of_another_type(task: Task) -> Iterator[Fault]:
    for name, place, value in task.constants():
        if task.component is None or place.endswith("constantValue"):
            continue
        kind = task.component.inputs("parameters").get(name, {}).get("parameterType", "")
        # Anything may be given to a text: the driver writes it out as JSON.
        if kind not in ("", "STRING") and not _is_of(kind, value):
            yield Fault(
                place,
                f"{value!r} is no {kind}, which the component has for {name!r}; KFP's driver "
                "refuses it (`type mismatch`)",
                "let the constant be of the parameter's type",
            )


def _type_of_source(source: Json, parent: Component, siblings: dict[str, Component | None]) -> str:
    output = source.get("taskOutputParameter", {})
    producer = siblings.get(output.get("producerTask", ""))
    if producer is not None:
        definition = producer.outputs("parameters").get(output.get("outputParameterKey", ""), {})
    else:
        definition = parent.inputs("parameters").get(source.get("componentInputParameter", ""), {})
    found: str = definition.get("parameterType", "")
    return found


def _is_of(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "BOOLEAN"
    if isinstance(value, int | float):
        is_whole = float(value).is_integer()
        return kind == "NUMBER_DOUBLE" or (kind == "NUMBER_INTEGER" and is_whole)
    if isinstance(value, str):
        return kind == "STRING"
    if isinstance(value, list):
        return kind == "LIST"
    return isinstance(value, dict) and kind in _OBJECTS


def _is_old(parameter: Json) -> bool:
    return "parameterType" not in parameter and "type" in parameter


def _is_untyped(parameter: Json) -> bool:
    return "parameterType" not in parameter and "type" not in parameter


def _listed(names: list[str]) -> str:
    return f"parameter{'s' if len(names) > 1 else ''} {', '.join(names)}"
