"""Whether everything that is named is there: components, executors, tasks and their outputs."""

from collections.abc import Iterator

from linting.finding import Fault
from linting.places import at
from linting.spec import Component, Json, Spec, Task

_KINDS = (
    ("parameters", "taskOutputParameter", "outputParameterKey", "componentInputParameter"),
    ("artifacts", "taskOutputArtifact", "outputArtifactKey", "componentInputArtifact"),
)


def component_reference(spec: Spec) -> Iterator[Fault]:
    """A task uses a component, which an executor or a graph of tasks runs."""
    for task in spec.tasks:
        if task.component is None:
            name = task.spec.get("componentRef", {}).get("name", "")
            yield _missing(at(task.place, "componentRef"), "component", name, spec.components)
    for component in spec.components.values():
        label = component.spec.get("executorLabel")
        if label and label not in spec.executors:
            place = at(component.place, "executorLabel")
            yield _missing(place, "executor", label, spec.executors)
        elif not label and not component.tasks:
            yield Fault(
                component.place,
                "has neither an executor nor tasks; KFP refuses it "
                "(`unknown component implementation`)",
                "name its executorLabel, or remove it",
            )


def task_reference(spec: Spec) -> Iterator[Fault]:
    """A task waits for siblings only."""
    for task in spec.tasks:
        for index, name in enumerate(task.spec.get("dependentTasks", [])):
            if name not in task.parent.tasks:
                place = at(task.place, "dependentTasks", index)
                yield _missing(place, "task", name, task.parent.tasks)


def input_reference(spec: Spec) -> Iterator[Fault]:
    """An input comes from a sibling's output, or from an input of the parent."""
    for task in spec.tasks:
        siblings = {one.name: one for one in spec.tasks_of(task.parent)}
        for kind, output, key, parent_input in _KINDS:
            for name, source in task.inputs(kind).items():
                place = at(task.place, "inputs", kind, name)
                if output in source:
                    found = source[output]
                    yield from _produced(place, kind, found, found.get(key, ""), siblings)
                elif parent_input in source:
                    given = task.parent.inputs(kind)
                    if source[parent_input] not in given:
                        what = f"input of {task.parent.name!r}"
                        yield _missing(place, what, source[parent_input], given)


def required_input(spec: Spec) -> Iterator[Fault]:
    """The driver refuses a parameter without a value; an artifact would be missing in the step."""
    for task in spec.tasks:
        if task.component is None:
            continue
        iterator = task.spec.get("parameterIterator", {})
        given = {*task.inputs("parameters"), *task.inputs("artifacts"), iterator.get("itemInput")}
        for kind in ("parameters", "artifacts"):
            for name, definition in task.component.inputs(kind).items():
                is_free = definition.get("isOptional") or "defaultValue" in definition
                # What a task runs on is told by the driver.
                is_told = definition.get("parameterType") == "TASK_CONFIG"
                if name not in given and not is_free and not is_told:
                    yield Fault(
                        at(task.place, "inputs", kind),
                        f"does not give {name!r}, which the component {task.component.name!r} "
                        "needs: it is not optional and has no default",
                        "give it a constant, an output of another task or an input of the pipeline",
                    )


def cycle(spec: Spec) -> Iterator[Fault]:
    """Argo refuses a graph in which a task waits for itself."""
    for component in spec.components.values():
        waits = {task.name: _upstream(task) for task in spec.tasks_of(component)}
        circle = _circle(waits)
        if circle:
            yield _cyclic(at(component.place, "dag", "tasks", circle[0]), "tasks wait", circle)
    uses = {
        component.name: [task.spec.get("componentRef", {}).get("name", "")
                         for task in spec.tasks_of(component)]
        for component in spec.components.values()
    }  # fmt: skip
    circle = _circle(uses)
    if circle:
        place = spec.components[circle[0]].place
        yield _cyclic(place, "components contain each other", circle)


def _produced(
    place: str, kind: str, source: Json, key: str, siblings: dict[str, Task]
) -> Iterator[Fault]:
    producer = source.get("producerTask", "")
    if producer not in siblings:
        yield _missing(place, "task", producer, siblings)
        return
    component: Component | None = siblings[producer].component
    if component is not None and key not in component.outputs(kind):
        yield _missing(place, f"output of {producer!r}", key, component.outputs(kind))


def _missing(place: str, what: str, name: str, known: Json | dict[str, Task]) -> Fault:
    there = ", ".join(sorted(known)) or "none"
    return Fault(
        place,
        f"names the {what} {name!r}, which is not there; KFP refuses the pipeline, or its driver "
        "the task",
        f"name one of: {there}",
    )


def _upstream(task: Task) -> list[str]:
    found = list(task.spec.get("dependentTasks", []))
    for kind, output, _, _ in _KINDS:
        for source in task.inputs(kind).values():
            found.append(source.get(output, {}).get("producerTask", ""))
    return found


def _circle(edges: dict[str, list[str]]) -> list[str]:
    """Returns the names along one cycle, in order; nothing when there is none."""
    done: set[str] = set()

    def follow(name: str, path: list[str]) -> list[str]:
        if name in path:
            return path[path.index(name) :]
        if name in done or name not in edges:
            return []
        for below in edges[name]:
            found = follow(below, [*path, name])
            if found:
                return found
        done.add(name)
        return []

    for start in sorted(edges):
        found = follow(start, [])
        if found:
            return found
    return []


def _cyclic(place: str, what: str, circle: list[str]) -> Fault:
    return Fault(
        place,
        f"{what} in a circle: {' → '.join([*circle, circle[0]])}",
        "cut the circle at one place",
    )
