"""What KFP's compiler for Argo has of conditions, loops and graphs, and what it has not."""

import re
from collections.abc import Iterator

from linting.finding import Fault
from linting.places import at
from linting.spec import Spec

_PARAMETER = re.compile(r"inputs\.parameter_values\[['\"](.+?)['\"]\]")
_EXIT = "ALL_UPSTREAM_TASKS_COMPLETED"


def condition(spec: Spec) -> Iterator[Fault]:
    """A condition sees the inputs of its task, and an importer cannot have one."""
    for task in spec.tasks:
        found = task.spec.get("triggerPolicy", {}).get("condition", "")
        place = at(task.place, "triggerPolicy", "condition")
        for name in _PARAMETER.findall(found):
            if name not in task.inputs("parameters"):
                yield Fault(
                    place,
                    f"the condition asks {name!r}, which is no input parameter of the task; KFP's "
                    "driver cannot answer it",
                    "give the task that parameter",
                )
        if found and task.executor is not None and "importer" in task.executor.spec:
            yield Fault(
                place,
                "a condition on an importer, which KFP has not "
                "(`triggerPolicy.condition on importer task is not supported`)",
                "put the importer into a component of tasks that has the condition",
            )


def iterator(spec: Spec) -> Iterator[Fault]:
    """Only parameters are iterated over."""
    for task in spec.tasks:
        if "artifactIterator" in task.spec:
            yield Fault(
                at(task.place, "artifactIterator"),
                "iterates over artifacts, which KFP has not "
                "(`artifact iterator not implemented yet`)",
                "iterate over a parameter that is a list",
            )


def graph(spec: Spec) -> Iterator[Fault]:
    """A graph without a task to begin with is refused."""
    for component in spec.components.values():
        tasks = component.tasks.values()
        if "dag" in component.spec or component.place == at(spec.place, "root"):
            first = [one for one in tasks if one.get("triggerPolicy", {}).get("strategy") != _EXIT]
            if not first:
                yield Fault(
                    at(component.place, "dag"),
                    "has no task but those that run at the exit; KFP refuses it "
                    "(`must contain one or more non-exit tasks`)",
                    "add a task, or remove the component",
                )
