"""Amounts of CPU, memory and accelerators, as Kubernetes reads them."""

import re
from collections.abc import Iterator

from linting.executors import containers
from linting.finding import Fault
from linting.places import at
from linting.spec import Spec

_QUANTITY = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(n|u|m|k|[MGTPE]|[KMGTPE]i|[eE][+-]?\d+)?")
_AMOUNTS = (
    "resourceCpuLimit",
    "resourceMemoryLimit",
    "resourceCpuRequest",
    "resourceMemoryRequest",
)


def quantity(spec: Spec) -> Iterator[Fault]:
    """The driver parses them when it makes the pod."""
    for executor, container in containers(spec):
        resources = container.get("resources", {})
        given: dict[str, tuple[str | None, tuple[str, ...]]] = {
            name: (resources.get(name), (name,)) for name in _AMOUNTS
        }
        count = resources.get("accelerator", {}).get("resourceCount")
        given["accelerator"] = (count, ("accelerator", "resourceCount"))
        for value, keys in given.values():
            # A placeholder is an amount when the pipeline runs.
            if value and not value.startswith("{{$.") and not _QUANTITY.fullmatch(value):
                yield Fault(
                    at(executor.container_place, "resources", *keys),
                    f"{value!r} is no amount to Kubernetes; KFP's driver refuses the task",
                    'write a number with a unit of Kubernetes, such as "500m", "2" or "4Gi"',
                )
