"""What names the API server, Argo and Kubernetes take."""

import re
from collections.abc import Iterator

from linting.finding import Fault
from linting.places import at
from linting.spec import ROOT, Component, Spec

_PIPELINE = re.compile(r"[a-z0-9][a-z0-9-]{0,127}")
_TASK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,120}")
_COMPONENT = re.compile(r"[A-Za-z0-9_-]+")
# Argo has templates of these names in each workflow of KFP.
_TAKEN = re.compile(r"root|entrypoint|(retry-|metadata-\d+-\d+-)*system-.*")


def pipeline_name(spec: Spec) -> Iterator[Fault]:
    """It becomes the beginning of a Workflow's name, and a column of 128 letters."""
    name = spec.pipeline.get("pipelineInfo", {}).get("name", "")
    if not _PIPELINE.fullmatch(name):
        yield Fault(
            at(spec.place, "pipelineInfo", "name"),
            f"the pipeline is named {name!r}; Kubernetes names the run's objects by it",
            "choose small letters a-z, digits and -, at most 128, without a - at the beginning",
        )


def task_name(spec: Spec) -> Iterator[Fault]:
    """Each task becomes two tasks of an Argo workflow: itself and its driver."""
    for component in spec.components.values():
        for task in spec.tasks_of(component):
            if not _TASK.fullmatch(task.name):
                yield Fault(
                    task.place,
                    f"a task is named {task.name!r}; Argo takes letters, digits and - in the name "
                    "of a task, a letter first, and at most 128 with KFP's ending `-driver`",
                    "name the node so (TFX: .with_id), and what depends on it",
                )
            if f"{task.name}-driver" in component.tasks:
                yield Fault(
                    at(component.place, "dag", "tasks", f"{task.name}-driver"),
                    f"is the name that KFP gives the driver of the task {task.name!r}; Argo "
                    "refuses the same name twice",
                    "name one of the two otherwise",
                )
            if not task.spec.get("taskInfo", {}).get("name"):
                yield Fault(
                    at(task.place, "taskInfo", "name"),
                    "a task has no name in its taskInfo; KFP's driver refuses it "
                    "(`task spec is required`)",
                    f"write {task.name!r} there",
                )


def component_name(spec: Spec) -> Iterator[Fault]:
    """A component's name becomes that of a parameter of the workflow, or of a template."""
    for component in spec.components.values():
        if component.name == ROOT and component is spec.components[ROOT]:
            continue
        if component.tasks:
            yield from _template(component)
        elif not _COMPONENT.fullmatch(component.name):
            yield Fault(
                component.place,
                f"a component is named {component.name!r}; Argo takes letters, digits, - and _ in "
                "the parameter that KFP makes of it",
                "name it so, and in the componentRef of its tasks",
            )


def _template(component: Component) -> Iterator[Fault]:
    if not _TASK.fullmatch(component.name) or _TAKEN.fullmatch(component.name):
        yield Fault(
            component.place,
            f"a component of tasks is named {component.name!r}; Argo makes a template of it, whose "
            "name has letters, digits and - and is none of KFP's own (root, entrypoint, system-…)",
            "name it so, and in the componentRef of its tasks",
        )
