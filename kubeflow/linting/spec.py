"""A compiled pipeline as the rules walk it: components, their tasks and executors, with places."""

import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import Any

from linting.places import at

Json = dict[str, Any]

ROOT = "root"


@dataclasses.dataclass(frozen=True)
class Executor:
    """How a component runs.

    Attributes:
        label: The name by which components refer to it.
        place: Where it stands.
        spec: What stands there.
        kubernetes: What the platform spec says of it; empty for nothing.
    """

    label: str
    place: str
    spec: Json
    kubernetes: Json

    @property
    def container(self) -> Json | None:
        """The container; None for another kind of executor."""
        found: Json | None = self.spec.get("container")
        return found

    @property
    def container_place(self) -> str:
        """Where the container stands."""
        return at(self.place, "container")


@dataclasses.dataclass(frozen=True)
class Component:
    """What a task runs: an executor, or tasks of its own."""

    name: str
    place: str
    spec: Json

    @property
    def tasks(self) -> Json:
        """Its own tasks by name; none for what an executor runs."""
        found: Json = self.spec.get("dag", {}).get("tasks", {})
        return found

    def inputs(self, kind: str) -> Json:
        """Its input `parameters` or `artifacts`, by name."""
        found: Json = self.spec.get("inputDefinitions", {}).get(kind, {})
        return found

    def outputs(self, kind: str) -> Json:
        """Its output `parameters` or `artifacts`, by name."""
        found: Json = self.spec.get("outputDefinitions", {}).get(kind, {})
        return found


@dataclasses.dataclass(frozen=True)
class Task:
    """A use of a component within another one.

    Attributes:
        name: Its key among its siblings.
        place: Where it stands.
        spec: What stands there.
        parent: The component to which it belongs.
        component: The component that it uses; None when there is none of that name.
        executor: What runs it; None for a component of tasks, and when it is missing.
    """

    name: str
    place: str
    spec: Json
    parent: Component
    component: Component | None
    executor: Executor | None

    def inputs(self, kind: str) -> Json:
        """Where its input `parameters` or `artifacts` come from, by name."""
        found: Json = self.spec.get("inputs", {}).get(kind, {})
        return found

    def constants(self) -> Iterator[tuple[str, str, Any]]:
        """Yields name, place and value of each input parameter that is written down here."""
        for name, source in self.inputs("parameters").items():
            value = source.get("runtimeValue", {})
            for key in ("constant", "constantValue"):
                if key in value:
                    place = at(self.place, "inputs", "parameters", name, "runtimeValue", key)
                    found = value[key]
                    # The value of an older form is one of three, by type.
                    yield name, place, _old_value(found) if key == "constantValue" else found


@dataclasses.dataclass(frozen=True)
class Spec:
    """A pipeline spec and its platform spec, read as messages: fields have their true types.

    What a document has by name is walked by name, as KFP does: a message's maps have no order.

    Attributes:
        pipeline: The pipeline spec.
        deployment: Its deployment spec, which is a message of its own.
        kubernetes: By executor label, what the platform spec says of it.
        place: Where the pipeline spec begins: `$`, unless it is a part of a job.
        image_holds: Whether the image holds what a dotted path names.
    """

    pipeline: Json
    deployment: Json
    kubernetes: Json
    place: str
    image_holds: Callable[[str], bool]

    @functools.cached_property
    def executors(self) -> dict[str, Executor]:
        """All executors, by label."""
        place = at(self.place, "deploymentSpec", "executors")
        return {
            label: Executor(label, at(place, label), spec, self.kubernetes.get(label, {}))
            for label, spec in sorted(self.deployment.get("executors", {}).items())
        }

    @functools.cached_property
    def components(self) -> dict[str, Component]:
        """All components by name, with the root as `root`."""
        place = at(self.place, "components")
        found = {
            name: Component(name, at(place, name), spec)
            for name, spec in sorted(self.pipeline.get("components", {}).items())
        }
        found[ROOT] = Component(ROOT, at(self.place, ROOT), self.pipeline.get(ROOT, {}))
        return found

    @functools.cached_property
    def tasks(self) -> list[Task]:
        """All tasks of all components."""
        return [task for component in self.components.values() for task in self.tasks_of(component)]

    def tasks_of(self, parent: Component) -> list[Task]:
        """The tasks of one component."""
        return [
            self._task(parent, name, spec, at(parent.place, "dag", "tasks", name))
            for name, spec in sorted(parent.tasks.items())
        ]

    def _task(self, parent: Component, name: str, spec: Json, place: str) -> Task:
        component = self.components.get(spec.get("componentRef", {}).get("name", ""))
        label = component.spec.get("executorLabel", "") if component else ""
        return Task(name, place, spec, parent, component, self.executors.get(label))


def _old_value(value: Json) -> Any:
    return next(iter(value.values()), None)
