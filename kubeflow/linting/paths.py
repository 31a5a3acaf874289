"""Paths of the machine that compiled, which no step has."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from linting.executors import containers
from linting.finding import Fault
from linting.places import at
from linting.spec import ROOT, Executor, Spec
from linting.texts import texts

PROJECT = "/app"
"""The project's folder in the image."""

# A folder for each kind of bucket, the workspace, and the files of output parameters.
_LAUNCHER = ("/minio", "/s3", "/gcs", "/oci", "/kfp-workspace", "/tmp/kfp")
# What any Linux image has, which programs are called from and write to.
_SYSTEM = ("/bin", "/sbin", "/usr", "/lib", "/opt", "/etc", "/dev", "/proc", "/tmp", "/var/run")
_MOUNTS = (
    "pvcMount",
    "emptyDirMounts",
    "genericEphemeralVolume",
    "secretAsVolume",
    "configMapAsVolume",
)
# A path stands at the beginning, or behind what joins it to a name: --flag=/x, module@/x, a:/x.
_PATH = re.compile(r"(?:^|[=@,;:])(file://)?((?:/|~/)[\w.~][^\s,;:=@]*)")


def local_path(spec: Spec) -> Iterator[Fault]:
    """A step sees its image, its volumes and what the launcher lays ready."""
    for task in spec.tasks:
        allowed = _allowed(task.executor) if task.executor else _LAUNCHER
        for _, place, value in task.constants():
            yield from _faults(place, value, allowed)
    for component in spec.components.values():
        allowed = (PROJECT, *_LAUNCHER, *_mounts_below(spec, component.name))
        for name, parameter in component.inputs("parameters").items():
            place = at(component.place, "inputDefinitions", "parameters", name, "defaultValue")
            yield from _faults(place, parameter.get("defaultValue"), allowed)
    for executor in spec.executors.values():
        uri = executor.spec.get("importer", {}).get("artifactUri", {})
        for key in ("constant", "constantValue"):
            place = at(executor.place, "importer", "artifactUri", key)
            yield from _faults(place, uri.get(key), ())


def command_path(spec: Spec) -> Iterator[Fault]:
    """A command may also name the programs of its image, and its own scratch folder."""
    for executor, container in containers(spec):
        allowed = (*_allowed(executor), *_SYSTEM)
        for key in ("command", "args"):
            for index, argument in enumerate(container.get(key, [])):
                place = at(executor.container_place, key, index)
                for text in texts(argument):
                    # What has spaces is a script, whose paths are the image's own.
                    if not re.search(r"\s", text):
                        yield from _faults(place, text, allowed)
        for index, variable in enumerate(container.get("env", [])):
            place = at(executor.container_place, "env", index, "value")
            yield from _faults(place, variable.get("value"), allowed)


def mounts(executor: Executor) -> list[str]:
    """The folders at which volumes are mounted into a step."""
    found = [
        mount.get("mountPath", "") for key in _MOUNTS for mount in executor.kubernetes.get(key, [])
    ]
    return [path for path in found if path]


def _allowed(executor: Executor) -> tuple[str, ...]:
    return (PROJECT, *_LAUNCHER, *mounts(executor))


def _mounts_below(spec: Spec, name: str) -> list[str]:
    """What is mounted into the steps of a component; of all, for the inputs of the pipeline."""
    labels = {spec.components[name].spec.get("executorLabel")}
    executors = spec.executors.values()
    return [
        path
        for executor in executors
        if executor.label in labels or name == ROOT or spec.components[name].tasks
        for path in mounts(executor)
    ]


def _faults(place: str, value: Any, allowed: Collection[str]) -> Iterator[Fault]:
    for text in texts(value):
        for scheme, path in _PATH.findall(text):
            if not _is_below(path, allowed):
                where = ", ".join(sorted({PROJECT, *allowed} - {*_LAUNCHER, *_SYSTEM}))
                yield Fault(
                    place,
                    f"{scheme}{path} is a path of one machine, which the step does not have: it "
                    f"sees {where} and the folders that KFP's launcher makes",
                    "name a bucket (minio://, s3://, gs://), a file of the image or a mounted "
                    "volume",
                )


def _is_below(path: str, folders: Collection[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder.rstrip('/')}/") for folder in folders)
