"""What the platform spec says of executors: volumes, secrets, and whom it means."""

from collections import Counter
from collections.abc import Iterator

from linting.finding import Fault
from linting.paths import PROJECT, mounts
from linting.places import at
from linting.spec import Executor, Spec

_PLACE = at("$", "platforms", "kubernetes", "deploymentSpec", "executors")
# KFP mounts folders of its own here.
_TAKEN = ("/gcs", "/s3", "/minio", "/.local", "/.cache", "/.config", "/kfp-launcher")


def platform_executor(spec: Spec) -> Iterator[Fault]:
    """KFP looks an executor's configuration up by its label, and never the other way round."""
    for label in spec.kubernetes:
        if label not in spec.executors:
            yield Fault(
                at(_PLACE, label),
                f"the platform spec names the executor {label!r}, which the pipeline spec does not "
                "have; KFP passes over it, so that volumes and secrets are missing in the step",
                f"name one of: {', '.join(sorted(spec.executors)) or 'none'}",
            )


def mount(spec: Spec) -> Iterator[Fault]:
    """Kubernetes mounts one volume at a path, and a volume hides what the image has there."""
    for executor in spec.executors.values():
        yield from _mounts(executor)


def _mounts(executor: Executor) -> Iterator[Fault]:
    place = at(_PLACE, executor.label)
    for path, count in Counter(mounts(executor)).items():
        if count > 1 or path in _TAKEN:
            by = "several volumes" if count > 1 else "a volume and by KFP itself"
            yield Fault(
                place,
                f"{path} is where {by} would be mounted; Kubernetes refuses the pod "
                "(`must be unique`)",
                "mount each volume at a path of its own",
            )
        if path in ("/", PROJECT):
            yield Fault(
                place,
                f"a volume mounted at {path} hides the project in the image",
                "mount it elsewhere, and name that path in the where file",
            )
