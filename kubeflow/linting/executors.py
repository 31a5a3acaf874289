"""What runs a component: KFP knows containers and importers."""

from collections.abc import Iterator
from typing import Any

from linting.finding import Fault
from linting.places import at
from linting.spec import Executor, Spec


def resolver(spec: Spec) -> Iterator[Fault]:
    """KFP's compiler for Argo knows containers and importers."""
    for executor in spec.executors.values():
        if "resolver" in executor.spec:
            yield Fault(
                at(executor.place, "resolver"),
                "a resolver, which looks artifacts up in the metadata store; KFP has none "
                "(`non-container and non-importer executor not implemented`)",
                "have a component read what it needs from storage that a parameter names, as "
                "BaselineModel does in the place of TFX's Resolver",
            )


def executor_kind(spec: Spec) -> Iterator[Fault]:
    """Custom jobs and AutoML are Google Cloud's."""
    for executor in spec.executors.values():
        kinds = [kind for kind in executor.spec if kind not in ("container", "importer")]
        if "resolver" in kinds:
            continue
        if kinds or not executor.spec:
            yield Fault(
                executor.place,
                f"an executor of the kind {', '.join(kinds) or 'none'}; KFP runs containers and "
                "importers, all else is Google Cloud's",
                "run it as a container with an image and a command",
            )


def command(spec: Spec) -> Iterator[Fault]:
    """KFP's launcher takes the place of the image's entrypoint, and needs a command to run."""
    for executor, container in containers(spec):
        if not container.get("command"):
            begun = container.get("args", [])
            yield Fault(
                at(executor.container_place, "command"),
                "a container without a command; KFP's launcher does not know the image's "
                f"ENTRYPOINT and {f'would run {begun[0]!r}' if begun else 'has nothing to run'}",
                "write the command out (TFX: default_commands of KubeflowV2DagRunnerConfig)",
            )


def image(spec: Spec) -> Iterator[Fault]:
    """Without an image the pod would name one that never exists."""
    for executor, container in containers(spec):
        if not container.get("image"):
            yield Fault(
                at(executor.container_place, "image"),
                "a container without an image",
                "name the image (the where file's kubeflow.image)",
            )


def lifecycle(spec: Spec) -> Iterator[Fault]:
    """Nothing in KFP's backend reads the field."""
    for executor, container in containers(spec):
        for hook in container.get("lifecycle", {}):
            yield Fault(
                at(executor.container_place, "lifecycle", hook),
                f"a lifecycle hook {hook}, which KFP never runs; TFX resolves spans, versions and "
                "the fingerprint of the input in it, so that new data would not be seen",
                "resolve them in the step itself, as our ExampleGen does, and remove the hook",
            )


def twins(spec: Spec) -> Iterator[Fault]:
    """KFP keeps component specs by a hash of their container: the first one stands for all."""
    first: dict[str, Any] = {}
    for component in spec.components.values():
        executor = spec.executors.get(component.spec.get("executorLabel", ""))
        if executor is None or executor.container is None:
            continue
        other = first.setdefault(repr(sorted(executor.container.items())), component)
        if _interface(other.spec) != _interface(component.spec):
            yield Fault(
                component.place,
                f"has the same container as the component {other.name!r}, but other inputs or "
                "outputs; KFP keeps one of the two by a hash of the container, for both",
                "let the containers differ, for example in an argument that names the component",
            )


def containers(spec: Spec) -> Iterator[tuple[Executor, dict[str, Any]]]:
    """Yields each executor that is a container, with the container."""
    for executor in spec.executors.values():
        if executor.container is not None:
            yield executor, executor.container


def _interface(component: dict[str, Any]) -> tuple[Any, Any]:
    return component.get("inputDefinitions"), component.get("outputDefinitions")
