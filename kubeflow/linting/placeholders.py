"""What stands in double braces: who fills it in, and whether anybody does."""

import re
from collections.abc import Collection, Iterator

from linting.executors import containers
from linting.finding import Fault
from linting.places import at
from linting.spec import Component, Spec
from linting.texts import placed_texts

_ANY = re.compile(r"\{\{\$.*?\}\}")
_PARAMETER = re.compile(r"\{\{\$\.inputs\.parameters\['(.+?)'\]\}\}")
# Each form that KFP's launcher fills in, with the definitions that hold its name.
_FORMS = (
    (_PARAMETER, "inputs", "parameters"),
    (re.compile(r"\{\{\$\.inputs\.artifacts\['(.+?)'\]\.(?:uri|path)\}\}"), "inputs", "artifacts"),
    (
        re.compile(r"\{\{\$\.outputs\.artifacts\['(.+?)'\]\.(?:uri|path)\}\}"),
        "outputs",
        "artifacts",
    ),
    (
        re.compile(r"\{\{\$\.outputs\.parameters\['(.+?)'\]\.output_file\}\}"),
        "outputs",
        "parameters",
    ),
)
# What the driver puts in the place of a constant that is nothing but this.
_RUN = re.compile(
    r"\{\{\$\.pipeline_(job_(name|resource_name|uuid|create_time_utc|schedule_time_utc)"
    r"|task_(name|uuid))\}\}"
)
_WORKSPACE = "{{$.workspace_path}}"
_ARGO = re.compile(r"\{\{\s*(?:=|(?:item|steps|inputs|outputs|pod|workflow|tasks)\.)[^}]*\}\}")


def command_placeholder(spec: Spec) -> Iterator[Fault]:
    """The launcher replaces what it knows in the command's arguments, and leaves the rest."""
    for component in spec.components.values():
        executor = spec.executors.get(component.spec.get("executorLabel", ""))
        if executor is None or executor.container is None:
            continue
        given = {
            name
            for task in spec.tasks
            if task.component == component
            for name in task.inputs("parameters")
        }
        for key in ("command", "args"):
            for index, argument in enumerate(executor.container.get(key, [])):
                for found in _ANY.findall(argument):
                    if found != "{{$}}" and not _is_filled(found, component, given):
                        yield Fault(
                            at(executor.container_place, key, index),
                            f"{found} would reach the step as it stands: KFP's launcher fills in "
                            "{{$}}, values of inputs, paths and URIs of artifacts, and output "
                            f"files, of what the component {component.name!r} declares",
                            "declare the name, or read it from the executor input, {{$}}",
                        )


def field_placeholder(spec: Spec) -> Iterator[Fault]:
    """The driver fills in an image and resources, and nothing in the environment."""
    for executor, container in containers(spec):
        for index, variable in enumerate(container.get("env", [])):
            found = _ANY.search(variable.get("value", ""))
            if found:
                yield Fault(
                    at(executor.container_place, "env", index, "value"),
                    f"{found[0]} would reach the step as it stands: KFP fills in nothing in the "
                    "environment",
                    "hand it over as an argument",
                )
        found = _ANY.search(container.get("image", ""))
        if found and not _PARAMETER.fullmatch(container["image"]):
            yield Fault(
                at(executor.container_place, "image"),
                f"{found[0]} in the image; KFP's driver takes an input parameter, alone",
                "name the image, or one parameter that holds the whole name",
            )


def constant_placeholder(spec: Spec) -> Iterator[Fault]:
    """The driver replaces a constant that is one placeholder as a whole."""
    for task in spec.tasks:
        for _, place, value in task.constants():
            if not isinstance(value, str) or _RUN.fullmatch(value):
                continue
            for found in _ANY.findall(value.replace(_WORKSPACE, "")):
                given = task.inputs("parameters")
                if task.component is None or not _is_filled(found, task.component, given):
                    yield Fault(
                        place,
                        f"{found} would reach the step as it stands: KFP's driver fills in the "
                        "placeholders of a run where they are the whole constant, and parameters "
                        "that the task is given",
                        "give the placeholder a parameter of its own",
                    )


def argo_tag(spec: Spec) -> Iterator[Fault]:
    """All of it is written into an Argo workflow, which has tags of its own."""
    written = [
        (spec.place, spec.pipeline),
        (at(spec.place, "deploymentSpec"), spec.deployment),
        (at("$", "platforms", "kubernetes", "deploymentSpec", "executors"), spec.kubernetes),
    ]
    for place, document in written:
        # The deployment spec is read as a message of its own, and would be walked twice.
        rest = {key: value for key, value in document.items() if key != "deploymentSpec"}
        for where, text in placed_texts(place, rest):
            found = _ARGO.search(text)
            if found:
                yield Fault(
                    where,
                    f"{found[0]} is a variable to Argo, which fills it in or refuses the workflow "
                    "(`failed to resolve`)",
                    "write it otherwise, for example with a space between the braces",
                )


def _is_filled(placeholder: str, component: Component, given: Collection[str]) -> bool:
    """Whether the launcher knows the name: by the component, or as a parameter of the task."""
    for form, side, kind in _FORMS:
        match = form.fullmatch(placeholder)
        if match:
            known = component.inputs(kind) if side == "inputs" else component.outputs(kind)
            return match[1] in known or (kind == "parameters" and match[1] in given)
    return False
