"""Whether a pipeline fits through what it has to pass: the kernel, Kubernetes and Argo.

Where each limit comes from:

- one argument of a process: MAX_ARG_STRLEN of Linux, 32 pages of 4 KiB with the closing zero byte
  (include/uapi/linux/binfmts.h);
- all arguments and the environment: a quarter of the stack's limit of 8 MiB (execve(2));
- an object of Kubernetes: etcd's --max-request-bytes, 1.5 MiB unless an administrator changed it;
- a workflow of Argo with the status of its nodes compressed: MAX_WORKFLOW_SIZE of its controller,
  1 MiB by default (workflow/packer/packer.go).
"""

from collections.abc import Iterator

from linting import estimates
from linting.estimates import compact, size
from linting.finding import Fault
from linting.places import at
from linting.spec import ROOT, Spec, Task

ARGUMENT = 128 * 1024 - 1
COMMAND = 2 * 1024 * 1024
OBJECT = 3 * 1024 * 1024 // 2
WORKFLOW = 1024 * 1024

_SMALLER = "keep options small, and put data into an artifact or a file that a parameter names"


def argument_size(spec: Spec) -> Iterator[Fault]:
    """Everything that a driver, a launcher or a step is told is one argument of its process."""
    config = size(estimates.runtime_config(spec))
    if config > ARGUMENT:
        place = at(spec.place, ROOT, "inputDefinitions", "parameters")
        yield _too_long(place, "the values of the pipeline's inputs", config)
    for task in spec.tasks:
        # A long value is in several of them; the longest one of a place tells enough.
        by_length = sorted(_arguments(spec, task), key=lambda argument: size(argument[2]))
        longest = {place: (what, text) for place, what, text in by_length}
        for place, (what, text) in longest.items():
            if size(text) > ARGUMENT:
                yield _too_long(place, what, size(text))


def pod_size(spec: Spec) -> Iterator[Fault]:
    """The arguments of a step stand in its pod, and go to its process at once."""
    for task in spec.tasks:
        container = task.executor.container if task.executor else None
        if container is None:
            continue
        told = compact(estimates.executor_input(spec, task))
        words = size("".join(estimates.command_line(container, told)))
        variables = size(compact(container.get("env", [])))
        if words + variables > COMMAND:
            yield Fault(
                task.place,
                f"the step's arguments and environment are {_amount(words + variables)}, "
                f"estimated; a process takes {_amount(COMMAND)} (`argument list too long`)",
                _SMALLER,
            )
        elif size(estimates.pod(spec, task)) > OBJECT:
            yield Fault(
                task.place,
                f"the step's pod is {_amount(size(estimates.pod(spec, task)))}, estimated; "
                f"Kubernetes keeps an object of at most {_amount(OBJECT)} (etcd's "
                "--max-request-bytes)",
                _SMALLER,
            )


def workflow_size(spec: Spec) -> Iterator[Fault]:
    """All components, containers and tasks stand in one object, and the run's status with them."""
    created = size(estimates.workflow(spec))
    if created > OBJECT:
        yield Fault(
            spec.place,
            f"the Argo workflow is {_amount(created)}, estimated; Kubernetes keeps an object of at "
            f"most {_amount(OBJECT)} (etcd's --max-request-bytes)",
            f"{_SMALLER}; or cut the pipeline in two",
        )
        return
    nodes = estimates.nodes(spec)
    # Argo compresses what would be too large without that, as this does.
    is_small = created + size(nodes) <= WORKFLOW
    kept = created if is_small else created + size(estimates.packed(nodes))
    if kept > WORKFLOW:
        yield Fault(
            spec.place,
            f"the Argo workflow with the status of its nodes is {_amount(kept)}, estimated; "
            f"Argo's controller keeps at most {_amount(WORKFLOW)} (MAX_WORKFLOW_SIZE; `workflow is "
            "longer than maximum allowed size`)",
            f"{_SMALLER}; or cut the pipeline in two",
        )


def _arguments(spec: Spec, task: Task) -> Iterator[tuple[str, str, str]]:
    """Yields place, meaning and text of each argument of a task's processes that may be long."""
    for name, text in estimates.driver_arguments(spec, task).items():
        yield _place(task, name), f"what the driver is told as --{name}", text
    if task.executor is not None and task.executor.container is not None:
        told = compact(estimates.executor_input(spec, task))
        for text in (told, *estimates.command_line(task.executor.container, told)):
            yield task.place, "what the step is told (its executor input, estimated)", text


def _place(task: Task, argument: str) -> str:
    if argument == "component" and task.component:
        return task.component.place
    if argument == "container" and task.executor:
        return task.executor.container_place
    return task.place


def _too_long(place: str, what: str, found: int) -> Fault:
    return Fault(
        place,
        f"{what} is {_amount(found)} long; Linux takes {_amount(ARGUMENT + 1)} in one argument "
        "(MAX_ARG_STRLEN; `argument list too long`)",
        _SMALLER,
    )


def _amount(count: int) -> str:
    if count >= 1024 * 1024:
        return f"{count / 1024 / 1024:.1f} MiB"
    return f"{count / 1024:.0f} KiB"
